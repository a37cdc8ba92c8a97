// What an EventLoop is made of. Asio is seen by the files that include this or
// socket_connection.hpp, and by no others.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <functional>
#include <list>

#include "lib/http/event_loop.hpp"

namespace bestgres::http {

struct EventLoop::Impl {
    struct Signals {
        Signals(boost::asio::io_context& context, std::function<void(int)> what)
            : set(context), action(std::move(what)) {}

        boost::asio::signal_set set;
        std::function<void(int)> action;
    };

    boost::asio::io_context context{1};
    std::list<Signals> signals;
    // Where sockets read to: what arrives is used or copied before the next read.
    std::array<char, 64U << 10U> scratch{};
};

}  // namespace bestgres::http
