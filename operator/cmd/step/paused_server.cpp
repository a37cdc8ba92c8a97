#include "operator/cmd/step/paused_server.hpp"

#include <algorithm>
#include <utility>

#include "fakekube/server/wire.hpp"
#include "lib/base/yaml.hpp"

namespace bestgres::cmd {
namespace {

http::Response refusal(const std::string& method) {
    const Json status{{"apiVersion", "v1"},
                      {"kind", "Status"},
                      {"status", "Failure"},
                      {"reason", "MethodNotAllowed"},
                      {"code", 405},
                      {"message", "the world is paused: it can be read, but " + method +
                                      " would change it; bestgres step changes it by \"fork\""}};
    http::Response response{.status = 405, .headers = {}, .body = dump(status)};
    response.headers.set("Content-Type", "application/json");
    return response;
}

}  // namespace

PausedServer::PausedServer(http::EventLoop& loop, fakekube::ApiServer server, Instant now)
    : server_(std::move(server)),
      now_(now),
      http_(loop, {.listen = {.address = "127.0.0.1", .port = 0}},
            [this](http::ServerRequest request, const http::Responder& responder) {
                handle(std::move(request), responder);
            }) {}

Result<Done> PausedServer::start() {
    const Result<std::uint16_t> port = http_.start();
    BG_TRY(port);
    url_ = to_string(http::Origin{.tls = false, .host = "127.0.0.1", .port = *port});
    return Done{};
}

void PausedServer::show(fakekube::ApiServer server, Instant now) {
    server_ = std::move(server);
    now_ = now;
    for (http::ResponseStream& watch : std::exchange(watches_, {})) {
        watch.finish();
    }
}

std::string PausedServer::kubeconfig() const {
    return to_yaml(
        {{"apiVersion", "v1"},
         {"kind", "Config"},
         {"current-context", "paused"},
         {"clusters", {{{"name", "paused"}, {"cluster", {{"server", url_}}}}}},
         {"users", {{{"name", "reader"}, {"user", Json::object()}}}},
         {"contexts",
          {{{"name", "paused"}, {"context", {{"cluster", "paused"}, {"user", "reader"}}}}}}});
}

void PausedServer::handle(http::ServerRequest request, const http::Responder& responder) {
    if (request.request.method != "GET" && request.request.method != "HEAD") {
        responder.respond(refusal(request.request.method));
        return;
    }
    fakekube::Request asked = fakekube::to_api_request(std::move(request));
    asked.client = {.name = "reader", .groups = {"system:masters"}};
    fakekube::Response response = server_.handle(asked, now_);
    if (response.watch) {
        open_watch(std::move(response), responder);
    } else if (response.proxy) {
        responder.respond(fakekube::to_http_response(fakekube::proxy_failure(
            *response.proxy,
            "the nodes of a paused world do not answer; \"member\" and \"why\" of "
            "bestgres step look at them")));
    } else {
        responder.respond(fakekube::to_http_response(std::move(response)));
    }
}

// What it has to tell at this moment; then nothing until the world moves.
void PausedServer::open_watch(fakekube::Response head, const http::Responder& responder) {
    fakekube::WatchStream cursor = *std::move(head.watch);
    http::ResponseStream stream = responder.start_stream(fakekube::to_http_response(head));
    const fakekube::WatchChunk chunk = server_.poll(cursor, now_);
    for (const std::string& event : chunk.events) {
        stream.send(event);
    }
    if (chunk.closed) {
        stream.finish();
        return;
    }
    std::erase_if(watches_, [](const http::ResponseStream& watch) { return !watch.is_open(); });
    watches_.push_back(std::move(stream));
}

}  // namespace bestgres::cmd
