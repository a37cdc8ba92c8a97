// Nodes, kubelets, proxies and pods as Kubernetes sees them.
#include "lib/kube/workload.hpp"
#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/edits.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/fault_kinds.hpp"
#include "scenarios/engine/kubelet.hpp"
#include "scenarios/engine/proxies.hpp"

namespace bestgres::scenarios {
namespace {

std::uint32_t index_of(const WorldState& world, const NodeRun& node) {
    return static_cast<std::uint32_t>(&node - world.nodes.data());
}

void kill_pod(WorldState& world, const std::string& pod, std::optional<std::int64_t> grace) {
    kube::Delete call;
    call.ref = {kube::kinds::pod, world.scenario->topology.ns, pod};
    call.grace_period_seconds = grace;
    (void)perform_as_user(world, std::move(call));
}

void crash_container(WorldState& world, const std::string& pod, std::string_view why) {
    if (const Container* container = find_container(world, pod)) {
        kill_container(world, static_cast<std::uint32_t>(container - world.containers.data()), why);
    }
}

// A target may be a node, or a pod that stands for its node.
NodeRun* node_meant(WorldState& world, const std::string& target) {
    if (NodeRun* node = find_node(world, target)) {
        return node;
    }
    return find_node(world, find_node_of(world, target));
}

bool begin_on_pod(WorldState& world, const Fault& fault, const std::string& target) {
    const std::string& ns = world.scenario->topology.ns;
    switch (fault.kind) {
        case FaultKind::pod_kill:
            kill_pod(world, target, fault.amount > 0 ? std::optional(fault.amount) : std::nullopt);
            return true;
        case FaultKind::pod_force_deleted:
            kill_pod(world, target, 0);
            return true;
        case FaultKind::pod_eviction:
            (void)perform_as_user(
                world, kube::Evict{.pod = {kube::kinds::pod, ns, target}, .only_if = {}});
            return true;
        case FaultKind::container_crash:
            crash_container(world, target, "SIGKILL");
            return true;
        case FaultKind::liveness_kill:
            crash_container(world, target, "the liveness probe");
            return true;
        case FaultKind::patroni_crash:
            crash_container(world, target, "Patroni died");
            return true;
        default:  // of the neighbours
            return false;
    }
}

}  // namespace

bool begin_on_node(WorldState& world, const Fault& fault, const std::string& target) {
    NodeRun* const node = node_meant(world, target);
    switch (fault.kind) {
        case FaultKind::node_crash:
            if (node != nullptr) {
                crash_node(world, index_of(world, *node));
            }
            return true;
        case FaultKind::node_drain:
            if (node != nullptr) {
                begin_drain(world, node->name);
            }
            return true;
        case FaultKind::node_removed: {
            kube::Delete call;
            call.ref = {kube::kinds::node, "", target};
            (void)perform_as_user(world, std::move(call));
            return true;
        }
        case FaultKind::node_cut_off:
            if (node != nullptr) {
                node->cut_off = true;
            }
            return true;
        case FaultKind::kubelet_dead:
            if (node != nullptr) {
                node->kubelet_dead = true;
            }
            return true;
        case FaultKind::proxy_stale:
            if (node != nullptr) {
                node->proxy_stale = true;
            }
            return true;
        default:
            return begin_on_pod(world, fault, target);
    }
}

void end_on_node(WorldState& world, const Fault& fault, const std::string& target) {
    NodeRun* const node = node_meant(world, target);
    if (node == nullptr) {
        return;
    }
    const std::uint32_t index = index_of(world, *node);
    switch (fault.kind) {
        case FaultKind::node_crash:
            return_node(world, {index});
            return;
        case FaultKind::node_drain:
            std::erase_if(world.drains,
                          [node](const Drain& drain) { return drain.node == node->name; });
            set_cordon(world, node->name, false);
            return;
        case FaultKind::node_removed:
            (void)perform_as_user(
                world, kube::Create{kube::kinds::node, kube::Object(node_manifest(node->name))});
            return;
        case FaultKind::node_cut_off:
            node->cut_off = false;
            kubelet_catches_up(world, index);
            proxy_lists(world, index);
            return;
        case FaultKind::kubelet_dead:
            node->kubelet_dead = false;
            kubelet_restarts(world, index);
            return;
        case FaultKind::proxy_stale:
            node->proxy_stale = false;
            for (const std::string& service : std::set<std::string>(node->routes_due)) {
                put(world, Duration::zero(), RouteDue{index, service});
            }
            return;
        default:  // nothing ends with it
            return;
    }
}

}  // namespace bestgres::scenarios
