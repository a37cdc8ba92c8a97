#pragma once

#include "scenarios/invariants/operations.hpp"

namespace bestgres::scenarios {

struct O4DoneOnce {
    static constexpr LawText text{
        "O4",
        "The operator makes a Job for an operation only while no program of an operation runs in "
        "the cluster, as the API server knows it, and not for a step that a complete Job has done "
        "already."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher&) const {}
};

}  // namespace bestgres::scenarios
