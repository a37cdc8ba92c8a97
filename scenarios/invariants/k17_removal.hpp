#pragma once

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct K17Removal {
    static constexpr LawText text{
        "K17",
        "What a user takes out of the spec leaves the objects too, where the operator put it: a "
        "settled cluster's objects carry no field of the operator's that their manifest lacks."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher&) const {}
};

}  // namespace bestgres::scenarios
