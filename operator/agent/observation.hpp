// What the agent knows of Patroni and Postgres from Patroni's own REST API, as a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lib/base/json.hpp"
#include "lib/base/time.hpp"

namespace bestgres::agent {

// One answer of GET /leader: the status code says who holds the lock, the body is the member's
// state.
struct PatroniReport {
    bool holds_lock = false;
    bool is_running = false;  // Postgres accepts connections: Patroni's own query succeeded
    bool is_primary = false;  // role master, primary or standby_leader
    bool in_recovery = true;  // no write position: Patroni saw pg_is_in_recovery()
    bool paused = false;
    bool cluster_unlocked = false;  // nobody holds the lock, as far as this member knows
    bool failsafe_active = false;
    std::optional<std::string>
        replication_state;                 // Patroni 4: "streaming" or "in archive recovery"
    std::optional<Instant> dcs_last_seen;  // whole seconds

    bool operator==(const PatroniReport&) const = default;
};

// `code` is the status of GET /leader. Nothing when the body is not Patroni's.
std::optional<PatroniReport> parse_report(int code, const std::string& body);

// The newest report and when it came; `first_asked` stands in for both until Patroni answers.
struct Observation {
    Instant first_asked;
    std::optional<PatroniReport> report;
    std::optional<Instant> reported_at;
    bool replica_within_lag = false;  // GET /replica?lag=... answered 200 together with the report
    // Until Patroni has told it, the shortest that a BGCluster may have: the watchdog is not late.
    Duration ttl = std::chrono::seconds(20);

    bool operator==(const Observation&) const = default;
};

}  // namespace bestgres::agent
