// A relation between runs: what two scenarios must have in common although they differ. Where a
// law looks at one run as it goes, a relation compares the ends, the steps or the writes of
// several (metamorphic relations, reference/simulation.md 3.5). Each stands in a file of its own.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "scenarios/engine/scenario.hpp"
#include "scenarios/invariants/law.hpp"
#include "scenarios/relations/played.hpp"

namespace bestgres::scenarios::relations {

// Runs a scenario to its end. A value, so that a test can hand a relation the runs of an operator
// that is wrong in a certain way.
using Player = std::function<Played(const Scenario&)>;

struct Relation {
    LawText text;
    // Names of workloads that it says something about: the quick ones, which tests run.
    std::vector<std::string> workloads;
    // What differs and must not, for this workload.
    std::vector<Violation> (*judge)(const Scenario& workload, const Player& play);
};

// In the order of their ids.
const std::vector<Relation>& all();
// Null where no relation has this id.
const Relation* find(std::string_view id);

}  // namespace bestgres::scenarios::relations
