// Writers: each has one session through the primary Service of its node's proxy and writes one row
// after the other, remembering what it was told.
#pragma once

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

// The writers of a cluster begin.
void add_clients(WorldState& world, const std::string& cluster);
void client_writes(WorldState& world, const ClientWrites& due);
void write_arrives(WorldState& world, const WriteArrives& arrives);
void commit_ended(WorldState& world, std::uint32_t container,
                  const fakepatroni::CommitEnded& ended);
void session_cut(WorldState& world, std::uint32_t container, fakepatroni::SessionId session);
void write_answered(WorldState& world, const WriteAnswered& answered);
void write_given_up(WorldState& world, const WriteGivenUp& given_up);

}  // namespace bestgres::scenarios
