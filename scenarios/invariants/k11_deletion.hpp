#pragma once

#include <set>
#include <string>

#include "scenarios/invariants/wishes.hpp"

namespace bestgres::scenarios {

struct K11Deletion {
    static constexpr LawText text{
        "K11",
        "The operator drops its finalizer once, and only when everything of the cluster has gone "
        "that is to go: members, Services and rights always; volumes, credentials and Patroni's "
        "ConfigMaps where whenDeleted is Delete, and otherwise all of those stay, and no volume "
        "says any more that it is to go."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void judge_secret(const CallArrived& arrived, const Truth& truth, Findings& findings) const;

    Wishes wishes_;
    std::set<std::string> dropped_;  // uids of clusters
};

}  // namespace bestgres::scenarios
