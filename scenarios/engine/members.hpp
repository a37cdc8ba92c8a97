// Patroni in its container: what it hears, what it sends, and the agent beside it.
#pragma once

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

void start_member(WorldState& world, std::uint32_t container);
// SIGTERM to the container: a checkpoint where it leads, then SIGTERM to Patroni.
void terminate_member(WorldState& world, std::uint32_t container);
void signal_patroni(WorldState& world, std::uint32_t container);
void checkpoint_ends(WorldState& world, const CheckpointEnds& ends);
// The process is gone, with everything that ran below it; its volume is as a crash leaves it.
// `told`: a kernel is left that closes its connections.
void end_process(WorldState& world, std::uint32_t container, std::string_view why,
                 bool told = true);

void member_hears(WorldState& world, const MemberHears& heard);
void member_wakes(WorldState& world, const MemberWakes& wakes);
void source_asked(WorldState& world, const SourceAsked& asked);

// member_agent.cpp
void agent_looks(WorldState& world, const AgentLooks& looks);
void agent_looks_soon(WorldState& world, std::uint32_t container);
// Patroni answers its agent, or does so no more.
void agent_hears_anew(WorldState& world, std::uint32_t container);

// SIGSTOP and SIGCONT of Patroni alone.
void freeze_patroni(WorldState& world, std::uint32_t container);
void thaw_patroni(WorldState& world, std::uint32_t container);

// member_requests.cpp
void ask_patroni(WorldState& world, const Process& from, core::PatroniCall call);
void ask_postgres(WorldState& world, const Process& from, core::SqlCall call);
void ask_peer(WorldState& world, std::uint32_t from, fakepatroni::PeerRequest request);
void rest_arrives(WorldState& world, RestArrives arrives);
void answer_rest(WorldState& world, std::uint32_t container, fakepatroni::RestId id,
                 fakepatroni::RestReply reply);
void sql_arrives(WorldState& world, SqlArrives arrives);
void sql_ended(WorldState& world, std::uint32_t container, const postgres::Answer& answer);
// As a person with the credentials, at once; the answer is read by nobody.
void tell_patroni(WorldState& world, std::uint32_t container, std::string method, Json body);

// initdb or a base backup has not finished with it, or not begun.
bool is_being_filled(const fakepatroni::Volume& volume);
// initdb made it, and the agent's mark is still there: nobody has led from it.
bool is_half_made(const WorldState& world, const std::string& claim_uid,
                  const fakepatroni::Volume& volume);

bool is_writable(const Container& container);
bool believes_to_lead(const WorldState& world, const Container& container);

}  // namespace bestgres::scenarios
