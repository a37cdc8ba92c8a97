// What strikes a call at one of its points: standing faults of the API server, and outcomes that
// whoever explores has chosen for one call of an operator.
#include <algorithm>

#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/operators.hpp"
#include "scenarios/engine/watching.hpp"

namespace bestgres::scenarios {
namespace {

using kube::ErrorCode;
using std::chrono::milliseconds;
using std::chrono::seconds;

kube::Error refusal(ErrorCode code, std::string message,
                    std::optional<Duration> retry_after = std::nullopt) {
    return {.code = code,
            .applied = kube::Applied::no,
            .message = std::move(message),
            .retry_after = retry_after,
            .fields = {}};
}

kube::Error server_error(std::int64_t status) {
    switch (status) {
        case 504:
            // A gateway's timeout says nothing about what became of the request.
            return {.code = ErrorCode::timeout,
                    .applied = kube::Applied::unknown,
                    .message = "etcdserver: request timed out",
                    .retry_after = {},
                    .fields = {}};
        case 503:
            return refusal(ErrorCode::unavailable, "the server is currently unable to handle it");
        default:
            return refusal(ErrorCode::unavailable, "etcdserver: leader changed");
    }
}

kube::Error refused_with(std::int64_t status) {
    switch (status) {
        case 401:
            return refusal(ErrorCode::unauthorized, "Unauthorized");
        case 404:
            return refusal(ErrorCode::not_found, "the server could not find the resource");
        case 410:
            return refusal(ErrorCode::gone, "too old resource version");
        case 422:
            return refusal(ErrorCode::invalid, "a new validation refuses it");
        default:
            return refusal(ErrorCode::forbidden, "a role binding is missing");
    }
}

bool is_write_verb(std::string_view verb) {
    return verb != "get" && verb != "list" && verb != "watch";
}

// What a standing fault does to a call at this point; whether it did anything.
bool strike(const Fault& fault, const AtPoint& at, Treatment& treatment) {
    const bool sends = at.point == CallPoint::before_send;
    const bool arrives = at.point == CallPoint::before_apply;
    const bool done = at.point == CallPoint::after_apply;
    switch (fault.kind) {
        case FaultKind::slow_answers:
            treatment.slower = sends ? milliseconds(fault.amount) : treatment.slower;
            return sends;
        case FaultKind::timeout_before:
            treatment.lost_before = treatment.lost_before || arrives;
            return arrives;
        case FaultKind::competing_writer:
            treatment.competitor = arrives && is_write_verb(at.label.verb);
            return treatment.competitor;
        case FaultKind::throttled:
        case FaultKind::server_error:
        case FaultKind::refused:
            if (arrives) {
                treatment.refused =
                    fault.kind == FaultKind::throttled
                        ? refusal(ErrorCode::throttled, "too many requests", seconds(fault.amount))
                    : fault.kind == FaultKind::server_error ? server_error(fault.amount)
                                                            : refused_with(fault.amount);
            }
            return arrives;
        case FaultKind::quota:
            if (arrives && at.label.verb == "create") {
                treatment.refused = refusal(ErrorCode::forbidden, "exceeded quota: compute");
                return true;
            }
            return false;
        case FaultKind::lease_renewal_fails:
            if (arrives && at.label.kind == "Lease" &&
                at.label.actor.sort == ActorSort::operator_core) {
                treatment.refused = server_error(500);
                return true;
            }
            return false;
        case FaultKind::timeout_after:
            treatment.lost_after = treatment.lost_after || done;
            return done;
        case FaultKind::reset:
            treatment.reset = treatment.reset || done;
            return done;
        default:  // strikes something else than calls
            return false;
    }
}

std::uint32_t operator_of(const WorldState& world, const AtPoint& at) {
    return find_operator(world, at.label.actor.name).value_or(0);
}

bool force_at_send(WorldState& world, Forced forced, const AtPoint& at, Treatment& treatment) {
    switch (forced) {
        case Forced::crash_before:
            crash_operator(world, operator_of(world, at), seconds(2));
            return true;
        case Forced::restart_on_stale: {
            const std::uint32_t index = operator_of(world, at);
            const std::uint32_t other = world.operators[index].replica + 1;
            world.operators[index].replica =
                other % static_cast<std::uint32_t>(world.replicas.size());
            world.replicas[world.operators[index].replica].lags_by = 20;
            crash_operator(world, index, seconds(2));
            return true;
        }
        case Forced::timeout_before:
            treatment.lost_before = true;
            return true;
        case Forced::competitor:
            treatment.competitor = true;
            return true;
        case Forced::gone:
            treatment.refused = refusal(ErrorCode::gone, "too old resource version");
            return true;
        case Forced::throttled:
            treatment.refused = refusal(ErrorCode::throttled, "too many requests", seconds(5));
            return true;
        case Forced::server_error:
            treatment.refused = server_error(500);
            return true;
        case Forced::unavailable:
            treatment.refused = server_error(503);
            return true;
        case Forced::forbidden:
            treatment.refused = refused_with(403);
            return true;
        case Forced::lease_lost:
            pause_operator(world, operator_of(world, at));
            put(world, seconds(45),
                OperatorGoesOn{operator_of(world, at),
                               world.operators[operator_of(world, at)].incarnation});
            return true;
        case Forced::none:
        case Forced::crash_after_apply:
        case Forced::crash_after_answer:
        case Forced::timeout_after_apply:
        case Forced::reset:
        case Forced::watch_event_dropped:
            return false;
    }
    return false;
}

bool force_when_done(WorldState& world, Forced forced, const AtPoint& at, Treatment& treatment) {
    if (at.point == CallPoint::after_answer) {
        if (forced == Forced::crash_after_answer) {
            crash_operator(world, operator_of(world, at), seconds(2));
            return true;
        }
        return false;
    }
    switch (forced) {
        case Forced::crash_after_apply:
            crash_operator(world, operator_of(world, at), seconds(2));
            return true;
        case Forced::timeout_after_apply:
            treatment.lost_after = true;
            return true;
        case Forced::reset:
            treatment.reset = true;
            return true;
        case Forced::watch_event_dropped:
            drop_untold(world, at.label.actor.name);
            return true;
        default:  // struck before
            return false;
    }
}

}  // namespace

void strike_call(WorldState& world, const AtPoint& at, Treatment& treatment) {
    const std::vector<std::uint32_t> active = world.active_faults;
    for (const std::uint32_t number : active) {
        FaultRun& run = world.faults[number];
        if (run.stage != FaultRun::Stage::active || !is_meant(run.target, at.label.actor)) {
            continue;
        }
        if (strike(world.scenario->faults[number], at, treatment) && run.one_call) {
            end_fault(world, number);
        }
    }
}

void force_outcome(WorldState& world, const AtPoint& at, Treatment& treatment) {
    const auto found = world.forced.find(at.number);
    if (found == world.forced.end()) {
        return;
    }
    const bool struck =
        at.point == CallPoint::before_send    ? force_at_send(world, found->second, at, treatment)
        : at.point != CallPoint::before_apply ? force_when_done(world, found->second, at, treatment)
                                              : false;
    if (struck) {
        world.forced.erase(at.number);
        world.last_disturbance = world.now;
        note_effect(world);
    }
}

void at_point(WorldState& world, const AtPoint& at, Treatment& treatment) {
    if (at.number > 0 && !world.forced.empty()) {
        force_outcome(world, at, treatment);
    }
    fire_for_call(world, at);
    if (!world.active_faults.empty()) {
        strike_call(world, at, treatment);
    }
}

}  // namespace bestgres::scenarios
