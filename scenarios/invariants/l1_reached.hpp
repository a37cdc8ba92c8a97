#pragma once

#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {

struct L1Reached {
    static constexpr LawText text{
        "L1",
        "After the last fault and the last edit every cluster comes to rest as its spec asks, the "
        "volumes of members that left included, within twelve minutes and two for each member, and "
        "the time of a quarantine more where one is asked for; where a fault never ends, L6 "
        "judges, and where its namespace ends, L4. Where nobody is left who surely holds all "
        "acknowledged commits, the status says how a person decides."};

    static constexpr Duration for_all = std::chrono::minutes(12);
    static constexpr Duration for_a_member = std::chrono::minutes(2);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher&) const {}
};

// How the cluster differs from what its spec asks for; empty where it does not.
std::string difference(const Truth& truth, const ClusterId& id);

}  // namespace bestgres::scenarios
