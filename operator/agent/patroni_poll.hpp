// Asks Patroni of this pod once a second over its REST API and keeps the newest report: two reads a
// round, and the configuration for ttl, all answered from Patroni's memory.
#pragma once

#include <functional>
#include <string>

#include "lib/http/client.hpp"
#include "lib/http/event_loop.hpp"
#include "operator/agent/observation.hpp"

namespace bestgres::agent {

class PatroniPoll {
public:
    // `pod_ip` is where Patroni listens; `after_round` is called when a round has ended, with or
    // without an answer.
    PatroniPoll(http::EventLoop& loop, const std::string& pod_ip,
                std::function<void()> after_round);

    void start();
    const Observation& observation() const { return observation_; }

private:
    void ask_leader();
    void ask_replica(PatroniReport report);
    void ask_config();
    void end_round();

    http::EventLoop& loop_;
    http::Client client_;
    http::Timer timer_;
    http::Origin origin_;
    std::function<void()> after_round_;
    Observation observation_;
    // Patroni's own default; the configured one follows with the first answer of GET /config.
    std::int64_t maximum_lag_bytes_ = 1'048'576;
};

}  // namespace bestgres::agent
