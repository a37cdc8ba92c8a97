// Waits for descriptors, timers and posted work on one thread. Everything of the node that owns
// processes uses one, because a sandbox dies with the thread that started it. It runs by itself or
// inside another loop, which waits for descriptor() to become readable.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "fakekube/node/descriptor.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakekube::node {

// Wall clock; the node stamps statuses and logs with it.
Instant wall_clock();

class Reactor {
public:
    using Work = std::function<void()>;
    using Ready = std::function<void(std::uint32_t epoll_events)>;
    using TimerId = std::uint64_t;

    Reactor();
    ~Reactor();
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;

    // Level-triggered. A descriptor is watched once; watching it again replaces events and
    // callback.
    void watch(int descriptor, std::uint32_t epoll_events, Ready ready);
    // No callback of this descriptor follows. Call it before the descriptor is closed.
    void unwatch(int descriptor);

    TimerId after(Duration delay, Work work);
    void cancel(TimerId timer);

    // From any thread.
    void post(Work work);
    void stop();

    // Readable whenever run_once() has something to do.
    int descriptor() const { return epoll_.get(); }

    void run();
    // Waits at most `longest` for something to do and does it: for tests and shutdown.
    void run_once(Duration longest);

private:
    using Due = std::pair<std::int64_t, TimerId>;

    void arm_timer();
    void run_due_timers();
    void run_posted();

    Descriptor epoll_;
    Descriptor wake_;
    Descriptor clock_;  // a timerfd, set to the first timer
    std::map<int, std::shared_ptr<Ready>> watched_;
    std::map<Due, Work> timers_;
    std::map<TimerId, Due> timer_due_;
    TimerId next_timer_ = 1;
    std::mutex mutex_;  // guards posted_
    std::vector<Work> posted_;
    std::atomic<bool> stopped_{false};
};

}  // namespace bestgres::fakekube::node
