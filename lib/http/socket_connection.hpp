// What connect.cpp and listen.cpp share: sockets as Connections, and TLS handshakes on them.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>

#include "lib/http/connection.hpp"
#include "lib/http/tls_session.hpp"

namespace bestgres::http {

// Non-blocking, without delay, watched by keep-alive probes, and not inherited by the children that
// a caller forks.
void prepare(boost::asio::ip::tcp::socket& socket);

// A null session is a plain connection.
ConnectionPtr make_connection(EventLoop& loop, boost::asio::ip::tcp::socket socket,
                              std::unique_ptr<TlsSession> session);

// A TLS handshake on a connected socket; `then` gets null and a sentence when it fails.
class Handshake final : public std::enable_shared_from_this<Handshake> {
public:
    using Then = std::function<void(ConnectionPtr, std::string why)>;

    Handshake(EventLoop& loop, boost::asio::ip::tcp::socket socket,
              std::unique_ptr<TlsSession> session, Then then);

    void start();
    void cancel();

private:
    void step();
    void finish(ConnectionPtr connection, std::string why);

    EventLoop& loop_;
    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<TlsSession> session_;
    Then then_;
    Timer limit_;
};

}  // namespace bestgres::http
