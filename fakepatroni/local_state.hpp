// What a Patroni believes of its own Postgres: the words it publishes. They follow the server with
// the delays that the real ones have.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "fakepatroni/postgres.hpp"
#include "fakepatroni/records.hpp"
#include "fakepatroni/version.hpp"

namespace bestgres::fakepatroni {

enum class LocalState : std::uint8_t {
    stopped,
    starting,
    running,
    stopping,
    restarting,
    crashed,
    start_failed,
    initializing,  // initdb
    creating_replica,
};
std::string_view to_string(LocalState state);

enum class LocalRole : std::uint8_t { uninitialized, primary, replica, demoted, promoted };
std::string_view to_string(LocalRole role, const Traits& traits);

// Whether there is a server process at all.
bool has_server(const Postgres& local);
// Whether it accepts writes or would, but for its clients.
bool runs_as_primary(const Postgres& local);
bool runs_as_standby(const Postgres& local);
// Of a primary what is flushed, of a standby the most it has received or replayed; 0: unknown.
LsnBytes position_of(const Postgres& local);
// No data directory, or an empty one.
bool is_empty(const Postgres& local);
// Empty where the data directory is none that could be started.
std::string system_identifier_of(const Postgres& local);

struct PublishedReplication {
    std::optional<LsnBytes> received;
    LsnBytes replayed = 0;
    bool streaming = false;
};
PublishedReplication replication_of(const Postgres& local);

}  // namespace bestgres::fakepatroni
