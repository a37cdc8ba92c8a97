// What a run measures: how long two primaries took writes, how long none could be reached.
#pragma once

#include <string>

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

// Some client's node has a route and a path to this container's PostgreSQL now.
bool is_reachable(const WorldState& world, const Container& container);

// A session that was opened while there was a route lives on without one.
bool is_connected(const WorldState& world, std::uint32_t container);

// To be called when a route, a path or a PostgreSQL of this cluster has changed.
void measure_exposure(WorldState& world, const std::string& cluster);
// Of all clusters: the network has changed, or the run ends.
void measure_all_exposure(WorldState& world);

}  // namespace bestgres::scenarios
