// What a random run may do to a cluster without making a loss of data, or a standstill for ever,
// legitimate: a violation then always is somebody's mistake.
#pragma once

#include <optional>
#include <string>

#include "scenarios/engine/scenario.hpp"

namespace bestgres::scenarios {

// Why the scenario's faults go beyond what a cluster guarantees; nothing while they do not:
// - at most one copy is taken, there is another one, and nothing holds that one back;
// - nothing that licenses loss;
// - at most one fault lasts for ever, on one node or pod, and there are three members.
std::optional<std::string> beyond_budget(const Scenario& scenario);

// The smallest number of members that any edit asks of the cluster that others depend on.
std::int64_t fewest_members(const Scenario& scenario);

}  // namespace bestgres::scenarios
