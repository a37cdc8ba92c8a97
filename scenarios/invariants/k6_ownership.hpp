#pragma once

#include "scenarios/invariants/wishes.hpp"

namespace bestgres::scenarios {

struct K6Ownership {
    static constexpr LawText text{
        "K6",
        "The operator writes only what belongs to a cluster that exists: what it makes names that "
        "cluster's uid, what it changes or deletes carries that cluster's label. Nothing of it "
        "has an ownerReference, which would let the garbage collector overtake the finalizer."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const { wishes_.hash_into(hasher); }

private:
    void judge_made(const CallArrived& arrived, const Truth& truth, Findings& findings) const;
    void judge_changed(const CallArrived& arrived, const Truth& truth, Findings& findings) const;

    Wishes wishes_;
};

}  // namespace bestgres::scenarios
