#include "lib/http/server_session.hpp"

#include <fmt/format.h>

#include <utility>

namespace bestgres::http {
namespace {

// Requests that a client sends ahead of its answers wait in memory up to this size.
constexpr std::size_t pipeline_limit = 1U << 20U;

bool has_no_body(int status) {
    return status == 204 || status == 304 || status < 200;
}

}  // namespace

struct ResponseStream::State {
    std::weak_ptr<ServerSession> session;
    std::uint64_t number = 0;
    bool open = true;
    std::function<void()> on_closed;
};

struct Responder::State {
    State(std::weak_ptr<ServerSession> its_session, std::uint64_t its_number)
        : session(std::move(its_session)), number(its_number) {}
    ~State() {
        const std::shared_ptr<ServerSession> alive = session.lock();
        if (alive && !answered) {
            alive->respond(number, {.status = 500, .headers = {}, .body = {}});
        }
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    std::weak_ptr<ServerSession> session;
    std::uint64_t number;
    bool answered = false;
};

ServerSession::ServerSession(EventLoop& loop, const ServerOptions& options,
                             ConnectionPtr connection, Owner owner)
    : loop_(loop),
      options_(options),
      connection_(std::move(connection)),
      owner_(std::move(owner)),
      parser_(MessageParser::Direction::requests, options.body_limit,
              {.on_head = [this](const MessageHead& head) { begin(head); },
               .on_body = [this](std::string_view bytes) { request_.request.body += bytes; }}),
      limit_(loop) {}

void ServerSession::start() {
    const std::weak_ptr<ServerSession> weak = weak_from_this();
    connection_->set_events({.on_bytes =
                                 [weak](std::string_view bytes) {
                                     if (const auto self = weak.lock()) {
                                         self->take(bytes);
                                     }
                                 },
                             .on_end =
                                 [weak](std::string_view) {
                                     if (const auto self = weak.lock()) {
                                         self->close();
                                     }
                                 },
                             .on_drained =
                                 [weak] {
                                     if (const auto self = weak.lock(); self && self->draining_) {
                                         self->close();
                                     }
                                 }});
    arm(options_.request_limit);
}

void ServerSession::close() {
    if (std::exchange(closed_, true)) {
        return;
    }
    const std::shared_ptr<ServerSession> self = shared_from_this();
    limit_.cancel();
    connection_->close();
    if (const auto stream = stream_.lock()) {
        stream->open = false;
        if (const auto on_closed = std::exchange(stream->on_closed, nullptr)) {
            loop_.post(on_closed);
        }
    }
    owner_.ended();
}

void ServerSession::close_when_idle() {
    keep_alive_ = false;
    if (!busy_ && !draining_) {
        close();
    }
}

void ServerSession::arm(Duration limit) {
    limit_.start(limit, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->close();
        }
    });
}

void ServerSession::take(std::string_view bytes) {
    if (draining_) {
        return;
    }
    const bool was_idle = !busy_ && !parser_.has_begun();
    const Result<bool, ParseFailure> complete = parser_.feed(bytes);
    if (busy_) {
        connection_->pause_reading(parser_.kept_bytes() > pipeline_limit);
        return;
    }
    if (!complete.ok()) {
        refuse(complete.error());
        return;
    }
    if (*complete) {
        dispatch();
    } else if (was_idle && parser_.has_begun()) {
        arm(options_.request_limit);
    }
}

void ServerSession::begin(const MessageHead& head) {
    request_.request.method = head.method;
    request_.request.target = head.target;
    request_.request.headers = head.headers;
    keep_alive_ = keep_alive_ && head.keep_alive;
    is_head_ = head.method == "HEAD";
    if (equal_without_case(head.headers.get("Expect"), "100-continue")) {
        connection_->send("HTTP/1.1 100 Continue\r\n\r\n");
    }
}

void ServerSession::dispatch() {
    busy_ = true;
    ++number_;
    limit_.cancel();
    request_.client_address = connection_->peer_address();
    request_.client_certificate = connection_->peer_certificate();
    Responder responder(std::make_shared<Responder::State>(weak_from_this(), number_));
    owner_.handle(std::exchange(request_, {}), std::move(responder));
}

// Deferred, so that a long row of pipelined requests is no recursion.
void ServerSession::next() {
    busy_ = false;
    stream_.reset();
    if (!keep_alive_) {
        // What is still unsent goes out first, as long as the client reads.
        draining_ = true;
        arm(options_.request_limit);
        return;
    }
    parser_.start_next();
    connection_->pause_reading(false);
    arm(options_.idle_limit);
    if (parser_.kept_bytes() > 0) {
        loop_.post([weak = weak_from_this()] {
            if (const auto self = weak.lock(); self && !self->closed_ && !self->busy_) {
                self->take({});
            }
        });
    }
}

void ServerSession::refuse(const ParseFailure& failure) {
    busy_ = true;
    ++number_;
    keep_alive_ = false;
    respond(number_, {.status = failure.status,
                      .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
                      .body = failure.message + "\n"});
}

std::string ServerSession::connection_header() const {
    return keep_alive_ ? "" : "Connection: close\r\n";
}

void ServerSession::respond(std::uint64_t number, const Response& response) {
    if (!is_current(number)) {
        return;
    }
    std::string framing = connection_header();
    if (!has_no_body(response.status)) {
        framing += fmt::format("Content-Length: {}\r\n", response.body.size());
    }
    std::string text = response_head(response, framing);
    if (!has_no_body(response.status) && !is_head_) {
        text += response.body;
    }
    connection_->send(text);
    next();
}

bool ServerSession::start_stream(std::uint64_t number, const Response& head,
                                 std::weak_ptr<ResponseStream::State> stream) {
    if (!is_current(number)) {
        return false;
    }
    stream_ = std::move(stream);
    connection_->send(response_head(head, connection_header() + "Transfer-Encoding: chunked\r\n"));
    return true;
}

bool ServerSession::send_chunk(std::uint64_t number, std::string_view chunk) {
    if (!is_current(number)) {
        return false;
    }
    if (!chunk.empty()) {
        connection_->send(fmt::format("{:x}\r\n{}\r\n", chunk.size(), chunk));
    }
    return !closed_;
}

void ServerSession::finish_stream(std::uint64_t number) {
    if (is_current(number)) {
        connection_->send("0\r\n\r\n");
        next();
    }
}

void Responder::respond(const Response& response) const {
    const std::shared_ptr<ServerSession> session = state_->session.lock();
    if (!std::exchange(state_->answered, true) && session) {
        session->respond(state_->number, response);
    }
}

ResponseStream Responder::start_stream(const Response& head) const {
    auto stream = std::make_shared<ResponseStream::State>();
    stream->session = state_->session;
    stream->number = state_->number;
    const std::shared_ptr<ServerSession> session = state_->session.lock();
    const bool first = !std::exchange(state_->answered, true);
    stream->open = first && session && session->start_stream(state_->number, head, stream);
    return ResponseStream(std::move(stream));
}

bool Responder::is_answered() const {
    return state_->answered;
}

bool ResponseStream::send(std::string_view chunk) {
    const std::shared_ptr<ServerSession> session = state_->session.lock();
    return state_->open && session && session->send_chunk(state_->number, chunk);
}

void ResponseStream::finish() {
    const std::shared_ptr<ServerSession> session = state_->session.lock();
    if (std::exchange(state_->open, false) && session) {
        state_->on_closed = nullptr;
        session->finish_stream(state_->number);
    }
}

void ResponseStream::abort() {
    const std::shared_ptr<ServerSession> session = state_->session.lock();
    if (std::exchange(state_->open, false) && session) {
        state_->on_closed = nullptr;
        session->close();
    }
}

bool ResponseStream::is_open() const {
    return state_->open;
}

std::size_t ResponseStream::unsent_bytes() const {
    const std::shared_ptr<ServerSession> session = state_->session.lock();
    return state_->open && session ? session->unsent_bytes() : 0;
}

void ResponseStream::on_closed(std::function<void()> action) {
    state_->on_closed = std::move(action);
}

}  // namespace bestgres::http
