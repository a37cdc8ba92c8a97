// Random scenarios: a seed becomes a concrete scenario, with every fault, target and span written
// out. Each fault draws from a stream of its own, so that leaving one out moves no other.
#pragma once

#include <string>
#include <vector>

#include "scenarios/engine/scenario.hpp"

namespace bestgres::scenarios {

struct SwarmOptions {
    std::vector<std::string> workloads = {};  // names as make_workload() takes them; empty: any
    std::vector<FaultKind> without = {};      // kinds that are left out
    std::size_t most_faults = 30;
};

// One run in five has no fault but those of its workload, one in ten exactly one more, one in ten
// exactly two. Unknown workloads abort: ask make_workload() first.
Scenario swarm_scenario(std::uint64_t seed, const SwarmOptions& options);

}  // namespace bestgres::scenarios
