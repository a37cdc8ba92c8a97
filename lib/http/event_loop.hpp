// One thread that waits for timers, signals, sockets and descriptors and calls back. Everything of
// lib/http that takes an EventLoop must be used on the thread that runs it; only post() and stop()
// may be called from elsewhere. SIGPIPE is ignored from the first loop on: who forks a program
// restores it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "lib/base/time.hpp"

namespace bestgres::http {

class EventLoop {
public:
    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    // The wall clock.
    Instant now() const;

    // Runs `action` on the loop's thread, later, never inside this call.
    void post(std::function<void()> action);
    // As post, after `delay`. Use a Timer where it must be possible to change one's mind.
    void after(Duration delay, std::function<void()> action);
    // Calls back on the loop for each arrival; several arrivals may merge into one.
    void on_signals(std::vector<int> signals, std::function<void(int signal)> action);

    // Until stop(). May be called again after that.
    void run();
    void stop();
    // Until `done` says so or `limit` has passed; true in the first case. For programs that wait.
    bool run_until(const std::function<bool()>& done, Duration limit);

    struct Impl;
    Impl& impl() { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

// At most one pending action; starting again replaces it, destruction cancels it.
class Timer {
public:
    explicit Timer(EventLoop& loop);
    ~Timer();
    Timer(Timer&&) noexcept;
    Timer& operator=(Timer&&) noexcept;

    void start(Duration delay, std::function<void()> action);
    void cancel();
    bool is_pending() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

// Readiness of somebody else's descriptor (libpq's socket, a pipe), which is never closed here.
// Each call waits once; destruction cancels.
class DescriptorWatch {
public:
    DescriptorWatch(EventLoop& loop, int descriptor);
    ~DescriptorWatch();
    DescriptorWatch(DescriptorWatch&&) noexcept;
    DescriptorWatch& operator=(DescriptorWatch&&) noexcept;

    void when_readable(std::function<void()> action);
    void when_writable(std::function<void()> action);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace bestgres::http
