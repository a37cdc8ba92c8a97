#include "lib/http/socket_connection.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "lib/http/loop_impl.hpp"

namespace bestgres::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

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
        // What one turn of the loop sends goes out together.
        if (!writing_ && !flushing_) {
            flushing_ = true;
            loop_.post([self = shared_from_this()] {
                self->flushing_ = false;
                if (!self->writing_) {
                    self->flush();
                }
            });
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
        send_rest();
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
                fail(transfer.why.empty() ? "the peer closed the connection" : transfer.why);
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
        const std::shared_ptr<const Events> events = events_;
        if (events->on_drained && !closed_) {
            events->on_drained();
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

    // As far as the kernel takes it.
    void send_rest() {
        while (sent_ < out_.size()) {
            const Transfer transfer = write_some();
            if (transfer.state != Transfer::State::moved) {
                return;
            }
            sent_ += transfer.bytes;
        }
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
    bool writing_ = false;   // waits for the socket to take more
    bool flushing_ = false;  // a flush is posted
    bool paused_ = false;
    bool closed_ = false;
};

}  // namespace

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

ConnectionPtr make_connection(EventLoop& loop, tcp::socket socket,
                              std::unique_ptr<TlsSession> session) {
    return std::make_shared<SocketConnection>(loop, std::move(socket), std::move(session));
}

}  // namespace bestgres::http
