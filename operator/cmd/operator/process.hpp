// The production host of OperatorCore: one thread, one event at a time. What adapters bring goes
// into the core, what comes out goes to the adapters; nothing here decides anything.
#pragma once

#include <limits>
#include <memory>

#include "lib/base/log.hpp"
#include "lib/base/result.hpp"
#include "lib/http/event_loop.hpp"
#include "lib/kube_client/api_client.hpp"
#include "operator/adapters/health_server.hpp"
#include "operator/adapters/patroni_rest.hpp"
#include "operator/adapters/postgres_sql.hpp"
#include "operator/cmd/operator/options.hpp"
#include "operator/cmd/operator/recorded_core.hpp"

namespace bestgres::cmd {

class OperatorProcess {
public:
    // Finds credentials and opens the ports for health and metrics; each failure is one line.
    static Result<std::unique_ptr<OperatorProcess>> make(OperatorOptions options, const Log& log);

    // Until SIGTERM or SIGINT, or until the namespace is seen to end; the lease is given back
    // first.
    void run();

private:
    OperatorProcess(OperatorOptions options, const Log& log);

    Result<Done> connect();
    Result<Done> listen();
    void hear(kube_client::ClusterEvent event);
    void feed(const core::Event& event);
    void carry_out(core::Outbox outbox);
    void begin_core();
    void change_core();
    void look_at_namespace();
    void shut_down();
    adapters::Page readiness() const;

    OperatorOptions options_;
    const Log& log_;
    http::EventLoop loop_;
    std::unique_ptr<kube_client::ApiClient> cluster_;
    adapters::PatroniRest patroni_;
    adapters::PostgresSql sql_;
    std::unique_ptr<adapters::HealthServer> health_;
    std::unique_ptr<adapters::HealthServer> metrics_;
    std::unique_ptr<RecordedCore> core_;
    http::Timer timer_;
    http::Timer look_timer_;
    // Of the last look at the namespace. They count down from the greatest: no call of the core has
    // one of these.
    kube::CallId look_id_ = std::numeric_limits<kube::CallId>::max();
    bool stopping_ = false;
};

}  // namespace bestgres::cmd
