// Faults that hit requests to members' REST APIs.
#pragma once

#include <optional>
#include <string_view>

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

// The status that a fault makes this pod's REST API answer; a fault for one call is used up.
std::optional<std::int64_t> rest_error(WorldState& world, std::string_view pod);
// A fault of this kind that lasts for one call only is over.
void use_up(WorldState& world, FaultKind kind, std::string_view pod);

}  // namespace bestgres::scenarios
