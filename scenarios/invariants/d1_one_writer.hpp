#pragma once

#include <set>

#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {

struct D1OneWriter {
    static constexpr LawText text{
        "D1",
        "At no time do two members of a cluster accept writes of clients that can reach them or "
        "are "
        "still connected, and at no time do two believe to hold the lock."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void judge(const ClusterId& id, const Truth& truth, Findings& findings);

    // Clusters that are in breach: an alarm for each time, not for each event in it.
    std::set<ClusterId> two_writers_;
    std::set<ClusterId> two_locks_;
};

}  // namespace bestgres::scenarios
