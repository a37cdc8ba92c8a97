// The first moment of a world.
#pragma once

#include "scenarios/engine/world.hpp"

namespace bestgres::scenarios {

WorldState first_state(const Ground& ground, Scenario scenario, TraceDetail detail);

}  // namespace bestgres::scenarios
