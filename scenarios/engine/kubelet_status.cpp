// What a kubelet tells of its pods, and how it learns whether they are ready.
#include <fmt/format.h>

#include <utility>

#include "lib/kube/workload.hpp"
#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/kubelet.hpp"
#include "scenarios/engine/kubelet_calls.hpp"
#include "scenarios/engine/tasks.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::seconds;
using Phase = Container::Phase;

// Of the pod template: ready after one probe, not ready after five, one a second.
constexpr Duration ready_after = seconds(1);
constexpr Duration unready_after = seconds(5);
constexpr Duration after_its_node = seconds(1);
constexpr Duration retry_report = seconds(5);
// syncBatch of the kubelet's status manager: what others wrote into a status is found by it alone.
constexpr Duration comparison_every = seconds(10);
constexpr Duration at_once = std::chrono::milliseconds(5);

Json condition(const char* type, bool holds) {
    return {{"type", type}, {"status", holds ? "True" : "False"}};
}

Json ready_condition(const Container& container) {
    Json ready = condition("Ready", container.ready);
    ready["lastTransitionTime"] = format_seconds(container.ready_since);
    return ready;
}

Json container_state(const WorldState& world, const Container& container) {
    if (container.runs()) {
        return {{"running", {{"startedAt", format_seconds(container.started)}}}};
    }
    if (container.is_over()) {
        return {{"terminated", {{"exitCode", 0}, {"finishedAt", format_seconds(world.now)}}}};
    }
    return {{"waiting",
             {{"reason", container.obstacle.empty() ? "ContainerCreating" : container.obstacle}}}};
}

Json pod_status(const WorldState& world, const Container& container) {
    if (container.task) {
        return status_of_task(world, container);
    }
    const bool has_run = container.runs() || container.incarnation > 0;
    Json status = {{"phase", has_run ? "Running" : "Pending"},
                   {"conditions",
                    {condition("PodScheduled", true), condition("Initialized", has_run),
                     condition("ContainersReady", container.ready), ready_condition(container)}},
                   {"containerStatuses",
                    {{{"name", "postgres"},
                      {"ready", container.ready},
                      {"started", container.runs()},
                      {"restartCount", container.incarnation},
                      {"image", container.image},
                      {"imageID", ""},
                      {"state", container_state(world, container)}}}}};
    if (has_run) {
        status["podIP"] = container.address;
        status["podIPs"] = {{{"ip", container.address}}};
    }
    return status;
}

kube::Ref ref_of_pod(const WorldState& world, const Container& container) {
    return {kube::kinds::pod, world.scenario->topology.ns, container.pod};
}

// Of an image whose name ends with "sick" the readiness probe never succeeds.
bool agent_says_ready(const WorldState& world, const Container& container) {
    return container.runs() && container.agent.readiness(world.now).ok &&
           world.unfinished.count(container.claim_uid) == 0 && !container.image.ends_with("sick") &&
           !strikes(world, FaultKind::probe_fails, container.pod);
}

}  // namespace

void report(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    if (container.object_gone) {
        return;
    }
    const bool is_new = !container.status_is_stale;
    container.status_is_stale = true;
    if (is_new && !container.status_on_its_way) {
        put(world, at_once, StatusDue{index});
    }
}

void compare_status_later(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    if (!container.comparison_due) {
        container.comparison_due = true;
        put(world, comparison_every, StatusDue{.container = index, .compares = true});
    }
}

void status_due(WorldState& world, const StatusDue& due) {
    Container& container = world.containers[due.container];
    const Process self = process_of_kubelet(world, container.node);
    if (due.compares && std::exchange(container.comparison_due, false) &&
        kube::pod_is_ready(stored(world, ref_of_pod(world, container))) != container.ready) {
        container.status_is_stale = true;
    }
    if (!container.status_is_stale || container.status_on_its_way || container.object_gone ||
        !is_alive(world, self)) {
        return;
    }
    // The node comes first: pods of one that is not ready are told as not ready by its controller.
    if (node_is_told_unready(world, container.node)) {
        tell_node_is_ready(world, container.node);
        put(world, after_its_node, StatusDue{due.container});
        return;
    }
    container.status_is_stale = false;
    container.status_on_its_way = true;
    const kube::Ref ref = ref_of_pod(world, container);
    Json body = {{"metadata", {{"uid", container.pod_uid}}},
                 {"status", pod_status(world, container)}};
    send_call(world, self,
              {.id = call_about(due.container, KubeletCall::status),
               .call = kube::Patch{.ref = ref,
                                   .type = kube::PatchType::strategic,
                                   .body = std::move(body),
                                   .subresource = "status"}});
}

void kubelet_hears(WorldState& world, std::uint32_t, const kube::Answer& answer) {
    const auto index = container_of_call(answer.id);
    if (!index) {
        return;
    }
    Container& container = world.containers[*index];
    const bool failed = !answer.outcome.ok();
    const bool gone = failed && (answer.outcome.error().code == kube::ErrorCode::not_found ||
                                 answer.outcome.error().code == kube::ErrorCode::conflict);
    if (what_of_call(answer.id) == KubeletCall::removal) {
        container.removal_on_its_way = false;
        container.object_gone = container.object_gone || !failed || gone;
        if (!container.object_gone) {
            put(world, retry_report, ContainerDue{*index, container.incarnation});
        }
        return;
    }
    container.status_on_its_way = false;
    if (gone) {
        return;
    }
    if (failed) {
        container.status_is_stale = true;
        put(world, retry_report, StatusDue{*index});
    } else if (container.status_is_stale) {
        put(world, at_once, StatusDue{*index});
    }
}

void look_at_readiness(WorldState& world, std::uint32_t index) {
    Container& container = world.containers[index];
    const bool ready = agent_says_ready(world, container);
    if (ready != container.ready) {
        put(world, ready ? ready_after : unready_after,
            ProbeEnds{index, container.incarnation, ready});
    }
}

// It counts only if the agent still says so.
void probe_ends(WorldState& world, const ProbeEnds& ends) {
    Container& container = world.containers[ends.container];
    const NodeRun& node = world.nodes[container.node];
    if (container.incarnation != ends.incarnation || container.ready == ends.ready || !node.up ||
        node.kubelet_dead || agent_says_ready(world, container) != ends.ready) {
        return;
    }
    container.set_ready(ends.ready, world.now);
    note_effect(world);
    report(world, ends.container);
}

}  // namespace bestgres::scenarios
