#pragma once

#include "scenarios/invariants/sharding.hpp"

namespace bestgres::scenarios {

struct C6OneJob {
    static constexpr LawText text{
        "C6",
        "The operator begins a rebalance or a drain only while none runs and every group has a "
        "primary that takes writes; and it takes no primary of a group that a move under way "
        "touches."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher&) const {}
};

}  // namespace bestgres::scenarios
