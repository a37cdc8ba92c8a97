#pragma once

#include "scenarios/invariants/operations.hpp"

namespace bestgres::scenarios {

struct O1OneAtATime {
    static constexpr LawText text{
        "O1",
        "Of the operations on a cluster one runs at a time, and whatever the operator does for one "
        "stands in its journal as begun before."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher&) const {}
};

}  // namespace bestgres::scenarios
