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
                succeed(make_connection(loop, std::move(socket), nullptr));
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

}  // namespace bestgres::http
