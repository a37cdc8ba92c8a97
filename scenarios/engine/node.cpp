// The node itself: boot, heartbeats, crash and return.
#include <fmt/format.h>

#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/kubelet.hpp"
#include "scenarios/engine/kubelet_calls.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/proxies.hpp"
#include "scenarios/engine/tasks.hpp"
#include "scenarios/engine/watching.hpp"

namespace bestgres::scenarios {
namespace {

constexpr Duration heartbeat_every = std::chrono::seconds(10);
constexpr std::string_view lease_namespace = "kube-node-lease";

bool is_told_ready(const kube::Object& node) {
    for (const Json& condition : array_at(node.json(), {"status", "conditions"})) {
        if (string_at(condition, {"type"}) == "Ready") {
            return string_at(condition, {"status"}) == "True";
        }
    }
    return false;
}

Json ready_status(Instant now) {
    return {{"conditions",
             {{{"type", "Ready"},
               {"status", "True"},
               {"reason", "KubeletReady"},
               {"message", "kubelet is posting ready status"},
               {"lastHeartbeatTime", format_seconds(now)},
               {"lastTransitionTime", format_seconds(now)}}}}};
}

void renew_lease(WorldState& world, std::uint32_t node) {
    const std::string& name = world.nodes[node].name;
    send_call(world, process_of_kubelet(world, node),
              {.id = heartbeat_call,
               .call = kube::Patch{.ref = {kube::kinds::lease, std::string(lease_namespace), name},
                                   .type = kube::PatchType::merge,
                                   .body = {{"spec", {{"renewTime", format_micros(world.now)}}}},
                                   .subresource = ""}});
}

void create_lease(WorldState& world, std::uint32_t node) {
    const std::string& name = world.nodes[node].name;
    (void)perform_as_user(
        world,
        kube::Create{kube::kinds::lease,
                     kube::Object({{"apiVersion", "coordination.k8s.io/v1"},
                                   {"kind", "Lease"},
                                   {"metadata", {{"name", name}, {"namespace", lease_namespace}}},
                                   {"spec",
                                    {{"holderIdentity", name},
                                     {"leaseDurationSeconds", 40},
                                     {"renewTime", format_micros(world.now)}}}})});
}

}  // namespace

Json node_manifest(const std::string& name) {
    return {{"apiVersion", "v1"},
            {"kind", "Node"},
            {"metadata", {{"name", name}, {"labels", {{"kubernetes.io/hostname", name}}}}},
            {"status",
             {{"capacity", {{"cpu", "8"}, {"memory", "32Gi"}, {"pods", "110"}}},
              {"allocatable", {{"cpu", "8"}, {"memory", "32Gi"}, {"pods", "110"}}},
              {"conditions", {{{"type", "Ready"}, {"status", "True"}}}}}}};
}

void boot_node(WorldState& world, std::uint32_t node) {
    const std::string version = std::to_string(world.server.version());
    watch_pods(world, node);
    open_watch(world, process_of_proxy(world, node), slice_watch,
               {.kind = kube::kinds::endpoint_slice,
                .ns = world.scenario->topology.ns,
                .label_selector = "",
                .field_selector = "",
                .from_version = version});
    if (world.nodes[node].incarnation == 0) {
        create_lease(world, node);
    }
    put(world, Duration::zero(), Heartbeat{node, world.nodes[node].incarnation});
}

void heartbeat(WorldState& world, const Heartbeat& beat) {
    const Process self = process_of_kubelet(world, beat.node);
    if (beat.incarnation != self.incarnation || !world.nodes[beat.node].up) {
        return;
    }
    put(world, heartbeat_every, beat);
    if (!is_alive(world, self)) {
        return;
    }
    renew_lease(world, beat.node);
    tell_node_is_ready(world, beat.node);
}

bool node_is_told_unready(const WorldState& world, std::uint32_t node) {
    const kube::Object object = stored(world, {kube::kinds::node, "", world.nodes[node].name});
    return !object.name().empty() && !is_told_ready(object);
}

void tell_node_is_ready(WorldState& world, std::uint32_t node) {
    const Process self = process_of_kubelet(world, node);
    const kube::Ref ref{kube::kinds::node, "", world.nodes[node].name};
    if (!is_unreachable(world, self) && node_is_told_unready(world, node)) {
        send_call(world, self,
                  {.id = heartbeat_call,
                   .call = kube::Patch{.ref = ref,
                                       .type = kube::PatchType::strategic,
                                       .body = {{"status", ready_status(world.now)}},
                                       .subresource = "status"}});
    }
}

void crash_node(WorldState& world, std::uint32_t node) {
    world.nodes[node].up = false;
    for (std::uint32_t index = 0; index < world.containers.size(); ++index) {
        if (world.containers[index].node == node && !world.containers[index].is_over()) {
            end_process(world, index, "the node is gone", false);
            if (world.containers[index].task) {
                end_task(world, index, 137, "killed with its node");
            }
        }
    }
    world.watches.close_all(process_of_kubelet(world, node));
    world.watches.close_all(process_of_proxy(world, node));
    ++world.nodes[node].incarnation;
    set_routes(world, node, {});
}

void return_node(WorldState& world, const NodeReturns& due) {
    NodeRun& node = world.nodes[due.node];
    if (node.up) {
        return;
    }
    node.up = true;
    node.slices.clear();
    for (std::uint32_t index = 0; index < world.containers.size(); ++index) {
        // Sandboxes are made anew, with other addresses.
        if (world.containers[index].node == due.node && !world.containers[index].is_over()) {
            world.containers[index].address =
                fmt::format("10.1.{}.{}", index, node.incarnation % 250);
        }
    }
    boot_node(world, due.node);
    proxy_lists(world, due.node);
    kubelet_restarts(world, due.node);
}

}  // namespace bestgres::scenarios
