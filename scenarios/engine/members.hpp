// Patroni and PostgreSQL in their containers: what they hear, what they send, and the agent beside
// them.
#pragma once

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

void start_member(WorldState& world, std::uint32_t container);
// SIGTERM to the container.
void terminate_member(WorldState& world, std::uint32_t container);
// The process is gone, with everything that ran below it; its volume is as a crash leaves it.
void end_process(WorldState& world, std::uint32_t container, std::string_view why);

void member_hears(WorldState& world, const MemberHears& heard);
void member_hears_watch(WorldState& world, const Process& member, const kube::WatchEvent& event);
void member_wakes(WorldState& world, const MemberWakes& wakes);
void agent_looks(WorldState& world, const AgentLooks& looks);

// SIGSTOP and SIGCONT of Patroni alone.
void freeze_patroni(WorldState& world, std::uint32_t container);
void thaw_patroni(WorldState& world, std::uint32_t container);

// From an operator.
void ask_patroni(WorldState& world, const Process& from, core::PatroniCall call);
void ask_postgres(WorldState& world, const Process& from, core::SqlCall call);
void rest_arrives(WorldState& world, RestArrives arrives);
void sql_arrives(WorldState& world, SqlArrives arrives);

// By the truth of its PostgreSQL.
bool is_writable(const Container& container);

}  // namespace bestgres::scenarios
