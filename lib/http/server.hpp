// An HTTP/1.1 server on an EventLoop: bounded requests, kept connections, answers given at once or
// later, and responses that stay open and are pushed to from outside (watches).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/base/time.hpp"
#include "lib/http/event_loop.hpp"
#include "lib/http/message.hpp"
#include "lib/http/tls.hpp"
#include "lib/http/url.hpp"

namespace bestgres::http {

struct ServerOptions {
    Listen listen;
    std::shared_ptr<const TlsContext> tls = nullptr;    // null: plain
    std::size_t body_limit = 3U << 20U;                 // 413 beyond
    Duration idle_limit = std::chrono::seconds(180);    // of a kept connection between requests
    Duration request_limit = std::chrono::seconds(30);  // until a request has arrived whole
    std::size_t connection_limit = 20000;
};

struct ServerRequest {
    Request request;
    std::string client_address;
    std::optional<PeerCertificate> client_certificate;
};

// An open response. Copies refer to the same one; all calls are harmless after its end.
class ResponseStream {
public:
    // One HTTP chunk. False when the client is gone.
    bool send(std::string_view chunk);
    // The clean end; the connection may be used again.
    void finish();
    // Breaks the connection, so that the client sees an error instead of an end.
    void abort();
    bool is_open() const;
    // Given to the kernel not yet: who pushes to a slow client bounds it.
    std::size_t unsent_bytes() const;
    // Called once when the client goes away before finish().
    void on_closed(std::function<void()> action);

    struct State;
    explicit ResponseStream(std::shared_ptr<State> state) : state_(std::move(state)) {}

private:
    std::shared_ptr<State> state_;
};

// The duty to answer one request, once; copies share it. If all are dropped unanswered, the client
// gets 500.
class Responder {
public:
    void respond(const Response& response) const;
    // Chunked; `head.body` is ignored.
    ResponseStream start_stream(const Response& head) const;
    bool is_answered() const;

    struct State;
    explicit Responder(std::shared_ptr<State> state) : state_(std::move(state)) {}

private:
    std::shared_ptr<State> state_;
};

class Server {
public:
    using Handler = std::function<void(ServerRequest, Responder)>;

    Server(EventLoop& loop, ServerOptions options, Handler handler);
    // Closes everything.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Binds and begins to accept; the port that was bound.
    Result<std::uint16_t> start();
    // Accepts nothing more, ends idle connections, lets running exchanges finish for `grace`, then
    // closes the rest and calls back.
    void stop(Duration grace, std::function<void()> stopped);
    std::size_t connections() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace bestgres::http
