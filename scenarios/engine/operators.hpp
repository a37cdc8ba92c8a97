// Operators: processes around the core, as production runs it.
#pragma once

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

// Adds one to the world and starts it.
std::uint32_t add_operator(WorldState& world, std::int64_t revision);
void start_operator(WorldState& world, const OperatorStarts& starts);
// SIGKILL. It starts again after `down`; the kubelet's back-off is not shorter.
void crash_operator(WorldState& world, std::uint32_t index, Duration down);
// It ends for good: the Deployment wants it no more.
void remove_operator(WorldState& world, std::uint32_t index);
void pause_operator(WorldState& world, std::uint32_t index);
void go_on(WorldState& world, const OperatorGoesOn& due);

void operator_hears(WorldState& world, const OperatorHears& heard);
void operator_wakes(WorldState& world, const OperatorWakes& wakes);
// Another revision takes its place, as a Deployment with the strategy Recreate does it.
void upgrade_operators(WorldState& world, std::int64_t revision);

std::optional<std::uint32_t> find_operator(const WorldState& world, std::string_view name);

}  // namespace bestgres::scenarios
