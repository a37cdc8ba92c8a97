#include "scenarios/engine/proxies.hpp"

#include "scenarios/engine/calls.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/exposure.hpp"
#include "scenarios/engine/kubelet_calls.hpp"
#include "scenarios/engine/routes.hpp"
#include "scenarios/engine/watching.hpp"

namespace bestgres::scenarios {
namespace {

void route_soon(WorldState& world, std::uint32_t node, const std::string& service) {
    NodeRun& run = world.nodes[node];
    if (!service.empty() && run.routes_due.insert(service).second) {
        put(world, jittered(world, world.scenario->knobs.proxy_lag, run.dice.latency),
            RouteDue{node, service});
    }
}

void set_route(WorldState& world, std::uint32_t node, const std::string& service,
               std::vector<std::string> uids) {
    NodeRun& run = world.nodes[node];
    if (run.routes[service] == uids) {
        return;
    }
    run.routes[service] = uids;
    note_effect(world);
    tell(world, RouteChanged{.node = run.name, .service = service, .pod_uids = std::move(uids)});
    measure_exposure(world, service);
}

}  // namespace

void proxy_sees(WorldState& world, std::uint32_t node, const kube::WatchEvent& event) {
    if (event.type == kube::WatchEventType::closed || event.type == kube::WatchEventType::gone) {
        open_watch(world, process_of_proxy(world, node), slice_watch,
                   {.kind = kube::kinds::endpoint_slice,
                    .ns = world.scenario->topology.ns,
                    .label_selector = "",
                    .field_selector = "",
                    .from_version = std::to_string(world.server.version())});
        proxy_lists(world, node);
        return;
    }
    const std::string name(event.object.name());
    if (event.type == kube::WatchEventType::deleted) {
        world.nodes[node].slices.erase(name);
    } else {
        world.nodes[node].slices[name] = event.object;
    }
    route_soon(world, node, std::string(service_of(event.object)));
}

void proxy_lists(WorldState& world, std::uint32_t node) {
    if (is_unreachable(world, process_of_proxy(world, node))) {
        return;
    }
    NodeRun& run = world.nodes[node];
    std::map<std::string, kube::Object> before;
    before.swap(run.slices);
    for (const kube::Object& slice : all_stored(world, kube::kinds::endpoint_slice)) {
        if (slice.ns() == world.scenario->topology.ns) {
            run.slices[std::string(slice.name())] = slice;
            route_soon(world, node, std::string(service_of(slice)));
        }
    }
    for (const auto& [name, slice] : before) {
        route_soon(world, node, std::string(service_of(slice)));
    }
}

void route_due(WorldState& world, const RouteDue& due) {
    NodeRun& run = world.nodes[due.node];
    if (run.proxy_stale || !run.up) {
        return;  // it is programmed when the proxy goes on
    }
    run.routes_due.erase(due.service);
    set_route(world, due.node, due.service, ready_targets(run.slices, due.service));
}

void set_routes(WorldState& world, std::uint32_t node,
                std::map<std::string, std::vector<std::string>> routes) {
    NodeRun& run = world.nodes[node];
    run.routes_due.clear();
    const std::map<std::string, std::vector<std::string>> before = run.routes;
    for (const auto& [service, uids] : before) {
        set_route(world, node, service, std::move(routes[service]));
    }
}

}  // namespace bestgres::scenarios
