// Questions of one node of a sharded cluster to another one: from server to server, by address.
#pragma once

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

void ask_server(WorldState& world, std::uint32_t from, fakepatroni::RemoteRequest request);
void answer_server(WorldState& world, std::uint32_t index,
                   const fakepatroni::RemoteAnswered& answered);
void remote_arrives(WorldState& world, const RemoteArrives& arrives);
void remote_replies(WorldState& world, const RemoteReplies& replies);

}  // namespace bestgres::scenarios
