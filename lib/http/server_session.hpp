// One connection of a Server: requests one after the other, each with one answer.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "lib/http/codec.hpp"
#include "lib/http/connection.hpp"
#include "lib/http/server.hpp"

namespace bestgres::http {

class ServerSession : public std::enable_shared_from_this<ServerSession> {
public:
    struct Owner {
        std::function<void(ServerRequest, Responder)> handle;
        std::function<void()> ended;
    };

    ServerSession(EventLoop& loop, const ServerOptions& options, ConnectionPtr connection,
                  Owner owner);

    void start();
    void close();
    void close_when_idle();

    // Of the exchange `number`; a late call for an older one does nothing.
    void respond(std::uint64_t number, const Response& response);
    bool start_stream(std::uint64_t number, const Response& head,
                      std::weak_ptr<ResponseStream::State> stream);
    bool send_chunk(std::uint64_t number, std::string_view chunk);
    void finish_stream(std::uint64_t number);
    bool is_current(std::uint64_t number) const { return !closed_ && busy_ && number == number_; }
    std::size_t unsent_bytes() const { return connection_->unsent_bytes(); }

private:
    void take(std::string_view bytes);
    void begin(const MessageHead& head);
    void dispatch();
    void next();
    void refuse(const ParseFailure& failure);
    void arm(Duration limit);
    std::string connection_header() const;

    EventLoop& loop_;
    const ServerOptions& options_;
    ConnectionPtr connection_;
    Owner owner_;
    MessageParser parser_;
    Timer limit_;
    ServerRequest request_;
    std::weak_ptr<ResponseStream::State> stream_;
    std::uint64_t number_ = 0;  // of the exchange in progress
    bool keep_alive_ = true;
    bool is_head_ = false;
    bool busy_ = false;
    bool draining_ = false;  // the last answer is on its way, then the end
    bool closed_ = false;
};

}  // namespace bestgres::http
