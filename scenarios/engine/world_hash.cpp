// The hash of a world's state, its abstraction for searches, and the names of events.
#include <algorithm>

#include "lib/base/structural_hash.hpp"
#include "lib/patroni/parse.hpp"
#include "operator/api/sharded.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/world.hpp"

namespace bestgres::scenarios {
namespace {

// What decides the future. Left out is history (the trace, the numbers of events, what was recorded
// of calls and occurrences) and the state that controllers derive from the store.
void add_present(const WorldState& world, Hasher& hasher) {
    hash_values(hasher, world.now, world.over, world.server.version(), world.seen_version,
                world.store_hash, world.controllers_due, world.replicas, world.watches,
                world.network);
    hash_values(hasher, world.operators, world.operator_calls, world.rest_requests, world.sql_calls,
                world.sql_asked, world.forced, world.nodes, world.containers, world.volumes,
                world.unfinished, world.links, world.attached, world.clients, world.row_clients,
                world.remotes, world.row_calls, world.drains, world.told_to_stop, world.releases);
    hash_values(hasher, world.faults, world.active_faults, world.edits, world.states_changed,
                world.step_cluster, world.step_effect, world.last_effect, world.last_disturbance,
                world.settled);
    hash_values(hasher, world.laws, world.exposure, world.writerless_since, world.two_writers_since,
                world.has_been_written_to);
}

// Events of one instant happen in the order in which they were put in.
void add_future(const WorldState& world, Hasher& hasher) {
    hasher.add(static_cast<std::uint64_t>(world.timeline.size()));
    world.timeline.visit(
        [&hasher](Instant at, const Happening& happening) { hash_values(hasher, at, happening); });
}

std::uint64_t abstraction_of(const kube::Object& cluster) {
    Hasher hasher;
    hasher.add(string_at(cluster.json(), {"status", "phase"}));
    hasher.add(static_cast<std::uint64_t>(cluster.being_deleted()));
    return hasher.value();
}

std::uint64_t abstraction_of(const Container& container) {
    Hasher hasher;
    hasher.add(static_cast<std::uint64_t>(container.phase));
    hasher.add(static_cast<std::uint64_t>(container.ready) * 4 +
               static_cast<std::uint64_t>(is_writable(container)) * 2 +
               static_cast<std::uint64_t>(container.frozen));
    return hasher.value();
}

}  // namespace

void ClientTask::hash_into(Hasher& hasher) const {
    hash_values(hasher, operation_uid, server, server_incarnation, exit_code, message);
}

void Container::hash_into(Hasher& hasher) const {
    hash_values(hasher, dice, pod_uid, pod, cluster, claim, claim_uid, service_account, image,
                address, node);
    hash_values(hasher, phase, incarnation, failures, due, started, obstacle, task);
    hash_values(hasher, member, postgres, server_due, server_face, patroni_face, checkpoint_until,
                wake, frozen, inbox, asked, agent, agent_looks, citus_face);
    hash_values(hasher, ready, being_deleted, object_gone, status_on_its_way, status_is_stale,
                removal_on_its_way);
}

std::uint64_t hash_of_world(const WorldState& world) {
    Hasher hasher;
    add_present(world, hasher);
    add_future(world, hasher);
    return hasher.value();
}

std::uint64_t World::hash() const {
    return hash_of_world(state_);
}

// Members count whatever their names are: sums do not see the order.
std::uint64_t World::abstract_state() const {
    std::uint64_t sum = 0;
    for (const kube::Kind& kind : {kube::kinds::bg_cluster, kube::kinds::bg_sharded_cluster}) {
        for (const kube::Object& cluster : all_stored(state_, kind)) {
            sum += abstraction_of(cluster);
        }
    }
    for (const Container& container : state_.containers) {
        sum += container.is_over() ? 0 : abstraction_of(container);
    }
    Hasher hasher;
    hasher.add(sum);
    for (const std::uint32_t fault : state_.active_faults) {
        hasher.add(static_cast<std::uint64_t>(state_.scenario->faults[fault].kind));
    }
    std::uint64_t in_flight = 0;
    state_.timeline.visit([&in_flight](Instant, const Happening& happening) {
        const auto* call = std::get_if<CallArrives>(&happening);
        if (call != nullptr && call->sent.number > 0) {
            in_flight += mix(hash_text(call->sent.label.verb) ^ hash_text(call->sent.label.kind));
        }
    });
    hasher.add(in_flight);
    return hasher.value();
}

std::string_view name_of(const Happening& happening) {
    static constexpr std::string_view names[] = {
        "CallArrives",    "AnswerArrives", "WatchDelivers",  "WatchBreaks",    "ControllersRun",
        "OperatorWakes",  "OperatorHears", "OperatorStarts", "OperatorGoesOn", "RestArrives",
        "SqlArrives",     "SourceAsked",   "RemoteArrives",  "RemoteReplies",  "ServerDue",
        "ServerConnects", "WalArrives",    "ReportArrives",  "LinkBreaks",     "CheckpointEnds",
        "MemberWakes",    "MemberHears",   "Heartbeat",      "ContainerDue",   "AgentLooks",
        "ProbeEnds",      "StatusDue",     "RouteDue",       "NodeReturns",    "ClientWrites",
        "WriteArrives",   "WriteAnswered", "WriteGivenUp",   "RowsDue",        "RowsAnswered",
        "TriggersDue",    "FaultEnds",     "DrainGoesOn",    "ReleaseDue",     "NamespaceLook",
        "SettleCheck"};
    static_assert(std::size(names) == std::variant_size_v<Happening>);
    return names[happening.index()];
}

}  // namespace bestgres::scenarios
