#include "scenarios/engine/agent.hpp"

#include <algorithm>
#include <initializer_list>

#include "lib/base/structural_hash.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::seconds;

constexpr Duration round = seconds(1);
constexpr Duration a_moment = std::chrono::milliseconds(1);

// The ages of a report at which a decision of the agent can change.
constexpr Duration report_lifetime = seconds(5);
constexpr Duration silent_after = seconds(3);
constexpr Duration margin = seconds(5);

}  // namespace

Instant Agent::last_round(Instant now) const {
    const Duration since = now - seen_.first_asked;
    return now - Duration(since.count() % round.count());
}

Instant Agent::next_round(Instant now) const {
    return last_round(now) + round;
}

void Agent::hears(agent::PatroniReport report, bool within_lag, Instant now) {
    seen_.report = std::move(report);
    seen_.replica_within_lag = within_lag;
    seen_.reported_at = now;
    silent_since_.reset();
}

void Agent::hears_nothing_from(Instant since) {
    if (silent_since_) {
        return;
    }
    silent_since_ = since;
    if (seen_.report) {
        seen_.reported_at = std::max(*seen_.reported_at, last_round(since));
        // The last contact that Patroni told of: whole seconds, as its REST API says them.
        const Instant told = seen_.report->dcs_last_seen.value_or(*seen_.reported_at);
        seen_.report->dcs_last_seen = Instant{told.ns - told.ns % 1'000'000'000};
    }
}

agent::Observation Agent::seen_at(Instant now) const {
    agent::Observation seen = seen_;
    if (!silent_since_ && seen.report) {
        seen.reported_at = std::max(*seen.reported_at, last_round(now));
    }
    return seen;
}

std::optional<Instant> Agent::next_decision(Instant now) const {
    if (!silent_since_) {
        return std::nullopt;
    }
    const Instant heard = seen_.reported_at.value_or(seen_.first_asked);
    const Instant contact = seen_.report ? seen_.report->dcs_last_seen.value_or(heard) : heard;
    std::optional<Instant> next;
    for (const Instant at : {heard + report_lifetime + a_moment, heard + silent_after,
                             std::max(heard + silent_after, contact + seen_.ttl - margin),
                             heard + 3 * seen_.ttl + a_moment}) {
        if (at > now) {
            next = std::min(next.value_or(at), at);
        }
    }
    return next;
}

void Agent::hash_into(Hasher& hasher) const {
    hash_values(hasher, seen_, silent_since_);
}

}  // namespace bestgres::scenarios
