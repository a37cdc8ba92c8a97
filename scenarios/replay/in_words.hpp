// A scenario's parts as clauses for people.
#pragma once

#include <string>
#include <vector>

#include "scenarios/engine/scenario.hpp"

namespace bestgres::scenarios {

// "after call 2 of operator to create StatefulSet db, before its answer", "30s after the start".
std::string in_words(const Trigger& trigger);
// "f1: operator_crash of operator-1, for 5s, when db has settled".
std::string in_words(const Fault& fault);
// "e1: apply BGCluster db (instances 3), at the start".
std::string in_words(const Edit& edit);
// "apply BGCluster db (instances 3)".
std::string action_in_words(const Edit& edit);
// The whole schedule, a line for each edit and fault.
std::vector<std::string> in_words(const Scenario& scenario);

}  // namespace bestgres::scenarios
