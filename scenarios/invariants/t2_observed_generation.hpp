#pragma once

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct T2ObservedGeneration {
    static constexpr LawText text{
        "T2",
        "observedGeneration never goes back and never runs ahead; where the status says Ready for "
        "a valid spec, that spec is the accepted one, from which the objects are made; and one "
        "that "
        "is not valid is never accepted."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher&) const {}
};

}  // namespace bestgres::scenarios
