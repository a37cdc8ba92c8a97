#pragma once

#include <map>

#include "scenarios/invariants/wishes.hpp"

namespace bestgres::scenarios {

struct K2DisturbPrimary {
    static constexpr LawText text{
        "K2",
        "The operator takes the pod of the member that holds the lock only when nothing runs in "
        "it, when it is the only member, or when the cluster is being deleted; otherwise it hands "
        "over first, and at most twice for one edit or operation."};

    // One for leaving, one for the roll: an edit may ask for both.
    static constexpr int most_hand_overs = 2;

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void judge(const CallArrived& arrived, const Truth& truth, Findings& findings) const;
    void count(const ObjectChanged& changed, const Truth& truth, Findings& findings);

    struct HandOvers {
        std::string asked;  // the leader that was asked to hand over, until it did
        int done = 0;       // since the last edit or fault
    };
    Wishes wishes_;
    std::map<ClusterId, HandOvers> hand_overs_;
};

}  // namespace bestgres::scenarios
