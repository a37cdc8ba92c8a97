// The agent of one container, without its polling: what it knows follows from when its Patroni
// answered last, and its decisions are the agent's own functions.
#pragma once

#include <optional>
#include <string>

#include "lib/base/hash.hpp"
#include "lib/base/time.hpp"
#include "operator/agent/health.hpp"
#include "operator/agent/observation.hpp"
#include "operator/agent/watchdog.hpp"

namespace bestgres::scenarios {

class Agent {
public:
    Agent(Instant started = {}) { seen_.first_asked = started; }

    // It asks once a second, counted from its start: the last and the next time.
    Instant last_round(Instant now) const;
    Instant next_round(Instant now) const;

    // The answer of the round at `now`; kept true until another one is given or silence begins.
    void hears(agent::PatroniReport report, bool within_lag, Instant now);
    void set_ttl(Duration ttl) { seen_.ttl = ttl; }
    // Patroni answers no more, from `since` on.
    void hears_nothing_from(Instant since);
    bool hears_something() const { return !silent_since_; }

    agent::Health readiness(Instant now) const { return agent::readiness(seen_at(now), now); }
    bool is_live(bool half_made, Instant now) const {
        return agent::liveness(seen_at(now), half_made, now).ok;
    }
    std::optional<std::string> reason_to_kill(const agent::LocalFacts& local, Instant now) const {
        return agent::reason_to_kill(seen_at(now), local, now);
    }
    // When silence makes it decide anew: readiness, the watchdog, liveness. Absent: never.
    std::optional<Instant> next_decision(Instant now) const;

    const agent::Observation& observation() const { return seen_; }
    void hash_into(Hasher& hasher) const;

private:
    // As the agent sees it at `now`: a Patroni that answers has done so in the last round.
    agent::Observation seen_at(Instant now) const;

    agent::Observation seen_;
    std::optional<Instant> silent_since_;
};

}  // namespace bestgres::scenarios
