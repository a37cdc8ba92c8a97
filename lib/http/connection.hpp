// One TCP connection, plain or TLS, as bytes in and bytes out. It calls back on the loop's thread
// and never inside the call that caused it; after close() it never calls back again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/http/event_loop.hpp"
#include "lib/http/tls.hpp"
#include "lib/http/url.hpp"

namespace bestgres::http {

class Connection {
public:
    struct Events {
        std::function<void(std::string_view bytes)> on_bytes;  // valid during the call
        // The peer ended the stream (empty text) or it broke. Nothing follows.
        std::function<void(std::string_view why)> on_end;
        std::function<void()> on_drained;  // may be empty; all that was sent is with the kernel
    };

    virtual ~Connection() = default;

    // Whose events they are can change: a pooled connection passes from exchange to exchange.
    virtual void set_events(Events events) = 0;
    virtual void send(std::string_view bytes) = 0;
    virtual std::size_t unsent_bytes() const = 0;
    virtual void pause_reading(bool paused) = 0;
    // Sends what is left as far as the kernel takes it at once.
    virtual void close() = 0;
    virtual std::string peer_address() const = 0;
    virtual std::optional<PeerCertificate> peer_certificate() const = 0;
};

using ConnectionPtr = std::shared_ptr<Connection>;

struct ConnectFailure {
    bool tls = false;  // the certificate or the handshake, not the network
    std::string message;
};

// A connect in progress: dropping it cancels it.
class Connecting {
public:
    virtual ~Connecting() = default;
};

using Connected = std::function<void(Result<ConnectionPtr, ConnectFailure>)>;

std::unique_ptr<Connecting> connect(EventLoop& loop, const Origin& origin,
                                    std::shared_ptr<const TlsContext> tls, Connected then);

class Listener {
public:
    virtual ~Listener() = default;
    virtual std::uint16_t port() const = 0;
};

// Accepts until the listener is dropped; with TLS only connections whose handshake succeeded within
// ten seconds are handed over.
Result<std::unique_ptr<Listener>> listen(EventLoop& loop, const Listen& at,
                                         std::shared_ptr<const TlsContext> tls,
                                         std::function<void(ConnectionPtr)> on_connection);

}  // namespace bestgres::http
