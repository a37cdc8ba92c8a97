#include "fakekube/node/reactor.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "lib/base/check.hpp"

namespace bestgres::fakekube::node {
namespace {

std::int64_t steady_ns() {
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

}  // namespace

Instant wall_clock() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()};
}

Reactor::Reactor()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      clock_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
    BG_CHECK(epoll_ && wake_ && clock_, "the kernel refuses epoll, eventfd or timerfd");
    for (const Descriptor* each : {&wake_, &clock_}) {
        watch(each->get(), EPOLLIN, [each](std::uint32_t) {
            std::uint64_t ignored = 0;
            [[maybe_unused]] const ssize_t got = read(each->get(), &ignored, sizeof ignored);
        });
    }
}

Reactor::~Reactor() = default;

void Reactor::watch(int descriptor, std::uint32_t epoll_events, Ready ready) {
    epoll_event event{};
    event.events = epoll_events;
    event.data.fd = descriptor;
    const bool known = watched_.count(descriptor) != 0;
    const int operation = known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    BG_CHECK(epoll_ctl(epoll_.get(), operation, descriptor, &event) == 0, "epoll_ctl");
    watched_[descriptor] = std::make_shared<Ready>(std::move(ready));
}

void Reactor::unwatch(int descriptor) {
    if (watched_.erase(descriptor) != 0) {
        epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
    }
}

Reactor::TimerId Reactor::after(Duration delay, Work work) {
    const TimerId id = next_timer_++;
    const Due due{steady_ns() + std::max(delay, Duration(0)).count(), id};
    timers_.emplace(due, std::move(work));
    timer_due_[id] = due;
    arm_timer();
    return id;
}

void Reactor::cancel(TimerId timer) {
    if (const auto found = timer_due_.find(timer); found != timer_due_.end()) {
        timers_.erase(found->second);
        timer_due_.erase(found);
    }
}

void Reactor::post(Work work) {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        posted_.push_back(std::move(work));
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof one);
}

void Reactor::stop() {
    stopped_ = true;
    post([] {});
}

void Reactor::run() {
    while (!stopped_) {
        run_once(std::chrono::hours(1));
    }
}

void Reactor::arm_timer() {
    itimerspec when{};
    if (!timers_.empty()) {
        const std::int64_t first = std::max<std::int64_t>(timers_.begin()->first.first, 1);
        when.it_value.tv_sec = first / 1'000'000'000;
        when.it_value.tv_nsec = first % 1'000'000'000;
    }
    timerfd_settime(clock_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
}

void Reactor::run_once(Duration longest) {
    const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(longest).count();
    epoll_event events[64];
    const int count = epoll_wait(epoll_.get(), events, 64, static_cast<int>(limit));
    for (int i = 0; i < count; ++i) {
        // A callback before this one may have ended the watch; the copy keeps the callback alive
        // while it unwatches itself.
        if (const auto found = watched_.find(events[i].data.fd); found != watched_.end()) {
            const std::shared_ptr<Ready> ready = found->second;
            (*ready)(events[i].events);
        }
    }
    run_posted();
    run_due_timers();
}

void Reactor::run_posted() {
    std::vector<Work> work;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        work.swap(posted_);
    }
    for (const Work& item : work) {
        item();
    }
}

void Reactor::run_due_timers() {
    const std::int64_t now = steady_ns();
    while (!timers_.empty() && timers_.begin()->first.first <= now) {
        const auto first = timers_.begin();
        const Work work = std::move(first->second);
        timer_due_.erase(first->first.second);
        timers_.erase(first);
        work();
    }
    arm_timer();
}

}  // namespace bestgres::fakekube::node
