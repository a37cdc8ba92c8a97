// An asynchronous HTTP/1.1 client with a pool of kept connections for each origin. Every exchange
// has a deadline and ends with exactly one callback, never inside the call that began it, unless it
// is cancelled; a failure says whether the server may have seen the request.
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

struct Failure {
    enum class Cause { unreachable, tls, timeout, broken, malformed };

    Cause cause = Cause::unreachable;
    // False only where no byte of the request was given to the network. A write that may have been
    // sent and has no complete answer has an unknown outcome.
    bool sent = false;
    std::string message;  // names the server and what went wrong

    bool operator==(const Failure&) const = default;
};

struct ClientOptions {
    std::shared_ptr<const TlsContext> tls = nullptr;  // needed for https
    std::size_t connections_per_origin = 8;  // streams not counted; further exchanges queue
    Duration idle_limit = std::chrono::seconds(60);
    Duration connect_limit = std::chrono::seconds(10);
    std::size_t body_limit = 256U << 20U;
};

using ExchangeId = std::uint64_t;

// A response whose body arrives in pieces. `on_head` comes at most once; then pieces; then `on_end`
// with no failure when the server finished the body.
struct StreamHandlers {
    std::function<void(const Response& head)> on_head;
    std::function<void(std::string_view piece)> on_piece;
    std::function<void(std::optional<Failure>)> on_end;
};

struct StreamLimits {
    Duration head = std::chrono::seconds(30);        // until the head has arrived
    std::optional<Duration> silence = std::nullopt;  // between pieces
};

class Client {
public:
    using Callback = std::function<void(Result<Response, Failure>)>;

    Client(EventLoop& loop, ClientOptions options);
    // Cancels everything.
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // `deadline` counts from this call and covers waiting, connecting and the whole answer. A GET
    // that finds its kept connection closed is sent once more; nothing else ever is.
    ExchangeId send(const Origin& origin, Request request, Duration deadline, Callback callback);
    // On a connection of its own.
    ExchangeId stream(const Origin& origin, Request request, StreamLimits limits,
                      StreamHandlers handlers);
    // No callback follows. An unknown id is ignored.
    void cancel(ExchangeId id);

    // For exchanges that begin later; kept connections are closed.
    void set_tls(std::shared_ptr<const TlsContext> tls);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

// Splits pieces into lines. A line longer than the limit is an error of the peer.
class LineSplitter {
public:
    explicit LineSplitter(std::size_t limit = 64U << 20U) : limit_(limit) {}

    // Calls `line` for each complete line, without its end. False when the limit is exceeded.
    bool feed(std::string_view piece, const std::function<void(std::string_view line)>& line);
    // What follows the last line end.
    const std::string& rest() const { return rest_; }

private:
    std::size_t limit_;
    std::string rest_;
};

}  // namespace bestgres::http
