// What the swarm draws: spans, amounts, kinds, targets.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/random.hpp"
#include "lib/base/time.hpp"
#include "scenarios/engine/scenario.hpp"
#include "scenarios/swarm/fault_profile.hpp"

namespace bestgres::scenarios {

// Small values are as likely as large ones: uniform over the magnitudes from `least` to `most`,
// both included. Two draws, always.
std::int64_t log_uniform(RandomStream& draw, std::int64_t least, std::int64_t most);
// Likewise, in whole milliseconds.
Duration log_uniform(RandomStream& draw, Duration least, Duration most);

struct WeightedKind {
    FaultKind kind = FaultKind::container_crash;
    std::uint64_t weight = 1;
};
FaultKind drawn_kind(RandomStream& draw, const std::vector<WeightedKind>& kinds);

std::int64_t drawn_amount(RandomStream& draw, const FaultProfile& profile);
std::string drawn_target(RandomStream& draw, const FaultProfile& profile, const Scenario& scenario);

}  // namespace bestgres::scenarios
