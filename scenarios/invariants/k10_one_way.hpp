#pragma once

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct K10OneWay {
    static constexpr LawText text{
        "K10",
        "The operator never asks for less storage or another class of it, and never takes back a "
        "number that only grows: the timeline in the status, the generation of the accepted "
        "spec."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher&) const {}
};

}  // namespace bestgres::scenarios
