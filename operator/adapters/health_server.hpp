// /healthz, /readyz and /metrics of the operator, over plain HTTP on the pod's network.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "lib/base/result.hpp"
#include "lib/http/event_loop.hpp"
#include "lib/http/server.hpp"

namespace bestgres::adapters {

struct Page {
    bool ok = true;    // 200, else 503
    std::string text;  // one sentence, or metrics in Prometheus' text form

    bool operator==(const Page&) const = default;
};

// One path that is served; asked anew for each request.
struct Route {
    std::string path;
    std::function<Page()> page;
};

class HealthServer {
public:
    HealthServer(http::EventLoop& loop, http::Listen listen, std::vector<Route> routes);

    // The port that was bound.
    Result<std::uint16_t> start() { return server_.start(); }

private:
    void answer(const http::ServerRequest& request, const http::Responder& responder) const;

    std::vector<Route> routes_;
    http::Server server_;
};

}  // namespace bestgres::adapters
