// When a hung or dead Patroni must cost its Postgres. Patroni demotes itself when it loses the
// lock, but only while it runs: a frozen one would leave a second writable primary behind.
#pragma once

#include <optional>
#include <string>

#include "operator/agent/observation.hpp"

namespace bestgres::agent {

// What the agent can see without Patroni.
struct LocalFacts {
    bool postgres_runs = false;
    bool standby_signal = false;  // Postgres removes the file when it is promoted

    bool operator==(const LocalFacts&) const = default;
};

// The reason to kill Postgres at `now`, if there is one: Patroni does not answer, its last contact
// with the API server is ttl - 5 s old, Postgres may be writable, and Patroni was neither paused
// nor in failsafe mode. A Patroni that never answered is not judged: Postgres was not promoted by
// it.
std::optional<std::string> reason_to_kill(const Observation& seen, const LocalFacts& local,
                                          Instant now);

}  // namespace bestgres::agent
