#pragma once

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct K5Preconditions {
    static constexpr LawText text{
        "K5",
        "What the operator deletes it names by uid and resourceVersion, what it evicts by uid, "
        "what it patches or replaces by resourceVersion: nothing that it has not read, its own "
        "last write included, is taken away or changed."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher&) const {}
};

}  // namespace bestgres::scenarios
