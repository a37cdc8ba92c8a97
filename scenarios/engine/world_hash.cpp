// The hash of a world's state, its abstraction for searches, and the names of events.
#include <algorithm>

#include "lib/patroni/parse.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/world.hpp"

namespace bestgres::scenarios {
namespace {

void add_operators(const WorldState& world, Hasher& hasher) {
    for (const OperatorRun& run : world.operators) {
        hasher.add(run.core->has_value() ? (*run.core)->hash() : 0);
        hasher.add(static_cast<std::uint64_t>(run.paused) * 2 +
                   static_cast<std::uint64_t>(run.wanted));
        hasher.add(static_cast<std::uint64_t>(run.inbox.size()));
        hasher.add(static_cast<std::uint64_t>(run.skew.count()));
    }
}

void add_nodes(const WorldState& world, Hasher& hasher) {
    for (const NodeRun& node : world.nodes) {
        hasher.add(static_cast<std::uint64_t>(node.up) * 8 +
                   static_cast<std::uint64_t>(node.kubelet_dead) * 4 +
                   static_cast<std::uint64_t>(node.cut_off) * 2 +
                   static_cast<std::uint64_t>(node.proxy_stale));
        for (const auto& [service, uids] : node.routes) {
            hasher.add(service);
            for (const std::string& uid : uids) {
                hasher.add(uid);
            }
        }
    }
    for (const Container& container : world.containers) {
        hasher.add(static_cast<std::uint64_t>(container.phase));
        hasher.add(container.incarnation);
        hasher.add(container.runs() ? (*container.member)->hash() : 0);
        hasher.add(container.runs() ? (*container.postgres)->hash() : 0);
        hasher.add(static_cast<std::uint64_t>(container.ready) * 2 +
                   static_cast<std::uint64_t>(container.frozen));
        container.agent.hash_into(hasher);
    }
}

void add_future(const WorldState& world, Hasher& hasher) {
    for (const auto& [claim, volume] : world.volumes) {
        hasher.add(claim);
        hasher.add(volume.hash());
    }
    world.timeline.visit([&](Instant at, const Happening& happening) {
        hasher.add(static_cast<std::uint64_t>((at - world.now).count()));
        hasher.add(happening.index());
    });
    for (const FaultRun& fault : world.faults) {
        fault.progress.hash_into(hasher);
        hasher.add(static_cast<std::uint64_t>(fault.stage));
    }
    for (const EditRun& edit : world.edits) {
        edit.progress.hash_into(hasher);
    }
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

std::uint64_t World::hash() const {
    Hasher hasher;
    hasher.add(state_.store_hash);
    add_operators(state_, hasher);
    add_nodes(state_, hasher);
    add_future(state_, hasher);
    state_.network.hash_into(hasher);
    state_.watches.hash_into(hasher);
    state_.laws.hash_into(hasher);
    return hasher.value();
}

// Members count whatever their names are: sums do not see the order.
std::uint64_t World::abstract_state() const {
    std::uint64_t sum = 0;
    for (const kube::Object& cluster : all_stored(state_, kube::kinds::bg_cluster)) {
        sum += abstraction_of(cluster);
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
        "CallArrives",   "AnswerArrives", "WatchDelivers",  "WatchBreaks",    "ControllersRun",
        "OperatorWakes", "OperatorHears", "OperatorStarts", "OperatorGoesOn", "RestArrives",
        "SqlArrives",    "SourceAsked",   "ServerDue",      "ServerConnects", "WalArrives",
        "ReportArrives", "LinkBreaks",    "CheckpointEnds", "MemberWakes",    "MemberHears",
        "Heartbeat",     "ContainerDue",  "AgentLooks",     "ProbeEnds",      "StatusDue",
        "RouteDue",      "NodeReturns",   "ClientWrites",   "WriteArrives",   "WriteAnswered",
        "WriteGivenUp",  "TriggersDue",   "FaultEnds",      "DrainGoesOn",    "SettleCheck"};
    static_assert(std::size(names) == std::variant_size_v<Happening>);
    return names[happening.index()];
}

}  // namespace bestgres::scenarios
