#include "operator/agent/health.hpp"

#include <fmt/format.h>

namespace bestgres::agent {
namespace {

using std::chrono::seconds;

constexpr Duration report_lifetime = seconds(5);

Health primary_readiness(const PatroniReport& report) {
    const bool leads = report.holds_lock || report.failsafe_active || report.paused;
    if (!leads) {
        return {.ok = false, .because = "a primary without the leader lock"};
    }
    if (!report.is_running) {
        return {.ok = false, .because = "leads, but Postgres does not accept connections"};
    }
    if (report.in_recovery) {
        return {.ok = false, .because = "leads, but Postgres is still in recovery"};
    }
    return {.ok = true, .because = "the primary takes writes"};
}

Health replica_readiness(const Observation& seen, const PatroniReport& report) {
    if (!report.is_running) {
        return {.ok = false, .because = "Postgres does not accept connections"};
    }
    if (report.replication_state && *report.replication_state != "streaming") {
        return {.ok = false,
                .because = "the replica does not stream: " + *report.replication_state};
    }
    if (!seen.replica_within_lag) {
        return {.ok = false, .because = "the replica lags too far behind or has no leader"};
    }
    return {.ok = true, .because = "the replica streams"};
}

}  // namespace

Health startup(const Observation& seen) {
    return seen.report ? Health{.ok = true, .because = "Patroni has answered"}
                       : Health{.ok = false, .because = "Patroni has not answered yet"};
}

bool proves_good(const PatroniReport& report) {
    const bool follows = report.in_recovery && !report.cluster_unlocked;
    return report.is_running && (report.holds_lock || follows);
}

Health liveness(const Observation& seen, bool half_made, Instant now) {
    const Duration silence = now - seen.reported_at.value_or(seen.first_asked);
    if (silence > 3 * seen.ttl) {
        return {
            .ok = false,
            .because = fmt::format("Patroni has been silent for {}",
                                   format_duration(std::chrono::duration_cast<seconds>(silence)))};
    }
    const auto& report = seen.report;
    const bool gave_up = report && report->is_running && report->in_recovery &&
                         report->cluster_unlocked && !report->paused;
    if (half_made && gave_up) {
        return {.ok = false, .because = "Patroni broke its bootstrap off: it has to begin anew"};
    }
    return {.ok = true, .because = "Patroni answers"};
}

Health readiness(const Observation& seen, Instant now) {
    if (!seen.report || now - *seen.reported_at > report_lifetime) {
        return {.ok = false, .because = "Patroni does not answer"};
    }
    const PatroniReport& report = *seen.report;
    const bool as_primary = report.holds_lock || report.is_primary || !report.in_recovery;
    return as_primary ? primary_readiness(report) : replica_readiness(seen, report);
}

}  // namespace bestgres::agent
