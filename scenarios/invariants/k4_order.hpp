#pragma once

#include "scenarios/invariants/wishes.hpp"

namespace bestgres::scenarios {

struct K4Order {
    static constexpr LawText text{
        "K4",
        "In a roll the operator takes asynchronous replicas first, synchronous standbys after "
        "them, the former primary last; never a member that copies data from the primary or "
        "rewinds, and none whose pod is as the template has it. Members leave one after the other. "
        "Nothing of that is left to the StatefulSet controller."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const { wishes_.hash_into(hasher); }

private:
    void judge_removal(const CallArrived& arrived, const Truth& truth, Findings& findings) const;

    Wishes wishes_;
};

}  // namespace bestgres::scenarios
