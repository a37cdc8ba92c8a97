#include "scenarios/engine/exposure.hpp"

#include <algorithm>
#include <set>

#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/members.hpp"

namespace bestgres::scenarios {
namespace {

void run_clock(std::map<std::string, Instant>& since, const std::string& cluster, bool runs,
               Instant now) {
    if (!runs) {
        since.erase(cluster);
    } else {
        since.emplace(cluster, now);
    }
}

void take(Duration& longest, const std::map<std::string, Instant>& since,
          const std::string& cluster, Instant now) {
    const auto begun = since.find(cluster);
    if (begun != since.end()) {
        longest = std::max(longest, now - begun->second);
    }
}

}  // namespace

bool is_reachable(const WorldState& world, const Container& container) {
    const Place place = Place::node(container.node);
    for (std::uint32_t node = 0; node < world.nodes.size(); ++node) {
        const auto route = world.nodes[node].routes.find(container.cluster);
        if (route == world.nodes[node].routes.end() || !world.nodes[node].up) {
            continue;
        }
        const bool routed = std::find(route->second.begin(), route->second.end(),
                                      container.pod_uid) != route->second.end();
        if (routed && world.network.reaches(Place::node(node), place) &&
            world.network.reaches(place, Place::node(node))) {
            return true;
        }
    }
    return false;
}

bool is_connected(const WorldState& world, std::uint32_t container) {
    const Container& server = world.containers[container];
    return std::any_of(world.clients.begin(), world.clients.end(), [&](const ClientRun& client) {
        return client.session == container && client.connected &&
               client.incarnation == server.incarnation && world.nodes[client.node].up &&
               world.network.reaches(Place::node(client.node), Place::node(server.node)) &&
               world.network.reaches(Place::node(server.node), Place::node(client.node));
    });
}

void measure_exposure(WorldState& world, const std::string& cluster) {
    int writable = 0;
    int reachable = 0;
    bool any = false;
    for (const Container& container : world.containers) {
        if (container.cluster != cluster) {
            continue;
        }
        any = any || !container.is_over();
        if (is_writable(container)) {
            ++writable;
            reachable += is_reachable(world, container) ? 1 : 0;
        }
    }
    // The clocks that run until now are read before they are set anew.
    take(world.exposure.two_writers, world.two_writers_since, cluster, world.now);
    take(world.exposure.without_writer, world.writerless_since, cluster, world.now);
    if (reachable > 0) {
        world.has_been_written_to.insert(cluster);
    }
    const bool counts = any && world.has_been_written_to.contains(cluster);
    run_clock(world.two_writers_since, cluster, writable > 1, world.now);
    run_clock(world.writerless_since, cluster, counts && reachable == 0, world.now);
}

void measure_all_exposure(WorldState& world) {
    std::set<std::string> clusters;
    for (const Container& container : world.containers) {
        clusters.insert(container.cluster);
    }
    for (const std::string& cluster : clusters) {
        measure_exposure(world, cluster);
    }
}

}  // namespace bestgres::scenarios
