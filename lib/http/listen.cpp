#include <fcntl.h>

#include <utility>
#include <vector>

#include "lib/http/loop_impl.hpp"
#include "lib/http/socket_connection.hpp"

namespace bestgres::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

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
                on_connection(make_connection(loop, std::move(socket), nullptr));
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
