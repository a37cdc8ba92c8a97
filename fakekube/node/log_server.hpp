// The node's own port, as far as an API server asks it for logs:
// GET /containerLogs/NAMESPACE/POD/CONTAINER?follow=&tailLines=&previous=&timestamps=&sinceSeconds=
// &sinceTime=&limitBytes= ; GET /healthz. TLS with a certificate of its own, as a kubelet's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "fakekube/node/log_store.hpp"
#include "fakekube/node/pod_runtime.hpp"
#include "lib/http/server.hpp"

namespace bestgres::fakekube::node {

class LogServer {
public:
    using Find = std::function<std::optional<PodRuntime::LogFile>(
        const kube::Ref& pod, const std::string& container, bool previous)>;

    LogServer(http::EventLoop& loop, Find find);

    // On a free port of `address`, which it returns.
    Result<int> start(const std::string& address);

private:
    void handle(const http::ServerRequest& request, const http::Responder& responder);

    http::EventLoop& loop_;
    Find find_;
    std::unique_ptr<http::Server> server_;
};

}  // namespace bestgres::fakekube::node
