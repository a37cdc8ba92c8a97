// The life of watches: opened, told, delayed, stalled, broken.
#pragma once

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

void open_watch(WorldState& world, const Process& owner, kube::WatchId id, kube::WatchSpec spec);
void close_watch(WorldState& world, const Process& owner, kube::WatchId id);
void schedule_delivery(WorldState& world, WatchTable::Number number);
void deliver(WorldState& world, const WatchDelivers& due);
void break_watch(WorldState& world, const WatchBreaks& due);

// Paths, replicas or faults have changed: whatever waits may go on.
void resume_watches(WorldState& world);
// Every watch for which `who` stands ends: the API server is gone, or a fault drops it.
void break_watches(WorldState& world, std::string_view who, bool gone);
// What `who` has not been told yet of any kind is never told: the state of a cache that missed it.
void drop_untold(WorldState& world, std::string_view who);
// "operator-1" or "operator-1/Pod" or "db-0/ConfigMap".
bool is_watcher(const WorldState& world, const Watch& watch, std::string_view who);

}  // namespace bestgres::scenarios
