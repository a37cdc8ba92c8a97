// The answers of the pod's probes: pure functions of what Patroni last said. Startup and liveness
// never fail a member because it copies data or recovers: they look at the agent's and Patroni's
// processes only.
#pragma once

#include <string>

#include "operator/agent/observation.hpp"

namespace bestgres::agent {

struct Health {
    bool ok = false;
    std::string because;  // one sentence, the body of the answer

    bool operator==(const Health&) const = default;
};

// Patroni has answered at least once.
Health startup(const Observation& seen);

// Patroni answered within the last three ttl; a Patroni that is silent for longer has to be
// restarted. So has one that broke its own bootstrap off, as it does when the API server is out of
// reach meanwhile: it waits for ever as a standby of nobody. `half_made`: initdb made the data
// directory, and nobody has led from it; the start anew throws it away.
Health liveness(const Observation& seen, bool half_made, Instant now);

// What is reported proves that the data directory is whole: Patroni took the lock with it, which
// ends its bootstrap, or it is consistent and there is a leader to follow.
bool proves_good(const PatroniReport& report);

// As primary: Patroni holds the lock (failsafe extends it; in pause a running primary) and Postgres
// takes writes. As replica: it streams within the lag bound. A report older than 5 s counts as
// none.
Health readiness(const Observation& seen, Instant now);

}  // namespace bestgres::agent
