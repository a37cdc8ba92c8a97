// The end of operators, for good: after `bestgres-operator --release`, or with their namespace.
// What is asked for is core::Release's, as in production; who asks is a program of its own, which
// faults leave alone but for an API server that nobody reaches.
#pragma once

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

void end_operators(WorldState& world, const EndOperators& end);
// An operator that was told to stop has ended in good order: it lets go if its namespace ends.
void ended_as_told(WorldState& world);
void release_goes_on(WorldState& world, const ReleaseDue& due);

// A namespace is being deleted: from now on it matters that operators look at it.
void begin_looks(WorldState& world);
void look_at_namespace(WorldState& world, const NamespaceLook& look);

// Somebody is still letting go, or will look whether to.
bool is_letting_go(const WorldState& world);

}  // namespace bestgres::scenarios
