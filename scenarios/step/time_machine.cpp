#include "scenarios/step/time_machine.hpp"

#include <algorithm>
#include <iterator>

namespace bestgres::scenarios {
namespace {

// With more of them every second one goes, and they become rarer.
constexpr std::size_t most_kept = 128;

}  // namespace

TimeMachine::TimeMachine(World beginning) : now_(std::move(beginning)) {
    now_.set_detail(TraceDetail::full);
    kept_.emplace(now_.event(), now_);
}

void TimeMachine::keep() {
    if (now_.event() % interval_ != 0) {
        return;
    }
    kept_.try_emplace(now_.event(), now_);
    if (kept_.size() > most_kept) {
        interval_ *= 2;
        std::erase_if(kept_, [this](const auto& one) {
            return one.first != first_event() && one.first % interval_ != 0;
        });
    }
}

bool TimeMachine::forward() {
    const std::uint64_t before = now_.event();
    tape_.step(now_);
    if (now_.event() == before) {
        return false;
    }
    keep();
    return true;
}

void TimeMachine::to_event(std::uint64_t event) {
    if (event < now_.event()) {
        now_ = std::prev(kept_.upper_bound(std::max(event, first_event())))->second;
    }
    while (now_.event() < event && forward()) {
    }
}

void TimeMachine::to_time(Instant at) {
    if (at < now_.now()) {
        auto from = kept_.begin();
        while (std::next(from) != kept_.end() && std::next(from)->second.now() <= at) {
            ++from;
        }
        now_ = from->second;
    }
    while (!now_.over() && !now_.state().timeline.empty() &&
           now_.state().timeline.next_at() <= at && forward()) {
    }
}

void TimeMachine::change(const std::function<void(World&)>& how) {
    tape_.cut(now_.event());
    now_.set_detail(TraceDetail::full);
    how(now_);
    tape_.add_to_last(now_);
    kept_.clear();
    kept_.emplace(now_.event(), now_);
}

}  // namespace bestgres::scenarios
