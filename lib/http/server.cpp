#include "lib/http/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "lib/http/connection.hpp"
#include "lib/http/server_session.hpp"

namespace bestgres::http {

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
    Impl(EventLoop& the_loop, ServerOptions the_options, Handler the_handler)
        : loop(the_loop),
          options(std::move(the_options)),
          handler(std::move(the_handler)),
          grace(the_loop) {}

    void accept(ConnectionPtr connection) {
        if (sessions.size() >= options.connection_limit) {
            connection->close();
            return;
        }
        const std::uint64_t id = ++last_id;
        auto session = std::make_shared<ServerSession>(
            loop, options, std::move(connection),
            ServerSession::Owner{
                .handle =
                    [weak = weak_from_this()](ServerRequest request, Responder responder) {
                        if (const auto self = weak.lock()) {
                            self->handler(std::move(request), std::move(responder));
                        }
                    },
                .ended =
                    [weak = weak_from_this(), id] {
                        if (const auto self = weak.lock()) {
                            self->sessions.erase(id);
                            self->tell_if_stopped();
                        }
                    }});
        sessions.emplace(id, session);
        session->start();
    }

    void tell_if_stopped() {
        if (sessions.empty() && on_stopped) {
            grace.cancel();
            loop.post(std::exchange(on_stopped, nullptr));
        }
    }

    void close_all() {
        const std::map<std::uint64_t, std::shared_ptr<ServerSession>> open = std::move(sessions);
        sessions.clear();
        for (const auto& [id, session] : open) {
            session->close();
        }
    }

    EventLoop& loop;
    ServerOptions options;
    Handler handler;
    std::unique_ptr<Listener> listener;
    std::map<std::uint64_t, std::shared_ptr<ServerSession>> sessions;
    std::uint64_t last_id = 0;
    std::function<void()> on_stopped;
    Timer grace;
};

Server::Server(EventLoop& loop, ServerOptions options, Handler handler)
    : impl_(std::make_shared<Impl>(loop, std::move(options), std::move(handler))) {}

Server::~Server() {
    impl_->listener.reset();
    impl_->on_stopped = nullptr;
    impl_->close_all();
}

Result<std::uint16_t> Server::start() {
    Result<std::unique_ptr<Listener>> listener =
        listen(impl_->loop, impl_->options.listen, impl_->options.tls,
               [weak = impl_->weak_from_this()](ConnectionPtr connection) {
                   if (const auto self = weak.lock()) {
                       self->accept(std::move(connection));
                   }
               });
    BG_TRY(listener);
    impl_->listener = *std::move(listener);
    return impl_->listener->port();
}

void Server::stop(Duration grace, std::function<void()> stopped) {
    impl_->listener.reset();
    impl_->on_stopped = std::move(stopped);
    const auto open = impl_->sessions;
    for (const auto& [id, session] : open) {
        session->close_when_idle();
    }
    impl_->grace.start(grace, [weak = impl_->weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->close_all();
            self->tell_if_stopped();
        }
    });
    impl_->tell_if_stopped();
}

std::size_t Server::connections() const {
    return impl_->sessions.size();
}

}  // namespace bestgres::http
