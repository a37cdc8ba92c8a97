// Clients of sharded clusters: they make a table, write rows with ids that grow, and read the whole
// table, all through the Service of the coordinator.
#pragma once

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

void add_row_client(WorldState& world, const MakeTable& make);
void rows_due(WorldState& world, const RowsDue& due);
void rows_answered(WorldState& world, const RowsAnswered& answered);
// Whether the answer was one of theirs.
bool row_call_ended(WorldState& world, std::uint32_t container, const postgres::Answer& answer);

}  // namespace bestgres::scenarios
