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
        "step, a pod that is taken, another leader)."};

    static constexpr int most_transitions = 2;

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void judge(const ObjectChanged& changed, Findings& findings);
    void count(const ClusterId& id, const std::string& type, Findings& findings);

    std::map<std::pair<ClusterId, std::string>, int> transitions_;  // since the last cause
};

}  // namespace bestgres::scenarios
