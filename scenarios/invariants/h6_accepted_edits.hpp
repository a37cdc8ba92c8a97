#pragma once

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

// Of the scenario, not of the operator: a workload whose manifest lacks a field would run empty,
// and every other law would be content with it.
struct H6AcceptedEdits {
    static constexpr LawText text{
        "H6",
        "What the users of a scenario write the API server accepts by schema, rules and rights: "
        "else the run is not about what it says."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher&) const {}
};

}  // namespace bestgres::scenarios
