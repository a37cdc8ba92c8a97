// The life of a pod on its node, as its kubelet leads it.
#include "scenarios/engine/kubelet.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/kube/workload.hpp"
#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/exposure.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/kubelet_calls.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/tasks.hpp"
#include "scenarios/engine/watching.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Phase = Container::Phase;

constexpr Duration retry = seconds(1);
constexpr Duration first_report = seconds(1);  // after a start
constexpr Duration first_back_off = seconds(1);
constexpr Duration long_back_off = seconds(10);
constexpr Duration longest_back_off = seconds(300);
constexpr Duration stable_after = minutes(10);
// Kubernetes detaches a volume by force from a node that does not answer.
constexpr Duration forced_detach_after = minutes(6);

std::string claim_of(const kube::Object& pod) {
    for (const Json& volume : array_at(pod.json(), {"spec", "volumes"})) {
        if (const auto name = find_string(volume, {"persistentVolumeClaim", "claimName"})) {
            return *name;
        }
    }
    return "";
}

std::string image_of(const kube::Object& pod) {
    const Json& containers = array_at(pod.json(), {"spec", "containers"});
    return containers.empty() ? "" : string_at(containers[0], {"image"});
}

std::string address_of(std::uint32_t container) {
    return fmt::format("10.0.{}.{}", container / 250, container % 250 + 1);
}

void begin_pod(WorldState& world, std::uint32_t node, const kube::Object& pod) {
    const auto index = static_cast<std::uint32_t>(world.containers.size());
    const std::string name(pod.name());
    const auto before = std::count_if(world.containers.begin(), world.containers.end(),
                                      [&name](const Container& one) { return one.pod == name; });
    Container container{.dice = Dice(world.scenario->seed, fmt::format("{}/{}", name, before))};
    container.pod_uid = pod.uid();
    container.pod = name;
    container.cluster = pod.label("bestgres.io/cluster");
    container.claim = claim_of(pod);
    if (const std::string_view operation = pod.label("bestgres.io/operation"); !operation.empty()) {
        container.task = ClientTask{.operation_uid = std::string(operation)};
    }
    container.service_account = string_at(pod.json(), {"spec", "serviceAccountName"}, "default");
    container.image = image_of(pod);
    container.address = address_of(index);
    container.node = node;
    container.ready_since = world.now;
    world.container_of[container.pod_uid] = index;
    world.containers.push_back(std::move(container));
    put(world, Duration::zero(), ContainerDue{index, 0});
}

// The other node that holds the volume, if its container still runs there or it is not yet
// detached.
bool is_held_elsewhere(WorldState& world, const Container& container) {
    const auto held = world.attached.find(container.claim_uid);
    if (held == world.attached.end() || held->second == container.node) {
        return false;
    }
    for (std::uint32_t index = 0; index < world.containers.size(); ++index) {
        const Container& other = world.containers[index];
        if (other.claim_uid != container.claim_uid || other.node != held->second ||
            other.is_over()) {
            continue;
        }
        if (world.now - container.started < forced_detach_after) {
            return true;
        }
        // Its writes fail from now on: to PostgreSQL that is a panic.
        end_process(world, index, "its volume was detached");
        world.containers[index].phase = Phase::ended;
    }
    return false;
}

void wait_for(WorldState& world, std::uint32_t index, std::string obstacle) {
    Container& container = world.containers[index];
    if (container.obstacle != obstacle) {
        container.obstacle = std::move(obstacle);
        report(world, index);
    }
    put(world, retry, ContainerDue{index, container.incarnation});
}

bool can_be_pulled(WorldState& world, const Container& container) {
    return !container.image.ends_with("absent") &&
           !strikes(world, FaultKind::image_pull_fails, container.pod);
}

void start_soon(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    container.obstacle.clear();
    container.phase = Phase::starting;
    container.due =
        world.now + jittered(world, world.scenario->knobs.container_start, container.dice.latency);
    put_at(world, container.due, ContainerDue{index, container.incarnation});
}

void prepare_task(WorldState& world, std::uint32_t index) {
    if (can_be_pulled(world, world.containers[index])) {
        start_soon(world, index);
    } else {
        wait_for(world, index, "ErrImagePull");
    }
}

void prepare_start(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    if (container.started == Instant{}) {
        container.started = world.now;  // of waiting, until the process begins
    }
    const kube::Object claim = stored(world, {kube::kinds::persistent_volume_claim,
                                              world.scenario->topology.ns, container.claim});
    if (kube::claim_phase(claim) != "Bound") {
        put(world, retry, ContainerDue{index, container.incarnation});
        return;
    }
    container.claim_uid = claim.uid();
    if (is_held_elsewhere(world, container)) {
        wait_for(world, index, "ContainerCreating");
        return;
    }
    const Duration slow = slow_attachment(world, container.pod);
    if (world.now - container.started < slow) {
        wait_for(world, index, "ContainerCreating");
        return;
    }
    if (!can_be_pulled(world, container)) {
        wait_for(world, index, "ErrImagePull");
        return;
    }
    world.attached[container.claim_uid] = container.node;
    start_soon(world, index);
}

void begin_removal(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    if (container.removal_on_its_way || container.object_gone) {
        return;
    }
    container.removal_on_its_way = true;
    kube::Delete call;
    call.ref = {kube::kinds::pod, world.scenario->topology.ns, container.pod};
    call.only_if.uid = container.pod_uid;
    call.grace_period_seconds = 0;
    send_call(world, process_of_kubelet(world, container.node),
              {.id = call_about(index, KubeletCall::removal), .call = std::move(call)});
}

void finish_pod(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    container.phase = Phase::ended;
    container.agent = Agent();
    const auto held = world.attached.find(container.claim_uid);
    if (held != world.attached.end() && held->second == container.node) {
        world.attached.erase(held);
    }
    measure_exposure(world, container.cluster);
    begin_removal(world, index);
}

void begin_stop(WorldState& world, std::uint32_t index, std::int64_t grace) {
    Container& container = world.containers[index];
    container.being_deleted = true;
    if (container.works()) {
        terminate_task(world, index);
        return;
    }
    if (!container.runs()) {
        finish_pod(world, index);
        return;
    }
    container.phase = Phase::stopping;
    container.due = world.now + seconds(std::max<std::int64_t>(grace, 0));
    put_at(world, container.due, ContainerDue{index, container.incarnation});
    terminate_member(world, index);
}

void pod_is_gone(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    container.object_gone = true;
    if (container.is_over()) {
        return;
    }
    if (container.runs()) {
        end_process(world, index, "the pod was deleted by force");
    }
    if (container.works()) {
        end_task(world, index, 137, "killed");
    }
    finish_pod(world, index);
}

// A kubelet that looks again: what it was about to do with a pod of its node.
void take_up(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    switch (container.phase) {
        case Phase::ended:
            if (container.being_deleted) {
                begin_removal(world, index);
            }
            return;
        case Phase::stopping:
            if (!container.runs() && !container.works()) {
                finish_pod(world, index);
                return;
            }
            put_at(world, container.due, ContainerDue{index, container.incarnation});
            break;
        case Phase::starting:
        case Phase::backing_off:
            put_at(world, container.due, ContainerDue{index, container.incarnation});
            break;
        case Phase::waiting:
        case Phase::running:
            if (container.works()) {
                put_at(world, container.due, ContainerDue{index, container.incarnation});
            } else if (!container.runs()) {
                container.phase = Phase::waiting;
                put(world, Duration::zero(), ContainerDue{index, container.incarnation});
            } else {
                look_at_readiness(world, index);  // a probe that ended while it was dead is lost
            }
            break;
    }
    compare_status_later(world, index);
}

}  // namespace

void watch_pods(WorldState& world, std::uint32_t node) {
    open_watch(world, process_of_kubelet(world, node), pod_watch,
               {.kind = kube::kinds::pod,
                .ns = "",
                .label_selector = "",
                .field_selector = "spec.nodeName=" + world.nodes[node].name,
                .from_version = std::to_string(world.server.version())});
}

void kubelet_sees(WorldState& world, std::uint32_t node, const kube::WatchEvent& event) {
    if (event.type == kube::WatchEventType::closed || event.type == kube::WatchEventType::gone) {
        watch_pods(world, node);
        kubelet_catches_up(world, node);
        return;
    }
    const auto found = world.container_of.find(std::string(event.object.uid()));
    if (event.type == kube::WatchEventType::deleted) {
        if (found != world.container_of.end()) {
            pod_is_gone(world, found->second);
        }
        return;
    }
    if (found == world.container_of.end()) {
        begin_pod(world, node, event.object);
        // It was on its way out before it was heard of: there is nothing to stop.
        if (event.object.being_deleted()) {
            begin_stop(world, world.container_of.at(std::string(event.object.uid())), 0);
        }
        return;
    }
    Container& container = world.containers[found->second];
    // Somebody else wrote its status: the controller of nodes does after a silence.
    const bool is_ours = container.status_is_stale || container.status_on_its_way ||
                         kube::pod_is_ready(event.object) == container.ready;
    if (!event.object.being_deleted() && !is_ours && !container.is_over()) {
        compare_status_later(world, found->second);
    }
    if (event.object.being_deleted() && !container.being_deleted) {
        begin_stop(
            world, found->second,
            find_int(event.object.json(), {"metadata", "deletionGracePeriodSeconds"}).value_or(30));
    }
}

void kubelet_catches_up(WorldState& world, std::uint32_t node) {
    if (!is_alive(world, process_of_kubelet(world, node)) ||
        is_unreachable(world, process_of_kubelet(world, node))) {
        return;
    }
    std::vector<std::uint32_t> missing;
    for (std::uint32_t index = 0; index < world.containers.size(); ++index) {
        const Container& container = world.containers[index];
        if (container.node == node && !container.object_gone) {
            missing.push_back(index);
        }
    }
    for (const kube::Object& pod : all_stored(world, kube::kinds::pod)) {
        if (kube::pod_node(pod) != world.nodes[node].name) {
            continue;
        }
        const auto known = world.container_of.find(std::string(pod.uid()));
        if (known != world.container_of.end()) {
            std::erase(missing, known->second);
        }
        kubelet_sees(world, node,
                     {.id = pod_watch,
                      .type = kube::WatchEventType::modified,
                      .object = pod,
                      .message = ""});
    }
    for (const std::uint32_t index : missing) {
        pod_is_gone(world, index);
    }
    for (std::uint32_t index = 0; index < world.containers.size(); ++index) {
        Container& container = world.containers[index];
        if (container.node == node && !container.object_gone) {
            take_up(world, index);
        }
    }
}

// What its predecessor sent is answered to nobody. The node is said to be ready first: pods of a
// node that is not are told as not ready whatever their kubelet says.
void kubelet_restarts(WorldState& world, std::uint32_t node) {
    const Process self = process_of_kubelet(world, node);
    world.watches.close_all(self);
    tell_node_is_ready(world, node);
    for (std::uint32_t index = 0; index < world.containers.size(); ++index) {
        Container& container = world.containers[index];
        if (container.node == node) {
            container.status_on_its_way = false;
            container.removal_on_its_way = false;
            container.comparison_due = false;
            container.status_is_stale = true;
            put(world, first_report, StatusDue{index});
        }
    }
    watch_pods(world, node);
    kubelet_catches_up(world, node);
}

void container_due(WorldState& world, const ContainerDue& due) {
    Container& container = world.containers[due.container];
    const NodeRun& node = world.nodes[container.node];
    if (container.incarnation != due.incarnation || !node.up || node.kubelet_dead) {
        return;
    }
    switch (container.phase) {
        case Phase::waiting:
            if (container.task) {
                prepare_task(world, due.container);
            } else {
                prepare_start(world, due.container);
            }
            return;
        case Phase::starting:
        case Phase::backing_off:
            if (world.now >= container.due) {
                container.phase = Phase::running;
                container.started = world.now;
                if (container.task) {
                    start_task(world, due.container);
                } else {
                    start_member(world, due.container);
                }
                report(world, due.container);
            }
            return;
        case Phase::stopping:
            if (world.now >= container.due && container.task) {
                end_task(world, due.container, 3, "canceling statement due to user request");
                finish_pod(world, due.container);
            } else if (world.now >= container.due) {
                end_process(world, due.container, "the grace period is over");
                finish_pod(world, due.container);
            }
            return;
        case Phase::ended:
            if (container.being_deleted) {
                begin_removal(world, due.container);
            }
            return;
        case Phase::running:
            if (container.task) {
                task_due(world, due.container);
            }
            return;
    }
}

void container_ended(WorldState& world, std::uint32_t index, std::string_view why) {
    Container& container = world.containers[index];
    end_process(world, index, why);
    if (container.phase == Phase::stopping || container.being_deleted) {
        finish_pod(world, index);
        return;
    }
    const bool was_stable = world.now - container.started >= stable_after;
    container.failures = was_stable ? 1 : container.failures + 1;
    const Duration pause =
        container.failures <= 1
            ? first_back_off
            : std::min<Duration>(long_back_off * (1LL << std::min(container.failures - 2, 6U)),
                                 longest_back_off);
    container.phase = Phase::backing_off;
    container.obstacle = container.failures > 1 ? "CrashLoopBackOff" : "";
    container.due = world.now + jittered(world, pause, container.dice.latency);
    put_at(world, container.due, ContainerDue{index, container.incarnation});
    report(world, index);
}

void kill_container(WorldState& world, std::uint32_t index, std::string_view why) {
    if (world.containers[index].runs()) {
        container_ended(world, index, why);
    }
}

}  // namespace bestgres::scenarios
