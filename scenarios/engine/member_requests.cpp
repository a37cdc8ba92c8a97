// Requests of operators and of peers to Patroni and PostgreSQL, and their answers.
#include "lib/base/overloaded.hpp"
#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/rest_faults.hpp"
#include "scenarios/engine/row_clients.hpp"
#include "scenarios/engine/servers.hpp"

namespace bestgres::scenarios {
namespace {

// The process behind an address, if the pod is still the one that is meant.
std::optional<std::uint32_t> container_of(const WorldState& world, const std::string& pod_uid) {
    const auto found = world.container_of.find(pod_uid);
    return found == world.container_of.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::uint32_t> container_at(const WorldState& world, std::string_view address) {
    const std::string_view host = address.substr(0, address.rfind(':'));
    for (auto index = static_cast<std::uint32_t>(world.containers.size()); index-- > 0;) {
        if (world.containers[index].address == host && !world.containers[index].is_over()) {
            return index;
        }
    }
    return std::nullopt;
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

// What Patroni in that container says, to be heard after `delay`.
void send_reply(WorldState& world, const Container& container, const Asked& asked,
                std::pair<Duration, fakepatroni::RestReply> delayed) {
    auto& [delay, reply] = delayed;
    if (asked.from.sort == Process::Sort::member) {
        put(world, delay,
            MemberHears{asked.from.index, asked.from.incarnation,
                        fakepatroni::PeerAnswer{asked.id, std::move(reply)}});
    } else if (asked.from.sort == Process::Sort::operator_core) {
        tell(world, PatroniAnswered{.actor = actor_of(world, asked.from),
                                    .pod_uid = container.pod_uid,
                                    .status = reply.status});
        put(world, delay,
            OperatorHears{
                asked.from.index, asked.from.incarnation,
                patroni::Answer{.id = asked.id,
                                .outcome = patroni::Reply{.status = reply.status,
                                                          .body = std::move(reply.body)}}});
    }
}

// Nobody listens there: its node's kernel says so.
void hear_refusal(WorldState& world, const Process& from, std::uint64_t id) {
    if (from.sort == Process::Sort::member) {
        put(world, Duration::zero(),
            MemberHears{from.index, from.incarnation, fakepatroni::PeerAnswer{id, std::nullopt}});
    } else if (from.sort == Process::Sort::operator_core) {
        put(world, Duration::zero(),
            OperatorHears{from.index, from.incarnation,
                          patroni::Answer{.id = id,
                                          .outcome = patroni::Failure{
                                              .sent = false, .message = "connection refused"}}});
    }
}

void give_up_at(WorldState& world, const Process& from, const core::PatroniCall& call) {
    put(world, call.call.deadline,
        OperatorHears{from.index, from.incarnation,
                      patroni::Answer{.id = call.id,
                                      .outcome = patroni::Failure{
                                          .sent = true, .message = "no answer in time"}}});
}

bool is_silent(WorldState& world, RestArrives& arrives, const std::string& pod) {
    if (arrives.from.sort == Process::Sort::operator_core) {
        at_point(world, {arrives.label, arrives.number, CallPoint::before_apply},
                 arrives.treatment);
    }
    if (arrives.treatment.lost_before) {
        return true;
    }
    if (strikes(world, FaultKind::rest_silent, pod)) {
        use_up(world, FaultKind::rest_silent, pod);
        return true;
    }
    return false;
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
    give_up_at(world, from, call);
    const auto index = container_of(world, call.call.pod_uid);
    const auto delay =
        index ? way(world, from, Place::node(world.containers[*index].node)) : std::nullopt;
    if (!index || !delay || treatment.lost_before) {
        return;
    }
    put(world, *delay,
        RestArrives{.container = *index,
                    .incarnation = world.containers[*index].incarnation,
                    .from = from,
                    .id = call.id,
                    .number = number,
                    .request = {.id = 0,
                                .method = std::string(patroni::method(call.call.verb)),
                                .path = std::string(patroni::path(call.call.verb)),
                                .body = std::move(call.call.body),
                                .credentials_ok = true},
                    .label = std::move(label),
                    .treatment = treatment});
}

void ask_peer(WorldState& world, std::uint32_t from, fakepatroni::PeerRequest request) {
    const Process self = process_of_member(world, from);
    const auto index = container_at(world, request.address);
    const auto delay =
        index ? way(world, self, Place::node(world.containers[*index].node)) : std::nullopt;
    if (!index || !delay) {
        return;  // its own deadline tells
    }
    put(world, *delay,
        RestArrives{.container = *index,
                    .incarnation = world.containers[*index].incarnation,
                    .from = self,
                    .id = request.id,
                    .number = 0,
                    .request = {.id = 0,
                                .method = std::move(request.method),
                                .path = std::move(request.path),
                                .body = std::move(request.body),
                                .credentials_ok = true},
                    .label = {},
                    .treatment = {}});
}

void rest_arrives(WorldState& world, RestArrives arrives) {
    Container& container = world.containers[arrives.container];
    const NodeRun& node = world.nodes[container.node];
    if (container.incarnation != arrives.incarnation || !container.runs()) {
        if (node.up) {
            hear_refusal(world, arrives.from, arrives.id);
        }
        return;
    }
    if (is_silent(world, arrives, container.pod)) {
        return;
    }
    if (const auto status = rest_error(world, container.pod)) {
        send_reply(world, container, {.from = arrives.from, .id = arrives.id},
                   {Duration::zero(), {.status = static_cast<int>(*status), .body = "an error"}});
        return;
    }
    const fakepatroni::RestId id = ++world.rest_requests;  // askers' own numbers may be equal
    const bool lost = strikes(world, FaultKind::rest_lost_after_apply, container.pod);
    container.asked[id] = {arrives.from, arrives.id, lost};
    arrives.request.id = id;
    member_hears(world, {arrives.container, arrives.incarnation, std::move(arrives.request)});
    if (lost) {
        use_up(world, FaultKind::rest_lost_after_apply, world.containers[arrives.container].pod);
    }
    if (arrives.from.sort != Process::Sort::operator_core) {
        return;
    }
    Treatment after;
    at_point(world, {arrives.label, arrives.number, CallPoint::after_apply}, after);
    const auto asked = world.containers[arrives.container].asked.find(id);
    if ((after.lost_after || after.reset) &&
        asked != world.containers[arrives.container].asked.end()) {
        asked->second.answer_is_lost = true;
    }
}

void answer_rest(WorldState& world, std::uint32_t index, fakepatroni::RestId id,
                 fakepatroni::RestReply reply) {
    Container& container = world.containers[index];
    const auto found = container.asked.find(id);
    if (found == container.asked.end()) {
        return;
    }
    const Asked asked = found->second;
    container.asked.erase(found);
    const auto delay = way(world, process_of_member(world, index), place_of(world, asked.from));
    if (!delay || asked.answer_is_lost) {
        return;
    }
    send_reply(world, container, asked, {*delay, std::move(reply)});
}

void tell_patroni(WorldState& world, std::uint32_t index, std::string method, Json body) {
    const fakepatroni::RestId id = ++world.rest_requests;
    member_hears(world, {index, world.containers[index].incarnation,
                         fakepatroni::RestRequest{.id = id,
                                                  .method = std::move(method),
                                                  .path = "/config",
                                                  .body = std::move(body),
                                                  .credentials_ok = true}});
}

void ask_postgres(WorldState& world, const Process& from, core::SqlCall call) {
    CallLabel label = label_of(actor_of(world, from), call.call);
    const std::uint64_t number = number_call(world, from.index, call.site, label);
    Treatment treatment;
    at_point(world, {label, number, CallPoint::before_send}, treatment);
    if (!is_alive(world, from)) {
        return;
    }
    tell(world, SqlSent{.actor = label.actor, .call = call.call});
    put(world, call.call.deadline,
        OperatorHears{from.index, from.incarnation,
                      postgres::Answer{.id = call.id,
                                       .outcome = postgres::Failure{.index = std::nullopt,
                                                                    .sqlstate = "",
                                                                    .message = "no answer in time",
                                                                    .unknown = true}}});
    const auto index = container_of(world, call.call.pod_uid);
    const auto delay =
        index ? way(world, from, Place::node(world.containers[*index].node)) : std::nullopt;
    if (index && delay && !treatment.lost_before) {
        put(world, *delay,
            SqlArrives{.container = *index,
                       .incarnation = world.containers[*index].incarnation,
                       .from = from,
                       .id = call.id,
                       .number = number,
                       .call = std::move(call.call),
                       .label = std::move(label),
                       .treatment = treatment});
    }
}

void sql_arrives(WorldState& world, SqlArrives arrives) {
    Container& container = world.containers[arrives.container];
    if (container.incarnation != arrives.incarnation || !container.runs()) {
        put(world, Duration::zero(),
            OperatorHears{
                arrives.from.index, arrives.from.incarnation,
                postgres::Answer{.id = arrives.id,
                                 .outcome = postgres::Failure{.index = std::nullopt,
                                                              .sqlstate = "",
                                                              .message = "connection refused",
                                                              .unknown = false}}});
        return;
    }
    at_point(world, {arrives.label, arrives.number, CallPoint::before_apply}, arrives.treatment);
    if (arrives.treatment.lost_before) {
        return;
    }
    const postgres::CallId id = ++world.sql_calls;
    world.sql_asked[id] = {arrives.from, arrives.id, arrives.container, false};
    (*container.postgres.write()).run_sql(id, arrives.call, world.now);
    serve(world, arrives.container);
    Treatment after;
    at_point(world, {arrives.label, arrives.number, CallPoint::after_apply}, after);
    const auto asked = world.sql_asked.find(id);
    if ((after.lost_after || after.reset) && asked != world.sql_asked.end()) {
        asked->second.answer_is_lost = true;
    }
}

void sql_ended(WorldState& world, std::uint32_t index, const postgres::Answer& answer) {
    if (row_call_ended(world, index, answer)) {
        return;
    }
    const auto found = world.sql_asked.find(answer.id);
    if (found == world.sql_asked.end()) {
        return;
    }
    const SqlAsked asked = found->second;
    world.sql_asked.erase(found);
    const auto delay = way(world, process_of_member(world, index), place_of(world, asked.from));
    if (delay && !asked.answer_is_lost) {
        tell(world, SqlAnswered{.actor = actor_of(world, asked.from),
                                .pod_uid = world.containers[index].pod_uid});
        put(world, *delay,
            OperatorHears{asked.from.index, asked.from.incarnation,
                          postgres::Answer{.id = asked.id, .outcome = answer.outcome}});
    }
}

}  // namespace bestgres::scenarios
