#include "scenarios/engine/calls.hpp"

#include <fmt/format.h>

#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/kubelet.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/operators.hpp"

namespace bestgres::scenarios {
namespace {

constexpr Duration connect_fails_after = std::chrono::milliseconds(5);

kube::Error timed_out(const kube::Call& call) {
    return {.code = kube::ErrorCode::timeout,
            .applied = kube::is_write(call) ? kube::Applied::unknown : kube::Applied::no,
            .message = kube::describe(call) + ": no answer in time",
            .retry_after = {},
            .fields = {}};
}

kube::Error broken_off(const kube::Call& call) {
    return {.code = kube::ErrorCode::unavailable,
            .applied = kube::is_write(call) ? kube::Applied::unknown : kube::Applied::no,
            .message = kube::describe(call) + ": the connection broke",
            .retry_after = {},
            .fields = {}};
}

kube::Error unreachable(const kube::Call& call) {
    return {.code = kube::ErrorCode::unavailable,
            .applied = kube::Applied::no,
            .message = kube::describe(call) + ": connection refused",
            .retry_after = {},
            .fields = {}};
}

void put_answer(WorldState& world, Instant at, SentCall sent,
                Result<kube::Outcome, kube::Error> outcome) {
    if (at > sent.gives_up) {
        outcome = timed_out(sent.call);
        at = sent.gives_up;
    }
    put_at(world, at, AnswerArrives{.sent = std::move(sent), .outcome = std::move(outcome)});
}

void put_timeout(WorldState& world, SentCall sent) {
    const Instant at = sent.gives_up;
    auto outcome = Result<kube::Outcome, kube::Error>(timed_out(sent.call));
    put_answer(world, at, std::move(sent), std::move(outcome));
}

Duration one_way(WorldState& world, const SentCall& sent) {
    return sent.treatment.slower +
           jittered(world, world.scenario->knobs.call_latency, dice_of(world, sent.from).latency);
}

bool gets_nowhere(const WorldState& world, const Process& process) {
    const bool of_node =
        process.sort == Process::Sort::kubelet || process.sort == Process::Sort::proxy;
    return of_node && world.nodes[process.index].cut_off;
}

// Somebody else writes the object first: its version moves, a foreign annotation appears.
void compete(WorldState& world, const kube::Call& call) {
    kube::Patch patch;
    patch.ref = ref_of(call);
    if (patch.ref.name.empty() || stored(world, patch.ref).name().empty()) {
        return;
    }
    patch.body = {{"metadata",
                   {{"annotations",
                     {{"example.com/competitor", fmt::format("{}", world.server.version())}}}}}};
    kube::Call write = std::move(patch);
    const fakekube::Caller competitor{
        .user = {.name = "competitor", .groups = {"system:masters"}, .uid = ""},
        .field_manager = "competitor"};
    (void)perform_as(world, {ActorSort::competitor, "competitor"}, competitor, write);
}

void hand_over(WorldState& world, const Process& to, const kube::Answer& answer) {
    switch (to.sort) {
        case Process::Sort::operator_core:
            operator_hears(world, {to.index, to.incarnation, answer});
            return;
        case Process::Sort::member:
            member_hears(world, {to.index, to.incarnation, answer});
            return;
        case Process::Sort::kubelet:
            kubelet_hears(world, to.index, answer);
            return;
        case Process::Sort::proxy:
        case Process::Sort::user:
            return;
    }
}

// A pod's token is void once its pod is gone, whatever still runs:
// https://kubernetes.io/docs/concepts/security/service-accounts/#authenticating-in-code
bool has_void_token(const WorldState& world, const Process& process) {
    if (process.sort != Process::Sort::member) {
        return false;
    }
    const Container& container = world.containers[process.index];
    const kube::Ref pod{kube::kinds::pod, world.scenario->topology.ns, container.pod};
    return stored(world, pod).uid() != container.pod_uid;
}

Result<kube::Outcome, kube::Error> perform_sent(WorldState& world, SentCall& sent) {
    if (sent.treatment.competitor) {
        compete(world, sent.call);
    }
    if (sent.treatment.refused) {
        kube::Error error = *sent.treatment.refused;
        error.message = kube::describe(sent.call) + ": " + error.message;
        return error;
    }
    if (has_void_token(world, sent.from)) {
        return kube::Error{.code = kube::ErrorCode::unauthorized,
                           .applied = kube::Applied::no,
                           .message = kube::describe(sent.call) + ": Unauthorized",
                           .retry_after = std::nullopt,
                           .fields = {}};
    }
    return perform_as(world, sent.label.actor, caller_of(world, sent.from), sent.call);
}

}  // namespace

fakekube::Caller caller_of(const WorldState& world, const Process& process) {
    const std::string& ns = world.scenario->topology.ns;
    const auto account = [&ns](const std::string& name) {
        return fakekube::User{.name = "system:serviceaccount:" + ns + ":" + name,
                              .groups = {"system:serviceaccounts", "system:serviceaccounts:" + ns,
                                         "system:authenticated"},
                              .uid = ""};
    };
    const auto master = [](std::string name, std::string manager) {
        return fakekube::Caller{
            .user = {.name = std::move(name), .groups = {"system:masters"}, .uid = ""},
            .field_manager = std::move(manager)};
    };
    switch (process.sort) {
        case Process::Sort::operator_core:
            return {.user = account("bestgres-operator"), .field_manager = "bestgres-operator"};
        case Process::Sort::member:
            return {.user = account(world.containers[process.index].service_account),
                    .field_manager = "Patroni"};
        case Process::Sort::kubelet:
        case Process::Sort::proxy:
            return master("system:node", "kubelet");
        case Process::Sort::user:
            return master("admin", "kubectl");
    }
    return {};
}

bool is_unreachable(const WorldState& world, const Process& process) {
    const Place place = place_of(world, process);
    return gets_nowhere(world, process) || !world.network.reaches(place, Place::api()) ||
           !world.network.reaches(Place::api(), place) ||
           any_active(world, [](const Fault& fault, const FaultRun&) {
               return fault.kind == FaultKind::api_outage;
           });
}

Result<kube::Outcome, kube::Error> perform_as(WorldState& world, const Actor& actor,
                                              const fakekube::Caller& caller, kube::Call& call) {
    const kube::Ref ref = ref_of(call);
    const bool has_before = kube::is_write(call) && !ref.name.empty();
    // The call is lent to the occurrences: a copy of it would be the dearest thing here.
    Occurrence occurrence = CallArrived{.actor = actor,
                                        .call = std::move(call),
                                        .before = has_before ? stored(world, ref) : kube::Object()};
    tell(world, occurrence);
    call = std::move(std::get<CallArrived>(occurrence).call);
    world.acting = actor;
    auto outcome = fakekube::perform(world.server, caller, call, world.now);
    after_writes(world);
    occurrence =
        CallPerformed{.actor = actor, .call = std::move(call), .outcome = std::move(outcome)};
    tell(world, occurrence);
    auto& performed = std::get<CallPerformed>(occurrence);
    call = std::move(performed.call);
    return std::move(performed.outcome);
}

Result<kube::Outcome, kube::Error> perform_as_user(WorldState& world, kube::Call call) {
    return perform_as(world, {ActorSort::user, "user"},
                      caller_of(world, {Process::Sort::user, 0, 0}), call);
}

std::uint64_t number_call(WorldState& world, std::uint32_t operator_index, std::string_view site,
                          const CallLabel& label) {
    const std::uint64_t number = ++world.operator_calls;
    if (world.detail == TraceDetail::full) {
        world.calls.push_back({.number = number,
                               .event = world.event,
                               .operator_index = operator_index,
                               .site = site,
                               .label = label});
    }
    return number;
}

void send_call(WorldState& world, const Process& from, Outgoing outgoing) {
    SentCall sent{.from = from,
                  .id = outgoing.id,
                  .call = std::move(outgoing.call),
                  .label = {},
                  .number = 0,
                  .gives_up = world.now + outgoing.patience,
                  .treatment = {}};
    sent.label = label_of(actor_of(world, from), sent.call);
    if (from.sort == Process::Sort::operator_core) {
        sent.number = number_call(world, from.index, outgoing.site, sent.label);
    }
    at_point(world, {sent.label, sent.number, CallPoint::before_send}, sent.treatment);
    if (!is_alive(world, from)) {
        return;
    }
    const auto extra =
        world.network.extra_delay(place_of(world, from), Place::api(), dice_of(world, from).loss);
    if (!extra || gets_nowhere(world, from)) {
        put_timeout(world, std::move(sent));
        return;
    }
    const Instant at = world.now + one_way(world, sent) + *extra;
    put_at(world, at, CallArrives{std::move(sent)});
}

void arrive(WorldState& world, CallArrives arrives) {
    SentCall sent = std::move(arrives.sent);
    if (any_active(world, [](const Fault& fault, const FaultRun&) {
            return fault.kind == FaultKind::api_outage;
        })) {
        auto outcome = Result<kube::Outcome, kube::Error>(unreachable(sent.call));
        put_answer(world, world.now + connect_fails_after, std::move(sent), std::move(outcome));
        return;
    }
    at_point(world, {sent.label, sent.number, CallPoint::before_apply}, sent.treatment);
    if (sent.treatment.lost_before) {
        put_timeout(world, std::move(sent));
        return;
    }
    auto outcome = perform_sent(world, sent);
    at_point(world, {sent.label, sent.number, CallPoint::after_apply}, sent.treatment);
    const auto extra = world.network.extra_delay(Place::api(), place_of(world, sent.from),
                                                 dice_of(world, sent.from).loss);
    if (sent.treatment.reset) {
        outcome = broken_off(sent.call);
    } else if (sent.treatment.lost_after || !extra || gets_nowhere(world, sent.from)) {
        put_timeout(world, std::move(sent));
        return;
    }
    const Instant at = world.now + one_way(world, sent) + extra.value_or(Duration::zero());
    put_answer(world, at, std::move(sent), std::move(outcome));
}

void answer(WorldState& world, AnswerArrives arrives) {
    SentCall& sent = arrives.sent;
    if (!is_alive(world, sent.from)) {
        return;
    }
    hand_over(world, sent.from, {.id = sent.id, .outcome = std::move(arrives.outcome)});
    at_point(world, {sent.label, sent.number, CallPoint::after_answer}, sent.treatment);
}

}  // namespace bestgres::scenarios
