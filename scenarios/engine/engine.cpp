#include "scenarios/engine/engine.hpp"

#include <algorithm>

#include "lib/kube/quantity.hpp"
#include "lib/kube/workload.hpp"
#include "lib/patroni/parse.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/servers.hpp"
#include "scenarios/engine/truth_view.hpp"
#include "scenarios/engine/watching.hpp"

namespace bestgres::scenarios {
namespace {

constexpr std::size_t whole_log = 1'000'000;
constexpr Duration controllers_latency = std::chrono::milliseconds(10);

bool is_renewal(const fakekube::StoredEvent& event) {
    const auto same = [&event](const char* annotation) {
        return event.before.annotation(annotation) == event.object.annotation(annotation);
    };
    return std::string_view(event.object.name()).ends_with("-leader") && same("leader") &&
           same("transitions") && same("ttl");
}

// A member's own report, when nothing but positions has moved.
bool is_report(const fakekube::StoredEvent& event) {
    const std::string_view before = event.before.annotation("status");
    const std::string_view after = event.object.annotation("status");
    if (before == after ||
        event.before.label("bestgres.io/role") != event.object.label("bestgres.io/role")) {
        return false;
    }
    const auto was = patroni::parse_member_status(before);
    const auto is = patroni::parse_member_status(after);
    return was.ok() && is.ok() && was->role == is->role && was->state == is->state &&
           was->timeline == is->timeline && was->pending_restart == is->pending_restart;
}

bool is_periodic(const fakekube::StoredEvent& event) {
    if (event.kind->is(kube::kinds::lease)) {
        return true;
    }
    if (event.type != fakekube::EventType::modified) {
        return false;
    }
    return (event.kind->is(kube::kinds::config_map) && is_renewal(event)) ||
           (event.kind->is(kube::kinds::pod) && is_report(event));
}

std::uint64_t part_of_store_hash(const kube::Object& object) {
    return mix(object.hash() ^ hash_text(object.uid()));
}

// Renewals concern no controller: they read them when they run next. Leases of nodes do, since
// silence is measured from the moment when a heartbeat was seen.
bool wakes_controllers(const fakekube::StoredEvent& event) {
    if (event.kind->is(kube::kinds::lease)) {
        return event.object.ns() == "kube-node-lease";
    }
    return !is_periodic(event);
}

// The volume goes with its claim, and grows with it while it is mounted.
void follow_claim(WorldState& world, const kube::Object& claim, bool deleted) {
    const std::string uid(claim.uid());
    if (deleted) {
        world.volumes.erase(uid);
        world.unfinished.erase(uid);
        return;
    }
    const auto size = kube::Quantity::parse(kube::claim_capacity(claim));
    for (std::uint32_t index = 0; size.ok() && index < world.containers.size(); ++index) {
        Container& container = world.containers[index];
        if (container.claim_uid != uid || !container.runs()) {
            continue;
        }
        fakepatroni::Filesystem disk = (*container.postgres)->volume().disk;
        if (disk.size != static_cast<std::uint64_t>(size->bytes())) {
            disk.size = static_cast<std::uint64_t>(size->bytes());
            (*container.postgres.write()).change_disk(disk, world.now);
            serve(world, index);
        }
    }
}

void take_event(WorldState& world, const fakekube::StoredEvent& event) {
    world.trace.add(event.version);
    world.trace.add(event.object.hash());
    if (event.type != fakekube::EventType::added) {
        world.store_hash -= part_of_store_hash(event.before);
    }
    if (event.type != fakekube::EventType::deleted) {
        world.store_hash += part_of_store_hash(event.object);
    }
    if (!is_periodic(event)) {
        note_effect(world);
    }
    const bool deleted = event.type == fakekube::EventType::deleted;
    if (event.kind->is(kube::kinds::persistent_volume_claim)) {
        follow_claim(world, event.object, deleted);
    }
    tell(world, ObjectChanged{.actor = world.acting,
                              .before = event.before,
                              .after = deleted ? kube::Object() : event.object});
    for (const WatchTable::Number number : world.watches.enter(event)) {
        schedule_delivery(world, number);
    }
    world.states_changed = true;
    const Instant soon = world.now + controllers_latency;
    if (wakes_controllers(event) && (!world.controllers_due || *world.controllers_due > soon)) {
        world.controllers_due = soon;
        put_at(world, soon, ControllersRun{});
    }
}

}  // namespace

void put_at(WorldState& world, Instant at, Happening happening) {
    world.timeline.put(std::max(at, world.now), std::move(happening), world.event);
}

void put(WorldState& world, Duration delay, Happening happening) {
    put_at(world, world.now + delay, std::move(happening));
}

void tell(WorldState& world, const Occurrence& occurrence) {
    Findings findings;
    world.laws.on(occurrence, TruthView(world), findings);
    for (Violation& violation : findings.take()) {
        violation.at = world.now;
        violation.event = world.event;
        world.violations.push_back(std::move(violation));
    }
    if (world.detail == TraceDetail::full) {
        world.log.push_back(
            {.event = world.event, .cause = world.cause, .at = world.now, .what = occurrence});
    }
}

void after_writes(WorldState& world) {
    while (world.server.version() != world.seen_version) {
        const auto events = world.server.events_after(world.seen_version, whole_log);
        BG_CHECK(events.ok(), "the world fell behind its own log");
        for (const fakekube::StoredEvent& event : *events) {
            world.seen_version = event.version;
            take_event(world, event);
        }
    }
}

Place place_of(const WorldState& world, const Process& process) {
    switch (process.sort) {
        case Process::Sort::operator_core:
            return Place::of_operator(process.index);
        case Process::Sort::member:
            return Place::node(world.containers[process.index].node);
        case Process::Sort::kubelet:
        case Process::Sort::proxy:
            return Place::node(process.index);
        case Process::Sort::user:
            return Place::api();
    }
    return Place::api();
}

bool is_alive(const WorldState& world, const Process& process) {
    switch (process.sort) {
        case Process::Sort::operator_core: {
            const OperatorRun& run = world.operators[process.index];
            return run.incarnation == process.incarnation && run.core->has_value();
        }
        case Process::Sort::member: {
            const Container& container = world.containers[process.index];
            return container.incarnation == process.incarnation && container.runs();
        }
        case Process::Sort::kubelet:
        case Process::Sort::proxy: {
            const NodeRun& node = world.nodes[process.index];
            return node.incarnation == process.incarnation && node.up &&
                   (process.sort == Process::Sort::proxy || !node.kubelet_dead);
        }
        case Process::Sort::user:
            return true;
    }
    return true;
}

Actor actor_of(const WorldState& world, const Process& process) {
    switch (process.sort) {
        case Process::Sort::operator_core:
            return {ActorSort::operator_core, world.operators[process.index].name};
        case Process::Sort::member:
            return {ActorSort::patroni, world.containers[process.index].pod};
        case Process::Sort::kubelet:
        case Process::Sort::proxy:
            return {ActorSort::kubelet, world.nodes[process.index].name};
        case Process::Sort::user:
            return {ActorSort::user, "user"};
    }
    return {};
}

Dice& dice_of(WorldState& world, const Process& process) {
    switch (process.sort) {
        case Process::Sort::operator_core:
            return world.operators[process.index].dice;
        case Process::Sort::member:
            return world.containers[process.index].dice;
        case Process::Sort::kubelet:
        case Process::Sort::proxy:
        case Process::Sort::user:
            return world.nodes[process.index].dice;
    }
    return world.nodes.front().dice;
}

Process process_of_operator(const WorldState& world, std::uint32_t index) {
    return {Process::Sort::operator_core, index, world.operators[index].incarnation};
}

Process process_of_member(const WorldState& world, std::uint32_t container) {
    return {Process::Sort::member, container, world.containers[container].incarnation};
}

Process process_of_kubelet(const WorldState& world, std::uint32_t node) {
    return {Process::Sort::kubelet, node, world.nodes[node].incarnation};
}

Process process_of_proxy(const WorldState& world, std::uint32_t node) {
    return {Process::Sort::proxy, node, world.nodes[node].incarnation};
}

Duration jittered(const WorldState& world, Duration span, RandomStream& stream) {
    return with_jitter(span, world.scenario->knobs.jitter_per_mille, stream);
}

kube::Object stored(const WorldState& world, const kube::Ref& ref) {
    const auto resource =
        world.server.find_resource(ref.kind.group, ref.kind.version, ref.kind.plural);
    if (!resource) {
        return {};
    }
    const auto object = world.server.get(*resource, {.ns = ref.ns, .name = ref.name});
    return object.ok() ? *object : kube::Object();
}

std::vector<kube::Object> all_stored(const WorldState& world, const kube::Kind& kind) {
    const auto resource = world.server.find_resource(kind.group, kind.version, kind.plural);
    if (!resource) {
        return {};
    }
    const auto listed = world.server.list(*resource, "", {});
    return listed.ok() ? listed->items : std::vector<kube::Object>();
}

NodeRun* find_node(WorldState& world, std::string_view name) {
    const auto found = std::find_if(world.nodes.begin(), world.nodes.end(),
                                    [name](const NodeRun& node) { return node.name == name; });
    return found == world.nodes.end() ? nullptr : &*found;
}

// The newest of that name: an older one may still run on a node that is cut off.
Container* find_container(WorldState& world, std::string_view pod_name) {
    for (auto at = world.containers.rbegin(); at != world.containers.rend(); ++at) {
        if (at->pod == pod_name && !at->is_over()) {
            return &*at;
        }
    }
    return nullptr;
}

void note_effect(WorldState& world) {
    world.last_effect = world.now;
    world.settled = false;
}

Instant clock_of(const WorldState& world, const Process& process) {
    switch (process.sort) {
        case Process::Sort::operator_core:
            return world.now + world.operators[process.index].skew;
        case Process::Sort::member:
            return world.now + world.nodes[world.containers[process.index].node].skew;
        case Process::Sort::kubelet:
        case Process::Sort::proxy:
            return world.now + world.nodes[process.index].skew;
        case Process::Sort::user:
            return world.now;
    }
    return world.now;
}

}  // namespace bestgres::scenarios
