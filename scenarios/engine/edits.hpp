// What users do: at once, with every right.
#pragma once

#include <string>

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

void make_edit(WorldState& world, std::uint32_t number);
// Cordons the node and evicts its pods, trying again while a budget forbids it.
void begin_drain(WorldState& world, const std::string& node);
void drain_goes_on(WorldState& world, const DrainGoesOn& due);
void set_cordon(WorldState& world, const std::string& node, bool cordoned);

}  // namespace bestgres::scenarios
