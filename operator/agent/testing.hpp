// Words for the agent's tests: what Patroni said, and when.
#pragma once

#include "operator/agent/observation.hpp"

namespace bestgres::agent {

inline constexpr Instant test_start{1'700'000'000'000'000'000};

inline PatroniReport leading() {
    PatroniReport report;
    report.holds_lock = true;
    report.is_running = true;
    report.is_primary = true;
    report.in_recovery = false;
    report.dcs_last_seen = test_start;
    return report;
}

inline PatroniReport streaming() {
    PatroniReport report;
    report.is_running = true;
    report.replication_state = "streaming";
    report.dcs_last_seen = test_start;
    return report;
}

// Patroni said `report` at test_start and nothing since.
inline Observation last_said(PatroniReport report) {
    Observation seen;
    seen.first_asked = test_start - std::chrono::minutes(1);
    seen.replica_within_lag = !report.holds_lock;
    seen.report = std::move(report);
    seen.reported_at = test_start;
    seen.ttl = std::chrono::seconds(20);
    return seen;
}

}  // namespace bestgres::agent
