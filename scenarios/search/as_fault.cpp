#include <algorithm>

#include "scenarios/search/outcomes.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::seconds;

struct Shape {
    FaultKind kind;
    CallPoint point;
    Duration lasts{};
    std::int64_t amount = 0;
};

constexpr Duration restart = seconds(2);

// Faults that follow one call last no time.
Shape shape_of(Forced outcome) {
    switch (outcome) {
        case Forced::none:
        case Forced::crash_before:
            return {FaultKind::operator_crash, CallPoint::before_send, restart};
        case Forced::crash_after_apply:
            return {FaultKind::operator_crash, CallPoint::after_apply, restart};
        case Forced::crash_after_answer:
            return {FaultKind::operator_crash, CallPoint::after_answer, restart};
        case Forced::timeout_before:
            return {FaultKind::timeout_before, CallPoint::before_send};
        case Forced::timeout_after_apply:
            return {FaultKind::timeout_after, CallPoint::before_send};
        case Forced::reset:
            return {FaultKind::reset, CallPoint::before_send};
        case Forced::competitor:
            return {FaultKind::competing_writer, CallPoint::before_send};
        case Forced::gone:
            return {FaultKind::refused, CallPoint::before_send, {}, 410};
        case Forced::throttled:
            return {FaultKind::throttled, CallPoint::before_send, {}, 5};
        case Forced::server_error:
            return {FaultKind::server_error, CallPoint::before_send, {}, 500};
        case Forced::unavailable:
            return {FaultKind::server_error, CallPoint::before_send, {}, 503};
        case Forced::forbidden:
            return {FaultKind::refused, CallPoint::before_send, {}, 403};
        case Forced::lease_lost:
            return {FaultKind::operator_pause, CallPoint::before_send, seconds(45)};
        case Forced::restart_on_stale:
            return {FaultKind::operator_crash, CallPoint::before_send, restart, 2};
        case Forced::watch_event_dropped:
            return {FaultKind::watch_drop, CallPoint::after_apply};
    }
    check_failed(__FILE__, __LINE__, "outcome", "an outcome without a fault");
}

}  // namespace

Fault as_fault(const std::vector<OperatorCall>& calls, std::uint64_t number, Forced outcome) {
    const CallLabel& label = calls.at(number - 1).label;
    const auto nth =
        std::count_if(calls.begin(), calls.begin() + static_cast<std::ptrdiff_t>(number),
                      [&label](const OperatorCall& call) { return call.label == label; });
    const Shape shape = shape_of(outcome);
    return {.id = "outcome",
            .kind = shape.kind,
            .target = label.actor.name,
            .when = {.when = AfterCall{.pattern = {.actor = label.actor.name,
                                                   .verb = std::string(label.verb),
                                                   .kind = std::string(label.kind),
                                                   .name = label.name},
                                       .point = shape.point,
                                       .nth = nth}},
            .lasts = shape.lasts,
            .amount = shape.amount};
}

}  // namespace bestgres::scenarios
