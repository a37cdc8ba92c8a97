#include "fakekube/node/forwarder.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <list>
#include <set>

namespace bestgres::fakekube::node {
namespace {

constexpr std::size_t most_buffered = 64 * 1024;
constexpr std::size_t most_connections = 4096;
constexpr int backlog = 512;

bool to_address(const Endpoint& endpoint, sockaddr_in& address) {
    address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(endpoint.port));
    return inet_pton(AF_INET, endpoint.ip.c_str(), &address.sin_addr) == 1;
}

void prepare(int socket) {
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

Descriptor listen_on(const Endpoint& front) {
    sockaddr_in address{};
    if (!to_address(front, address)) {
        errno = EAFNOSUPPORT;
        return {};
    }
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int on = 1;
    setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(socket.get(), backlog) != 0) {
        return {};
    }
    return socket;
}

Descriptor connect_to(const Endpoint& backend) {
    sockaddr_in address{};
    if (!to_address(backend, address)) {
        return {};
    }
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    prepare(socket.get());
    if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno != EINPROGRESS) {
        return {};
    }
    return socket;
}

// One direction's source with the bytes that its sink has not taken yet.
struct Side {
    Descriptor socket;
    std::string outgoing;      // to this socket
    bool read_ended = false;   // this socket sends no more
    bool write_ended = false;  // it was told that nothing follows
    std::uint32_t events = 0;
};

}  // namespace

class Forwarder::Table {
public:
    Table(Reactor& reactor, std::function<void(const std::string&)> report)
        : reactor_(reactor), report_(std::move(report)) {}
    ~Table() {
        while (!listeners_.empty()) {
            close_listener(listeners_.begin()->first);
        }
        while (!connections_.empty()) {
            drop(connections_.begin());
        }
    }

    // An address without endpoints has no listener: a connection is refused at once, or taken by
    // another node that knows better.
    void set(std::map<Endpoint, std::vector<Endpoint>> table) {
        table_ = std::move(table);
        std::vector<Endpoint> obsolete;
        for (const auto& entry : listeners_) {
            const auto found = table_.find(entry.first);
            if (found == table_.end() || found->second.empty()) {
                obsolete.push_back(entry.first);
            }
        }
        for (const Endpoint& front : obsolete) {
            close_listener(front);
        }
        for (const auto& [front, backends] : table_) {
            if (!backends.empty() && listeners_.count(front) == 0) {
                open_listener(front);
            }
        }
        for (auto it = connections_.begin(); it != connections_.end();) {
            const auto found = table_.find(it->front);
            const bool stays =
                found != table_.end() &&
                std::binary_search(found->second.begin(), found->second.end(), it->backend);
            const auto here = it++;
            if (!stays) {
                drop(here);
            }
        }
    }

private:
    struct Connection {
        Endpoint front, backend;
        Side client, server;
    };
    using Link = std::list<Connection>::iterator;

    void open_listener(const Endpoint& front) {
        Descriptor socket = listen_on(front);
        if (!socket) {
            if (unbindable_.insert(front).second) {
                report_(front.ip + ":" + std::to_string(front.port) + ": " + std::strerror(errno));
            }
            return;
        }
        reactor_.watch(socket.get(), EPOLLIN, [this, front](std::uint32_t) { accept_all(front); });
        listeners_[front] = std::move(socket);
    }

    void close_listener(const Endpoint& front) {
        // What waits in the queue would be reset with the listener: hand it on first.
        accept_all(front);
        if (const auto found = listeners_.find(front); found != listeners_.end()) {
            reactor_.unwatch(found->second.get());
            listeners_.erase(found);
        }
    }

    void accept_all(const Endpoint& front) {
        const auto listener = listeners_.find(front);
        while (listener != listeners_.end()) {
            Descriptor socket(
                accept4(listener->second.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
            if (!socket) {
                return;
            }
            begin(front, std::move(socket));
        }
    }

    void begin(const Endpoint& front, Descriptor socket) {
        const auto found = table_.find(front);
        if (found == table_.end() || found->second.empty() ||
            connections_.size() >= most_connections) {
            return;
        }
        prepare(socket.get());
        const Endpoint& backend = found->second[next_++ % found->second.size()];
        Descriptor server = connect_to(backend);
        if (!server) {
            return;
        }
        connections_.emplace_back();
        const Link link = std::prev(connections_.end());
        link->front = front;
        link->backend = backend;
        link->client.socket = std::move(socket);
        link->server.socket = std::move(server);
        refresh(link);
    }

    // Reads only while the other side has room, waits to write only while there is something.
    void refresh(Link link) {
        refresh_side(link, link->client, link->server);
        refresh_side(link, link->server, link->client);
    }
    void refresh_side(Link link, Side& side, const Side& other) {
        const std::uint32_t reads =
            !side.read_ended && other.outgoing.size() < most_buffered ? EPOLLIN : 0U;
        const std::uint32_t events = reads | (side.outgoing.empty() ? 0U : EPOLLOUT);
        if (events == side.events && events != 0) {
            return;
        }
        side.events = events;
        reactor_.watch(side.socket.get(), events,
                       [this, link](std::uint32_t ready) { pump(link, (ready & EPOLLERR) != 0); });
    }

    void pump(Link link, bool broken) {
        if (broken || !move_bytes(link->client, link->server) ||
            !move_bytes(link->server, link->client)) {
            drop(link);
            return;
        }
        const bool over = link->client.write_ended && link->server.write_ended;
        if (over) {
            drop(link);
        } else {
            refresh(link);
        }
    }

    // From `from` to `to`; false when the connection is broken.
    static bool move_bytes(Side& from, Side& to) {
        char buffer[32 * 1024];
        while (!from.read_ended && to.outgoing.size() < most_buffered) {
            const ssize_t count = recv(from.socket.get(), buffer, sizeof buffer, 0);
            if (count > 0) {
                to.outgoing.append(buffer, static_cast<std::size_t>(count));
                continue;
            }
            if (count < 0 && (errno == EAGAIN || errno == ENOTCONN)) {
                break;
            }
            if (count < 0 && errno != EINTR) {
                return false;
            }
            from.read_ended = count == 0;
        }
        while (!to.outgoing.empty()) {
            const ssize_t count =
                send(to.socket.get(), to.outgoing.data(), to.outgoing.size(), MSG_NOSIGNAL);
            if (count < 0) {
                return errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
            }
            to.outgoing.erase(0, static_cast<std::size_t>(count));
        }
        if (from.read_ended && !to.write_ended) {
            shutdown(to.socket.get(), SHUT_WR);
            to.write_ended = true;
        }
        return true;
    }

    void drop(Link link) {
        for (Side* side : {&link->client, &link->server}) {
            reactor_.unwatch(side->socket.get());
            // A reset, so that both ends learn at once that this is no orderly end.
            if (!side->write_ended) {
                const linger reset{1, 0};
                setsockopt(side->socket.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
            }
        }
        connections_.erase(link);
    }

    Reactor& reactor_;
    std::function<void(const std::string&)> report_;
    std::map<Endpoint, std::vector<Endpoint>> table_;
    std::map<Endpoint, Descriptor> listeners_;
    std::set<Endpoint> unbindable_;
    std::list<Connection> connections_;
    std::size_t next_ = 0;
};

Forwarder::Forwarder(std::function<void(const std::string&)> report)
    : table_(std::make_unique<Table>(reactor_, std::move(report))),
      thread_([this] { reactor_.run(); }) {}

Forwarder::~Forwarder() {
    reactor_.stop();
    thread_.join();
}

void Forwarder::set_table(std::map<Endpoint, std::vector<Endpoint>> table) {
    reactor_.post([this, table = std::move(table)]() mutable { table_->set(std::move(table)); });
}

}  // namespace bestgres::fakekube::node
