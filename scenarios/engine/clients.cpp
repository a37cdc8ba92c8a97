#include "scenarios/engine/clients.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/members.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::milliseconds;

// What a client's driver waits for an answer.
constexpr Duration patience = std::chrono::seconds(10);
constexpr Duration hop = milliseconds(1);

bool session_lives(const WorldState& world, const ClientRun& client) {
    return client.session && world.containers[*client.session].incarnation == client.incarnation &&
           world.containers[*client.session].runs();
}

// A session through the proxy, if the Service leads anywhere.
bool connect(WorldState& world, ClientRun& client) {
    client.session.reset();
    const auto& routes = world.nodes[client.node].routes;
    const auto route = routes.find(client.cluster);
    if (route == routes.end() || route->second.empty()) {
        return false;
    }
    const std::string& uid = route->second[client.dice.latency.below(route->second.size())];
    const auto found = world.container_of.find(uid);
    if (found == world.container_of.end() || !world.containers[found->second].runs()) {
        return false;
    }
    client.session = found->second;
    client.incarnation = world.containers[found->second].incarnation;
    return true;
}

void end_write(WorldState& world, ClientRun& client, WriteResult result, bool synchronous) {
    const std::uint64_t commit = *client.waiting;
    client.waiting.reset();
    if (result == WriteResult::acknowledged) {
        ++world.exposure.commits_acknowledged;
    } else {
        client.session.reset();
    }
    tell(world, WriteEnded{.client = client.name,
                           .cluster = client.cluster,
                           .commit = commit,
                           .result = result,
                           .synchronous = synchronous});
}

}  // namespace

void add_clients(WorldState& world, const std::string& cluster) {
    for (std::int64_t number = 1; number <= world.scenario->topology.clients; ++number) {
        const std::string name = fmt::format("client-{}@{}", number, cluster);
        if (std::any_of(world.clients.begin(), world.clients.end(),
                        [&name](const ClientRun& client) { return client.name == name; })) {
            continue;
        }
        const auto index = static_cast<std::uint32_t>(world.clients.size());
        world.clients.push_back(
            {.name = name, .dice = Dice(world.scenario->seed, name), .cluster = cluster});
        world.clients.back().node =
            static_cast<std::uint32_t>(static_cast<std::size_t>(number - 1) % world.nodes.size());
        put(world, Duration::zero(), ClientWrites{index});
    }
}

void client_writes(WorldState& world, const ClientWrites& due) {
    ClientRun& client = world.clients[due.client];
    put(world, jittered(world, world.scenario->knobs.write_every, client.dice.latency), due);
    if (client.waiting || !world.nodes[client.node].up) {
        return;
    }
    if (!session_lives(world, client) && !connect(world, client)) {
        return;
    }
    const std::uint64_t commit = mix(hash_text(client.name) ^ ++client.written);
    client.waiting = commit;
    const Container& container = world.containers[*client.session];
    tell(world, WriteBegun{.client = client.name,
                           .cluster = client.cluster,
                           .commit = commit,
                           .pod_uid = container.pod_uid});
    const auto extra = world.network.extra_delay(Place::node(client.node),
                                                 Place::node(container.node), client.dice.loss);
    if (extra) {
        put(world, hop + *extra,
            WriteArrives{due.client, commit, *client.session, client.incarnation});
    }
    put(world, patience, WriteGivenUp{due.client, commit});
}

void write_arrives(WorldState& world, const WriteArrives& arrives) {
    ClientRun& client = world.clients[arrives.client];
    const Container& container = world.containers[arrives.container];
    const bool same = container.incarnation == arrives.incarnation && container.runs();
    const auto extra = world.network.extra_delay(Place::node(container.node),
                                                 Place::node(client.node), client.dice.loss);
    if (extra) {
        put(world, hop + *extra,
            WriteAnswered{arrives.client, arrives.commit, same && is_writable(container), false});
    }
}

void write_answered(WorldState& world, const WriteAnswered& answered) {
    ClientRun& client = world.clients[answered.client];
    if (client.waiting == answered.commit) {
        end_write(world, client,
                  answered.accepted ? WriteResult::acknowledged : WriteResult::refused,
                  answered.synchronous);
    }
}

void write_given_up(WorldState& world, const WriteGivenUp& given_up) {
    ClientRun& client = world.clients[given_up.client];
    if (client.waiting == given_up.commit) {
        end_write(world, client, WriteResult::unknown, false);
    }
}

}  // namespace bestgres::scenarios
