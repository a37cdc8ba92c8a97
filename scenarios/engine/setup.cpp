#include "scenarios/engine/setup.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/engine/beginning.hpp"
#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/kubelet.hpp"
#include "scenarios/engine/operators.hpp"
#include "scenarios/engine/settle.hpp"

namespace bestgres::scenarios {
namespace {

fakekube::ControllerManagerOptions controller_options() {
    fakekube::ControllerManagerOptions controllers;
    controllers.record_events = false;
    controllers.volumes.creates_standard_class = true;
    return controllers;
}

void add_node(WorldState& world, std::int64_t number) {
    const std::string name = fmt::format("node-{}", number);
    (void)perform_as_user(world,
                          kube::Create{kube::kinds::node, kube::Object(node_manifest(name))});
    // Admission taints new nodes; the node's own registration would take it off in a moment.
    (void)perform_as_user(world, kube::Patch{.ref = {kube::kinds::node, "", name},
                                             .type = kube::PatchType::merge,
                                             .body = {{"spec", {{"taints", nullptr}}}},
                                             .subresource = ""});
    world.nodes.push_back({.name = name, .dice = Dice(world.scenario->seed, name)});
}

}  // namespace

WorldState first_state(const Ground& ground, Scenario scenario, TraceDetail detail) {
    BG_CHECK(scenario.topology.ns == ground.ns(), "the ground is of another namespace");
    WorldState world{.scenario = std::make_shared<const Scenario>(std::move(scenario)),
                     .start = beginning,
                     .now = beginning,
                     .server = ground.server()};
    const Topology& topology = world.scenario->topology;
    world.detail = detail;
    world.seen_version = world.server.version();
    world.last_effect = beginning;
    world.last_disturbance = beginning;
    world.trace.add(world.scenario->seed);
    world.controllers.write().emplace(controller_options());
    world.replicas.resize(
        static_cast<std::size_t>(std::max<std::int64_t>(topology.api_replicas, 1)));
    for (std::int64_t number = 1; number <= std::max<std::int64_t>(topology.nodes, 1); ++number) {
        add_node(world, number);
    }
    for (std::uint32_t node = 0; node < world.nodes.size(); ++node) {
        boot_node(world, node);
    }
    for (std::int64_t number = 1; number <= topology.operators; ++number) {
        add_operator(world, 0);
    }
    world.controllers_due = world.now;
    put(world, Duration::zero(), ControllersRun{});
    arm_triggers(world);
    check_settled_later(world);
    return world;
}

}  // namespace bestgres::scenarios
