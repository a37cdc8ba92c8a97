// Faults by what they hit. Each function answers whether the kind is one of its own.
#pragma once

#include <string>
#include <string_view>

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

// The node of the newest pod of that name; empty where there is none.
std::string find_node_of(const WorldState& world, std::string_view pod);

bool begin_on_api(WorldState& world, const Fault& fault, const std::string& target);
void end_on_api(WorldState& world, const Fault& fault, const std::string& target);
bool begin_on_operator(WorldState& world, const Fault& fault, const std::string& target);
void end_on_operator(WorldState& world, const Fault& fault, const std::string& target);
bool begin_on_node(WorldState& world, const Fault& fault, const std::string& target);
void end_on_node(WorldState& world, const Fault& fault, const std::string& target);
bool begin_on_member(WorldState& world, const Fault& fault, const std::string& target);
void end_on_member(WorldState& world, const Fault& fault, const std::string& target);
// What the active faults make of this pod's PostgreSQL and its disk.
void set_server_faults(WorldState& world, std::uint32_t container);
bool begin_by_people(WorldState& world, const Fault& fault, const std::string& target);
void end_by_people(WorldState& world, const Fault& fault, const std::string& target);

}  // namespace bestgres::scenarios
