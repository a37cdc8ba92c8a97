// Incremental parsing of HTTP/1.x messages, for both sides.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/http/message.hpp"

namespace bestgres::http {

struct MessageHead {
    std::string method;  // of a request
    std::string target;
    int status = 0;  // of a response
    Headers headers;
    bool keep_alive = false;  // whether the connection may carry another message
};

struct ParseFailure {
    int status = 400;  // what a server answers
    std::string message;
};

// One message after the other from one connection.
class MessageParser {
public:
    enum class Direction { requests, responses };
    struct Events {
        std::function<void(const MessageHead&)> on_head;
        std::function<void(std::string_view)> on_body;
    };

    MessageParser(Direction direction, std::size_t body_limit, Events events);
    ~MessageParser();
    MessageParser(const MessageParser&) = delete;
    MessageParser& operator=(const MessageParser&) = delete;

    // Takes bytes up to the end of the current message and keeps the rest. True when the message is
    // complete: start_next() begins the following one, which may be complete already.
    Result<bool, ParseFailure> feed(std::string_view bytes);
    void start_next();
    // The stream ended: completes a response without a length. False: it was cut off.
    bool finish_at_end();
    // The current response answers a HEAD.
    void expect_no_body();

    bool has_begun() const;
    std::size_t kept_bytes() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bestgres::http
