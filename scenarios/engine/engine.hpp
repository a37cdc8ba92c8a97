// What every part of the world needs: putting things on their way, telling the laws, and finding
// out who somebody is.
#pragma once

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

void put(WorldState& world, Duration delay, Happening happening);
void put_at(WorldState& world, Instant at, Happening happening);  // never in the past

// To the laws, the log and the trace.
void tell(WorldState& world, const Occurrence& occurrence);

// What has been written to the store since the last time goes to watchers, laws and triggers.
void after_writes(WorldState& world);

Place place_of(const WorldState& world, const Process& process);
// The process still exists: no crash, no restart.
bool is_alive(const WorldState& world, const Process& process);
Actor actor_of(const WorldState& world, const Process& process);
Dice& dice_of(WorldState& world, const Process& process);

Process process_of_operator(const WorldState& world, std::uint32_t index);
Process process_of_member(const WorldState& world, std::uint32_t container);
Process process_of_kubelet(const WorldState& world, std::uint32_t node);
Process process_of_proxy(const WorldState& world, std::uint32_t node);

Duration jittered(const WorldState& world, Duration span, RandomStream& stream);

// What the store holds; empty where there is none.
kube::Object stored(const WorldState& world, const kube::Ref& ref);
std::vector<kube::Object> all_stored(const WorldState& world, const kube::Kind& kind);
// Null where nobody has that name.
NodeRun* find_node(WorldState& world, std::string_view name);
Container* find_container(WorldState& world, std::string_view pod_name);

// Something happened that is no periodic work.
void note_effect(WorldState& world);

// An operator's time, and a member's.
Instant clock_of(const WorldState& world, const Process& process);

}  // namespace bestgres::scenarios
