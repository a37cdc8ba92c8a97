#include "lib/http/event_loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <utility>

#include "lib/http/loop_impl.hpp"

namespace bestgres::http {
namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
}

EventLoop::~EventLoop() = default;

Instant EventLoop::now() const {
    return Instant{
        std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())
            .count()};
}

void EventLoop::post(std::function<void()> action) {
    asio::post(impl_->context, std::move(action));
}

void EventLoop::after(Duration delay, std::function<void()> action) {
    auto timer = std::make_shared<asio::steady_timer>(impl_->context, delay);
    timer->async_wait([timer, action = std::move(action)](const ErrorCode& error) {
        if (!error) {
            action();
        }
    });
}

namespace {

void wait_for_signals(EventLoop::Impl::Signals& signals) {
    signals.set.async_wait([&signals](const ErrorCode& error, int signal) {
        if (!error) {
            wait_for_signals(signals);
            signals.action(signal);
        }
    });
}

}  // namespace

void EventLoop::on_signals(std::vector<int> signals, std::function<void(int signal)> action) {
    impl_->signals.emplace_back(impl_->context, std::move(action));
    for (const int signal : signals) {
        impl_->signals.back().set.add(signal);
    }
    wait_for_signals(impl_->signals.back());
}

void EventLoop::run() {
    const auto work = asio::make_work_guard(impl_->context);
    impl_->context.restart();
    impl_->context.run();
}

void EventLoop::stop() {
    impl_->context.stop();
}

bool EventLoop::run_until(const std::function<bool()>& done, Duration limit) {
    const auto work = asio::make_work_guard(impl_->context);
    const auto deadline = std::chrono::steady_clock::now() + limit;
    impl_->context.restart();
    while (!done()) {
        const auto now = std::chrono::steady_clock::now();
        if (now >= deadline || impl_->context.stopped()) {
            return false;
        }
        impl_->context.run_one_for(deadline - now);
    }
    return true;
}

// The generation tells a late completion of a cancelled wait from the current one.
struct Timer::State {
    explicit State(asio::io_context& context) : timer(context) {}

    asio::steady_timer timer;
    std::function<void()> action;
    std::uint64_t generation = 0;
};

Timer::Timer(EventLoop& loop) : state_(std::make_shared<State>(loop.impl().context)) {}

Timer::~Timer() {
    if (state_) {
        cancel();
    }
}

Timer::Timer(Timer&&) noexcept = default;

Timer& Timer::operator=(Timer&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}

void Timer::start(Duration delay, std::function<void()> action) {
    const std::uint64_t generation = ++state_->generation;
    state_->action = std::move(action);
    state_->timer.expires_after(delay);
    state_->timer.async_wait([state = state_, generation](const ErrorCode& error) {
        if (error || generation != state->generation) {
            return;
        }
        const std::function<void()> due = std::exchange(state->action, nullptr);
        due();
    });
}

void Timer::cancel() {
    ++state_->generation;
    state_->action = nullptr;
    state_->timer.cancel();
}

bool Timer::is_pending() const {
    return static_cast<bool>(state_->action);
}

struct DescriptorWatch::State {
    State(asio::io_context& context, int descriptor) : stream(context) {
        ErrorCode ignored;
        stream.assign(descriptor, ignored);
    }

    void when(asio::posix::stream_descriptor::wait_type what, std::function<void()> action,
              const std::shared_ptr<State>& self) {
        stream.async_wait(what, [self, action = std::move(action)](const ErrorCode& error) {
            if (!error && !self->cancelled) {
                action();
            }
        });
    }

    asio::posix::stream_descriptor stream;
    bool cancelled = false;
};

DescriptorWatch::DescriptorWatch(EventLoop& loop, int descriptor)
    : state_(std::make_shared<State>(loop.impl().context, descriptor)) {}

DescriptorWatch::~DescriptorWatch() {
    if (state_) {
        state_->cancelled = true;
        if (state_->stream.is_open()) {
            state_->stream.release();
        }
    }
}

DescriptorWatch::DescriptorWatch(DescriptorWatch&&) noexcept = default;

DescriptorWatch& DescriptorWatch::operator=(DescriptorWatch&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}

void DescriptorWatch::when_readable(std::function<void()> action) {
    state_->when(asio::posix::stream_descriptor::wait_read, std::move(action), state_);
}

void DescriptorWatch::when_writable(std::function<void()> action) {
    state_->when(asio::posix::stream_descriptor::wait_write, std::move(action), state_);
}

}  // namespace bestgres::http
