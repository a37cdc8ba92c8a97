#include "operator/adapters/health_server.hpp"

#include "lib/http/url.hpp"

namespace bestgres::adapters {

HealthServer::HealthServer(http::EventLoop& loop, http::Listen listen, std::vector<Route> routes)
    : routes_(std::move(routes)),
      server_(loop, {.listen = std::move(listen)},
              [this](const http::ServerRequest& request, const http::Responder& responder) {
                  answer(request, responder);
              }) {}

void HealthServer::answer(const http::ServerRequest& request,
                          const http::Responder& responder) const {
    http::Response response;
    response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    const std::string path = http::split_target(request.request.target).path;
    for (const Route& route : routes_) {
        if (route.path == path) {
            const Page page = route.page();
            response.status = page.ok ? 200 : 503;
            response.body = page.text;
            responder.respond(response);
            return;
        }
    }
    response.status = 404;
    for (const Route& route : routes_) {
        response.body += route.path + "\n";
    }
    responder.respond(response);
}

}  // namespace bestgres::adapters
