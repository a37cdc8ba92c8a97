#pragma once

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

// A BG_CHECK ends the whole run, and the sanitizers of ci/nightly see undefined behaviour; an
// exception that planning throws is caught by the core and would be a failure like any other.
struct H4NoEscape {
    static constexpr LawText text{
        "H4",
        "No exception comes out of planning, no invariant breaks: the operator never reports a "
        "cluster that it could not plan for."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher&) const {}
};

}  // namespace bestgres::scenarios
