// One proxy a node: it follows EndpointSlices and programs its routes a moment later.
#pragma once

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

void proxy_sees(WorldState& world, std::uint32_t node, const kube::WatchEvent& event);
// All slices anew: after a boot or a broken watch.
void proxy_lists(WorldState& world, std::uint32_t node);
void route_due(WorldState& world, const RouteDue& due);
void set_routes(WorldState& world, std::uint32_t node,
                std::map<std::string, std::vector<std::string>> routes);

}  // namespace bestgres::scenarios
