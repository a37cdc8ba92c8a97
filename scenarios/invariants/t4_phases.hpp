#pragma once

#include <set>
#include <string>

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct T4Phases {
    static constexpr LawText text{
        "T4",
        "A cluster that is being deleted stays in that phase, one that has run is not created "
        "again, and what the status has once said of version and timeline it does not take back."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    std::set<std::string> has_run_;  // uids of clusters
};

}  // namespace bestgres::scenarios
