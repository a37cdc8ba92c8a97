// Performs the handlers of probes and hooks.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "fakekube/node/pod_spec.hpp"
#include "fakekube/node/reactor.hpp"
#include "fakekube/node/sandbox.hpp"
#include "lib/http/client.hpp"

namespace bestgres::fakekube::node {

struct HandlerTarget {
    std::string pod_ip;
    std::shared_ptr<Sandbox> sandbox;  // for exec
    Duration timeout{};
};

class Prober {
public:
    using Done = std::function<void(bool success, const std::string& message)>;

    Prober(Reactor& reactor, http::EventLoop& loop);

    // `done` comes once, later, never inside this call. HTTP succeeds from 200 to 399; certificates
    // are not verified, as the kubelet does.
    void run(const Handler& handler, const HandlerTarget& target, Done done);

private:
    void run_exec(const ExecCommand& exec, const HandlerTarget& target, Done done);
    void run_http(const HttpGet& get, const HandlerTarget& target, Done done);
    void run_tcp(const TcpConnect& tcp, const HandlerTarget& target, Done done);

    Reactor& reactor_;
    http::Client http_;
};

}  // namespace bestgres::fakekube::node
