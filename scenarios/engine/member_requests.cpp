// Requests of operators to Patroni and PostgreSQL, and their answers.
#include "lib/base/overloaded.hpp"
#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/rest_answers.hpp"

namespace bestgres::scenarios {
namespace {

void answer_patroni(WorldState& world, const Process& to, Duration delay, patroni::Answer answer) {
    put(world, delay, OperatorHears{to.index, to.incarnation, std::move(answer)});
}

void patroni_fails(WorldState& world, const Process& to, patroni::CallId id, bool sent) {
    answer_patroni(world, to, Duration::zero(),
                   {.id = id,
                    .outcome = patroni::Failure{
                        .sent = sent, .message = sent ? "no answer in time" : "no connection"}});
}

// The process behind an address, if the pod is still the one that is meant.
std::optional<std::uint32_t> container_of(const WorldState& world, const std::string& pod_uid) {
    const auto found = world.container_of.find(pod_uid);
    return found == world.container_of.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Duration> way(WorldState& world, const Process& from, Place to) {
    const auto extra =
        world.network.extra_delay(place_of(world, from), to, dice_of(world, from).loss);
    if (!extra) {
        return std::nullopt;
    }
    return *extra +
           jittered(world, world.scenario->knobs.call_latency, dice_of(world, from).latency);
}

}  // namespace

void ask_patroni(WorldState& world, const Process& from, core::PatroniCall call) {
    CallLabel label = label_of(actor_of(world, from), call.call);
    const std::uint64_t number = number_call(world, from.index, call.site, label);
    Treatment treatment;
    at_point(world, {label, number, CallPoint::before_send}, treatment);
    if (!is_alive(world, from)) {
        return;
    }
    tell(world, PatroniAsked{.actor = label.actor, .call = call.call});
    const auto index = container_of(world, call.call.pod_uid);
    const auto delay =
        index ? way(world, from, Place::node(world.containers[*index].node)) : std::nullopt;
    // Whatever happens, nobody waits longer.
    put(world, call.call.deadline,
        OperatorHears{from.index, from.incarnation,
                      patroni::Answer{.id = call.id,
                                      .outcome = patroni::Failure{
                                          .sent = true, .message = "no answer in time"}}});
    if (!index || !delay || treatment.lost_before) {
        return;
    }
    put(world, *delay,
        RestArrives{.container = *index,
                    .incarnation = world.containers[*index].incarnation,
                    .from = from,
                    .id = call.id,
                    .number = number,
                    .verb = call.call.verb,
                    .body = std::move(call.call.body),
                    .label = std::move(label),
                    .treatment = treatment});
}

void rest_arrives(WorldState& world, RestArrives arrives) {
    Container& container = world.containers[arrives.container];
    if (container.incarnation != arrives.incarnation || !container.runs()) {
        patroni_fails(world, arrives.from, arrives.id, false);
        return;
    }
    at_point(world, {arrives.label, arrives.number, CallPoint::before_apply}, arrives.treatment);
    if (arrives.treatment.lost_before || strikes(world, FaultKind::rest_silent, container.pod)) {
        use_up(world, FaultKind::rest_silent, container.pod);
        return;
    }
    if (const auto status = rest_error(world, container.pod)) {
        answer_patroni(
            world, arrives.from, Duration::zero(),
            {.id = arrives.id,
             .outcome = patroni::Reply{.status = static_cast<int>(*status), .body = "an error"}});
        return;
    }
    const patroni::CallId id = ++world.rest_requests;  // callers' own numbers may be equal
    container.asked[id] = {arrives.from, arrives.id};
    const Process self = process_of_member(world, arrives.container);
    member_hears(world, {arrives.container, arrives.incarnation,
                         fakepatroni::RestRequest{
                             .id = id, .verb = arrives.verb, .body = std::move(arrives.body)}});
    if (is_alive(world, self)) {
        Treatment after;
        at_point(world, {arrives.label, arrives.number, CallPoint::after_apply}, after);
        if (after.lost_after || after.reset ||
            strikes(world, FaultKind::rest_lost_after_apply, container.pod)) {
            use_up(world, FaultKind::rest_lost_after_apply, container.pod);
            world.containers[arrives.container].asked.erase(id);
        }
    }
}

void answer_rest(WorldState& world, std::uint32_t index, patroni::CallId id, patroni::Reply reply) {
    Container& container = world.containers[index];
    const auto asked = container.asked.find(id);
    if (asked == container.asked.end()) {
        return;
    }
    const Asked request = asked->second;
    container.asked.erase(asked);
    const auto extra = world.network.extra_delay(
        Place::node(container.node), place_of(world, request.from), container.dice.loss);
    if (extra) {
        answer_patroni(
            world, request.from,
            *extra + jittered(world, world.scenario->knobs.call_latency, container.dice.latency),
            {.id = request.id, .outcome = std::move(reply)});
    }
}

// The present model has no PostgreSQL that answers.
void ask_postgres(WorldState& world, const Process& from, core::SqlCall call) {
    const CallLabel label = label_of(actor_of(world, from), call.call);
    const std::uint64_t number = number_call(world, from.index, call.site, label);
    Treatment treatment;
    at_point(world, {label, number, CallPoint::before_send}, treatment);
    if (!is_alive(world, from)) {
        return;
    }
    tell(world, SqlSent{.actor = label.actor, .call = call.call});
    put(world, world.scenario->knobs.call_latency,
        OperatorHears{from.index, from.incarnation,
                      postgres::Answer{.id = call.id,
                                       .outcome = postgres::Failure{.index = std::nullopt,
                                                                    .sqlstate = "",
                                                                    .message = "no SQL here",
                                                                    .unknown = false}}});
}

void sql_arrives(WorldState&, SqlArrives) {}

}  // namespace bestgres::scenarios
