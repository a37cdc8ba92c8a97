#include "operator/adapters/patroni_rest.hpp"

#include <fmt/format.h>

namespace bestgres::adapters {
namespace {

constexpr std::uint16_t patroni_port = 8008;

}  // namespace

http::Request patroni_request(const patroni::Call& call) {
    http::Request request;
    request.method = std::string(patroni::method(call.verb));
    request.target = std::string(patroni::path(call.verb));
    // Patroni answers in HTTP/1.0 and closes; asking for that spares it a waiting thread.
    request.headers.set("Connection", "close");
    if (!call.username.empty()) {
        request.headers.set("Authorization",
                            http::basic_authorization(call.username, call.password));
    }
    if (!call.body.is_null()) {
        request.headers.set("Content-Type", "application/json");
        request.body = dump(call.body);
    }
    return request;
}

PatroniRest::PatroniRest(http::EventLoop& loop, std::function<void(patroni::Answer)> on_answer)
    : client_(loop, {}), on_answer_(std::move(on_answer)) {}

void PatroniRest::submit(patroni::CallId id, patroni::Call call) {
    const http::Origin origin{.tls = false, .host = call.address, .port = patroni_port};
    const std::string attempt = fmt::format("{} {} of {}/{}", patroni::method(call.verb),
                                            patroni::path(call.verb), call.ns, call.pod);
    client_.send(
        origin, patroni_request(call), call.deadline,
        [this, id, attempt](Result<http::Response, http::Failure> outcome) {
            if (outcome.ok()) {
                on_answer_(
                    {.id = id,
                     .outcome = patroni::Reply{.status = outcome->status, .body = outcome->body}});
                return;
            }
            const http::Failure& failure = outcome.error();
            on_answer_({.id = id,
                        .outcome = patroni::Failure{.sent = failure.sent,
                                                    .message = attempt + ": " + failure.message}});
        });
}

}  // namespace bestgres::adapters
