#include <utility>

#include "lib/http/socket_connection.hpp"

namespace bestgres::http {
namespace {

using boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr Duration handshake_limit = std::chrono::seconds(10);

}  // namespace

Handshake::Handshake(EventLoop& loop, tcp::socket socket, std::unique_ptr<TlsSession> session,
                     Then then)
    : loop_(loop),
      socket_(std::move(socket)),
      session_(std::move(session)),
      then_(std::move(then)),
      limit_(loop) {}

void Handshake::start() {
    limit_.start(handshake_limit, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->finish(nullptr, "no TLS handshake within 10 s");
        }
    });
    step();
}

void Handshake::cancel() {
    then_ = nullptr;
    limit_.cancel();
    ErrorCode ignored;
    socket_.close(ignored);
}

void Handshake::step() {
    if (!then_) {
        return;
    }
    const TlsStep step = session_->handshake();
    if (step.state == TlsStep::State::done) {
        finish(make_connection(loop_, std::move(socket_), std::move(session_)), {});
        return;
    }
    if (step.state == TlsStep::State::failed || step.state == TlsStep::State::ended) {
        finish(nullptr, step.why.empty() ? "the server closed the connection" : step.why);
        return;
    }
    socket_.async_wait(
        step.state == TlsStep::State::want_read ? tcp::socket::wait_read : tcp::socket::wait_write,
        [self = shared_from_this()](const ErrorCode& error) {
            if (!error) {
                self->step();
            }
        });
}

void Handshake::finish(ConnectionPtr connection, std::string why) {
    limit_.cancel();
    if (const Then then = std::exchange(then_, nullptr)) {
        then(std::move(connection), std::move(why));
    }
}

}  // namespace bestgres::http
