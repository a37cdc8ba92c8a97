// Pods of Jobs: the client program of an operation, which needs the primary from its beginning to
// its end.
#pragma once

#include <cstdint>
#include <string_view>

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

void start_task(WorldState& world, std::uint32_t container);
// Its time has come: it has done its work, if its server is still the primary that it was.
void task_due(WorldState& world, std::uint32_t container);
// SIGTERM: it cancels its statement and ends.
void terminate_task(WorldState& world, std::uint32_t container);
void end_task(WorldState& world, std::uint32_t container, std::int64_t exit_code,
              std::string_view message);

Json status_of_task(const WorldState& world, const Container& container);

}  // namespace bestgres::scenarios
