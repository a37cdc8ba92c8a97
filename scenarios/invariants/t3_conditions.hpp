#pragma once

#include <map>
#include <string>

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct T3Conditions {
    static constexpr LawText text{
        "T3",
        "A condition's transition time moves only with its status; one that is not True "
        "says why; Ready and SpecValid change at most twice for one cause (an edit, a fault, a "
        "step, a pod that is taken or whose state turns, a node that is lost or back, another "
        "leader), beside the return from what an earlier one did."};

    static constexpr int most_transitions = 2;

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void judge(const ObjectChanged& changed, Findings& findings);
    void count(const ClusterId& id, const Json& condition, Findings& findings);

    struct Turns {
        int since_the_cause = 0;
        bool is_true = false;
    };
    std::map<std::pair<ClusterId, std::string>, Turns> turns_;
};

}  // namespace bestgres::scenarios
