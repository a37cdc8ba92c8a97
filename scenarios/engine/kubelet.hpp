// Nodes and their kubelets: heartbeats, pods that start, restart and end, probes, status.
#pragma once

#include <string_view>

#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

// Registers the node and begins its heartbeats and watches.
void boot_node(WorldState& world, std::uint32_t node);
void crash_node(WorldState& world, std::uint32_t node);
void return_node(WorldState& world, const NodeReturns& due);
void heartbeat(WorldState& world, const Heartbeat& beat);
bool node_is_told_unready(const WorldState& world, std::uint32_t node);
// Where the API server says otherwise.
void tell_node_is_ready(WorldState& world, std::uint32_t node);

void kubelet_sees(WorldState& world, std::uint32_t node, const kube::WatchEvent& event);
void kubelet_hears(WorldState& world, std::uint32_t node, const kube::Answer& answer);
// A kubelet that obeys again looks at what it has missed.
void kubelet_catches_up(WorldState& world, std::uint32_t node);
// Another process in its place: it watches and looks anew.
void kubelet_restarts(WorldState& world, std::uint32_t node);
void watch_pods(WorldState& world, std::uint32_t node);

void container_due(WorldState& world, const ContainerDue& due);
// The container's first process ended, or was killed: it starts again after a back-off.
void container_ended(WorldState& world, std::uint32_t container, std::string_view why);
void kill_container(WorldState& world, std::uint32_t container, std::string_view why);
// Something that its status tells has changed.
void report(WorldState& world, std::uint32_t container);
// Somebody else wrote its status.
void compare_status_later(WorldState& world, std::uint32_t container);
void status_due(WorldState& world, const StatusDue& due);
void probe_ends(WorldState& world, const ProbeEnds& ends);
// The agent's answer to the readiness probe may have changed.
void look_at_readiness(WorldState& world, std::uint32_t container);

Json node_manifest(const std::string& name);

}  // namespace bestgres::scenarios
