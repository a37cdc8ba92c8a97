// PostgreSQL of members: its own time, replication between two of them, and what it tells others.
#pragma once

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

// To be called after anything that may have changed this server.
void serve(WorldState& world, std::uint32_t container);
void server_due(WorldState& world, const ServerDue& due);
// As a SIGKILL of PostgreSQL alone.
void kill_server(WorldState& world, std::uint32_t container, std::string_view why);

// replication.cpp
void server_connects(WorldState& world, const ServerConnects& connects);
void wal_arrives(WorldState& world, WalArrives arrives);
void report_arrives(WorldState& world, const ReportArrives& arrives);
void break_link(WorldState& world, const LinkBreaks& breaks);
void seek_upstream(WorldState& world, std::uint32_t container);
// What has been flushed goes to the standbys, what was confirmed goes back.
void ship(WorldState& world, std::uint32_t container);
// The process at one end is gone. `told`: its kernel says so to the other end.
void lose_links(WorldState& world, std::uint32_t container, bool told);
// Paths have changed: links fall silent or go on.
void tend_links(WorldState& world);

// The server behind a member's name, the newest that runs; nothing where there is none.
std::optional<std::uint32_t> find_server(const WorldState& world, const std::string& member);
bool reach_each_other(const WorldState& world, std::uint32_t one, std::uint32_t other);

}  // namespace bestgres::scenarios
