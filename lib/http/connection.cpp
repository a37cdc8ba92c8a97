#include "lib/http/connection.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>

#include "lib/http/loop_impl.hpp"
#include "lib/http/tls_session.hpp"

namespace bestgres::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr Duration handshake_limit = std::chrono::seconds(10);

// Children that a caller forks must not inherit connections.
void prepare(tcp::socket& socket) {
    ErrorCode ignored;
    socket.non_blocking(true, ignored);
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
    const int idle_seconds = 30;
    const int interval_seconds = 10;
    const int handle = socket.native_handle();
    ::setsockopt(handle, IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
    ::setsockopt(handle, IPPROTO_TCP, TCP_KEEPINTVL, &interval_seconds, sizeof interval_seconds);
    const int probes = 3;
    ::setsockopt(handle, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

// Bytes over a socket that is ready: what happened, and what to wait for.
struct Transfer {
    enum class State { moved, want_read, want_write, ended, broken };
    State state = State::moved;
    std::size_t bytes = 0;
    std::string why = {};
};

Transfer plain_transfer(ssize_t result) {
    if (result > 0) {
        return {.state = Transfer::State::moved, .bytes = static_cast<std::size_t>(result)};
    }
    if (result == 0) {
        return {.state = Transfer::State::ended};
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
        return {.state = Transfer::State::want_read};
    }
    return {.state = Transfer::State::broken, .why = std::strerror(errno)};
}

Transfer tls_transfer(const TlsStep& step) {
    switch (step.state) {
        case TlsStep::State::done:
            return {.state = Transfer::State::moved, .bytes = step.bytes};
        case TlsStep::State::want_read:
            return {.state = Transfer::State::want_read};
        case TlsStep::State::want_write:
            return {.state = Transfer::State::want_write};
        case TlsStep::State::ended:
            return {.state = Transfer::State::ended};
        case TlsStep::State::failed:
            return {.state = Transfer::State::broken, .why = step.why};
    }
    return {};
}

class SocketConnection final : public Connection,
                               public std::enable_shared_from_this<SocketConnection> {
public:
    SocketConnection(EventLoop& loop, tcp::socket socket, std::unique_ptr<TlsSession> session)
        : loop_(loop), socket_(std::move(socket)), tls_(std::move(session)) {
        ErrorCode error;
        const tcp::endpoint peer = socket_.remote_endpoint(error);
        peer_ = error ? std::string() : peer.address().to_string();
    }

    void set_events(Events events) override {
        events_ = std::make_shared<const Events>(std::move(events));
        wait_to_read();
    }

    void send(std::string_view bytes) override {
        if (closed_) {
            return;
        }
        if (sent_ == out_.size()) {
            out_.clear();
            sent_ = 0;
        }
        out_.append(bytes);
        // A watcher that is slow keeps what it has not read, not what it has.
        if (sent_ > (1U << 20U)) {
            out_.erase(0, sent_);
            sent_ = 0;
        }
        if (!writing_) {
            flush();
        }
    }

    std::size_t unsent_bytes() const override { return out_.size() - sent_; }

    void pause_reading(bool paused) override {
        paused_ = paused;
        if (!paused_) {
            wait_to_read();
        }
    }

    void close() override {
        if (closed_) {
            return;
        }
        closed_ = true;
        events_ = std::make_shared<const Events>();
        if (tls_) {
            tls_->shut_down();
        }
        ErrorCode ignored;
        socket_.shutdown(tcp::socket::shutdown_both, ignored);
        socket_.close(ignored);
    }

    std::string peer_address() const override { return peer_; }

    std::optional<PeerCertificate> peer_certificate() const override {
        return tls_ ? tls_->peer_certificate() : std::nullopt;
    }

private:
    void wait_to_read() {
        if (reading_ || paused_ || closed_ || !events_->on_bytes) {
            return;
        }
        reading_ = true;
        // What OpenSSL has decrypted already makes no socket readable.
        if (tls_ && tls_->has_pending()) {
            loop_.post([self = shared_from_this()] { self->read(); });
            return;
        }
        socket_.async_wait(tcp::socket::wait_read,
                           [self = shared_from_this()](const ErrorCode& error) {
                               if (!error) {
                                   self->read();
                               }
                           });
    }

    void read() {
        reading_ = false;
        if (closed_) {
            return;
        }
        std::array<char, 64U << 10U>& scratch = loop_.impl().scratch;
        const Transfer transfer = tls_ ? tls_transfer(tls_->read(scratch.data(), scratch.size()))
                                       : plain_transfer(::recv(socket_.native_handle(),
                                                               scratch.data(), scratch.size(), 0));
        switch (transfer.state) {
            case Transfer::State::moved: {
                const std::shared_ptr<const Events> events = events_;
                events->on_bytes({scratch.data(), transfer.bytes});
                break;
            }
            case Transfer::State::want_read:
            case Transfer::State::want_write:
                break;
            case Transfer::State::ended:
            case Transfer::State::broken:
                fail(transfer.why);
                return;
        }
        wait_to_read();
    }

    void flush() {
        while (sent_ < out_.size() && !closed_) {
            const Transfer transfer = write_some();
            if (transfer.state == Transfer::State::moved) {
                sent_ += transfer.bytes;
                continue;
            }
            if (transfer.state == Transfer::State::ended ||
                transfer.state == Transfer::State::broken) {
                fail_later(transfer.why.empty() ? "the peer closed the connection" : transfer.why);
                return;
            }
            writing_ = true;
            const bool wants_read = tls_ && transfer.state == Transfer::State::want_read;
            socket_.async_wait(wants_read ? tcp::socket::wait_read : tcp::socket::wait_write,
                               [self = shared_from_this()](const ErrorCode& error) {
                                   self->writing_ = false;
                                   if (!error) {
                                       self->flush();
                                   }
                               });
            return;
        }
        if (events_->on_drained && !closed_) {
            loop_.post([self = shared_from_this()] {
                const std::shared_ptr<const Events> events = self->events_;
                if (events->on_drained && self->sent_ == self->out_.size()) {
                    events->on_drained();
                }
            });
        }
    }

    Transfer write_some() {
        const char* data = out_.data() + sent_;
        const std::size_t size = out_.size() - sent_;
        if (tls_) {
            return tls_transfer(tls_->write(data, size));
        }
        return plain_transfer(::send(socket_.native_handle(), data, size, MSG_NOSIGNAL));
    }

    void fail_later(std::string why) {
        loop_.post([self = shared_from_this(), why = std::move(why)] { self->fail(why); });
    }

    void fail(std::string_view why) {
        const std::shared_ptr<const Events> events = events_;
        close();
        if (events->on_end) {
            events->on_end(why);
        }
    }

    EventLoop& loop_;
    tcp::socket socket_;
    std::unique_ptr<TlsSession> tls_;
    std::shared_ptr<const Events> events_ = std::make_shared<const Events>();
    std::string peer_;
    std::string out_;
    std::size_t sent_ = 0;
    bool reading_ = false;
    bool writing_ = false;
    bool paused_ = false;
    bool closed_ = false;
};

// A TLS handshake on a connected socket; `then` gets null and a sentence when it fails.
class Handshake final : public std::enable_shared_from_this<Handshake> {
public:
    using Then = std::function<void(ConnectionPtr, std::string why)>;

    Handshake(EventLoop& loop, tcp::socket socket, std::unique_ptr<TlsSession> session, Then then)
        : loop_(loop),
          socket_(std::move(socket)),
          session_(std::move(session)),
          then_(std::move(then)),
          limit_(loop) {}

    void start() {
        limit_.start(handshake_limit, [weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                self->finish(nullptr, "no TLS handshake within 10 s");
            }
        });
        step();
    }

    void cancel() {
        then_ = nullptr;
        limit_.cancel();
        ErrorCode ignored;
        socket_.close(ignored);
    }

private:
    void step() {
        if (!then_) {
            return;
        }
        const TlsStep step = session_->handshake();
        if (step.state == TlsStep::State::done) {
            finish(
                std::make_shared<SocketConnection>(loop_, std::move(socket_), std::move(session_)),
                {});
            return;
        }
        if (step.state == TlsStep::State::failed || step.state == TlsStep::State::ended) {
            finish(nullptr, step.why.empty() ? "the server closed the connection" : step.why);
            return;
        }
        socket_.async_wait(step.state == TlsStep::State::want_read ? tcp::socket::wait_read
                                                                   : tcp::socket::wait_write,
                           [self = shared_from_this()](const ErrorCode& error) {
                               if (!error) {
                                   self->step();
                               }
                           });
    }

    void finish(ConnectionPtr connection, std::string why) {
        limit_.cancel();
        if (const Then then = std::exchange(then_, nullptr)) {
            then(std::move(connection), std::move(why));
        }
    }

    EventLoop& loop_;
    tcp::socket socket_;
    std::unique_ptr<TlsSession> session_;
    Then then_;
    Timer limit_;
};

class SocketConnecting final : public Connecting {
public:
    // Shared with the callbacks, which may outlive the cancellation.
    struct State : std::enable_shared_from_this<State> {
        State(EventLoop& the_loop, Origin to, std::shared_ptr<const TlsContext> context,
              Connected callback)
            : loop(the_loop),
              origin(std::move(to)),
              tls(std::move(context)),
              then(std::move(callback)),
              socket(loop.impl().context),
              resolver(loop.impl().context) {}

        void start() {
            ErrorCode not_an_address;
            const auto address = asio::ip::make_address(origin.host, not_an_address);
            if (!not_an_address) {
                addresses = {tcp::endpoint(address, origin.port)};
                try_next("");
                return;
            }
#ifdef BESTGRES_HTTP_ADDRESSES_ONLY
            loop.post([self = shared_from_this()] {
                self->fail(false, "\"" + self->origin.host + "\" is not an address");
            });
#else
            resolver.async_resolve(
                origin.host, std::to_string(origin.port),
                [self = shared_from_this()](const ErrorCode& error,
                                            const tcp::resolver::results_type& found) {
                    if (error) {
                        self->fail(false, "cannot resolve \"" + self->origin.host +
                                              "\": " + error.message());
                        return;
                    }
                    for (const auto& entry : found) {
                        self->addresses.push_back(entry.endpoint());
                    }
                    self->try_next("no address");
                });
#endif
        }

        void try_next(const std::string& last_problem) {
            if (!then) {
                return;
            }
            if (addresses.empty()) {
                fail(false, last_problem);
                return;
            }
            const tcp::endpoint next = addresses.front();
            addresses.erase(addresses.begin());
            ErrorCode ignored;
            socket.close(ignored);
            socket.open(next.protocol(), ignored);
            ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
            socket.async_connect(next, [self = shared_from_this()](const ErrorCode& error) {
                if (!self->then) {
                    return;
                }
                if (error) {
                    self->try_next(error.message());
                    return;
                }
                self->connected();
            });
        }

        void connected() {
            prepare(socket);
            if (!origin.tls) {
                succeed(std::make_shared<SocketConnection>(loop, std::move(socket), nullptr));
                return;
            }
            auto session = TlsSession::client(*tls, socket.native_handle(), origin.host);
            handshake = std::make_shared<Handshake>(
                loop, std::move(socket), std::move(session),
                [self = shared_from_this()](ConnectionPtr connection, const std::string& why) {
                    if (connection) {
                        self->succeed(std::move(connection));
                    } else {
                        self->fail(true, why);
                    }
                });
            handshake->start();
        }

        void succeed(ConnectionPtr connection) {
            if (const Connected callback = std::exchange(then, nullptr)) {
                callback(std::move(connection));
            }
        }
        void fail(bool is_tls, std::string why) {
            if (const Connected callback = std::exchange(then, nullptr)) {
                callback(ConnectFailure{.tls = is_tls, .message = std::move(why)});
            }
        }

        EventLoop& loop;
        Origin origin;
        std::shared_ptr<const TlsContext> tls;
        Connected then;
        tcp::socket socket;
        tcp::resolver resolver;
        std::vector<tcp::endpoint> addresses;
        std::shared_ptr<Handshake> handshake;
    };

    explicit SocketConnecting(std::shared_ptr<State> state) : state_(std::move(state)) {}
    ~SocketConnecting() override {
        state_->then = nullptr;
        ErrorCode ignored;
        state_->socket.close(ignored);
        state_->resolver.cancel();
        if (state_->handshake) {
            state_->handshake->cancel();
            state_->handshake = nullptr;
        }
    }

private:
    std::shared_ptr<State> state_;
};

class SocketListener final : public Listener {
public:
    struct State : std::enable_shared_from_this<State> {
        State(EventLoop& the_loop, std::shared_ptr<const TlsContext> context,
              std::function<void(ConnectionPtr)> callback)
            : loop(the_loop),
              tls(std::move(context)),
              on_connection(std::move(callback)),
              acceptor(loop.impl().context),
              pause(loop) {}

        void accept() {
            acceptor.async_accept([self = shared_from_this()](const ErrorCode& error,
                                                              tcp::socket socket) {
                if (!self->on_connection) {
                    return;
                }
                if (error) {
                    // Out of descriptors: there is nothing to do but to wait for some to be freed.
                    self->pause.start(std::chrono::milliseconds(100), [self] { self->accept(); });
                    return;
                }
                self->take(std::move(socket));
                self->accept();
            });
        }

        void take(tcp::socket socket) {
            prepare(socket);
            if (!tls) {
                on_connection(std::make_shared<SocketConnection>(loop, std::move(socket), nullptr));
                return;
            }
            auto session = TlsSession::server(*tls, socket.native_handle());
            std::make_shared<Handshake>(
                loop, std::move(socket), std::move(session),
                [self = shared_from_this()](ConnectionPtr connection, const std::string&) {
                    if (connection && self->on_connection) {
                        self->on_connection(std::move(connection));
                    }
                })
                ->start();
        }

        EventLoop& loop;
        std::shared_ptr<const TlsContext> tls;
        std::function<void(ConnectionPtr)> on_connection;
        tcp::acceptor acceptor;
        Timer pause;
    };

    explicit SocketListener(std::shared_ptr<State> state) : state_(std::move(state)) {}
    ~SocketListener() override {
        state_->on_connection = nullptr;
        state_->pause.cancel();
        ErrorCode ignored;
        state_->acceptor.close(ignored);
    }
    std::uint16_t port() const override {
        ErrorCode ignored;
        return state_->acceptor.local_endpoint(ignored).port();
    }

private:
    std::shared_ptr<State> state_;
};

}  // namespace

std::unique_ptr<Connecting> connect(EventLoop& loop, const Origin& origin,
                                    std::shared_ptr<const TlsContext> tls, Connected then) {
    auto state =
        std::make_shared<SocketConnecting::State>(loop, origin, std::move(tls), std::move(then));
    if (origin.tls && !state->tls) {
        loop.post([state] { state->fail(true, "no TLS settings were given for https"); });
    } else {
        state->start();
    }
    return std::make_unique<SocketConnecting>(std::move(state));
}

Result<std::unique_ptr<Listener>> listen(EventLoop& loop, const Listen& at,
                                         std::shared_ptr<const TlsContext> tls,
                                         std::function<void(ConnectionPtr)> on_connection) {
    auto state =
        std::make_shared<SocketListener::State>(loop, std::move(tls), std::move(on_connection));
    const std::string attempt = "listen on " + at.address + ":" + std::to_string(at.port);
    ErrorCode error;
    const auto address = asio::ip::make_address(at.address, error);
    if (error) {
        return Error{attempt + ": not an address"};
    }
    const tcp::endpoint endpoint(address, at.port);
    state->acceptor.open(endpoint.protocol(), error);
    if (!error) {
        ::fcntl(state->acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
        state->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
        state->acceptor.bind(endpoint, error);
    }
    if (!error) {
        state->acceptor.listen(1024, error);
    }
    if (error) {
        return Error{attempt + ": " + error.message()};
    }
    state->accept();
    return std::unique_ptr<Listener>(std::make_unique<SocketListener>(std::move(state)));
}

}  // namespace bestgres::http
