#include "scenarios/engine/clients.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/servers.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::milliseconds;

// What a client's driver waits for an answer.
constexpr Duration patience = std::chrono::seconds(10);
constexpr Duration client_hop = milliseconds(1);
constexpr std::uint64_t row_bytes = 128;

// The commit says whose it is.
constexpr unsigned client_shift = 40;

std::uint64_t commit_of(std::uint32_t client, std::uint64_t number) {
    return (std::uint64_t{client} + 1) << client_shift | number;
}

bool session_lives(const WorldState& world, const ClientRun& client) {
    return client.session && client.connected &&
           world.containers[*client.session].incarnation == client.incarnation &&
           world.containers[*client.session].runs();
}

// A session through the proxy, if the Service leads anywhere that takes it.
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
    Container& container = world.containers[found->second];
    const Place here = Place::node(client.node);
    const Place there = Place::node(container.node);
    if (!world.network.reaches(here, there) || !world.network.reaches(there, here)) {
        return false;
    }
    const auto session = (*container.postgres.write())
                             .connect({.role = "app",
                                       .password_digest = std::nullopt,
                                       .superuser = false,
                                       .read_write = true},
                                      world.now);
    if (!session.ok()) {
        return false;
    }
    client.session = found->second;
    client.incarnation = container.incarnation;
    client.session_id = *session;
    client.connected = true;
    return true;
}

void end_write(WorldState& world, ClientRun& client, const WriteAnswered& answered) {
    client.waiting.reset();
    if (answered.result == WriteResult::acknowledged) {
        ++world.exposure.commits_acknowledged;
    } else {
        client.connected = false;
    }
    tell(world, WriteEnded{.client = client.name,
                           .cluster = client.cluster,
                           .commit = answered.commit,
                           .result = answered.result,
                           .synchronous = answered.synchronous,
                           .mark = answered.mark});
}

// The answer on its way back; where nothing passes the client gives up by itself.
void answer_client(WorldState& world, std::uint32_t container, WriteAnswered answered) {
    const ClientRun& client = world.clients[answered.client];
    const auto extra =
        world.network.extra_delay(Place::node(world.containers[container].node),
                                  Place::node(client.node), world.containers[container].dice.loss);
    if (extra) {
        put(world, client_hop + *extra, answered);
    }
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
    const std::uint64_t commit = commit_of(due.client, ++client.written);
    client.waiting = commit;
    const Container& container = world.containers[*client.session];
    tell(world, WriteBegun{.client = client.name,
                           .cluster = client.cluster,
                           .commit = commit,
                           .pod_uid = container.pod_uid});
    const auto extra = world.network.extra_delay(Place::node(client.node),
                                                 Place::node(container.node), client.dice.loss);
    if (extra) {
        put(world, client_hop + *extra,
            WriteArrives{due.client, commit, *client.session, client.incarnation});
    }
    put(world, patience, WriteGivenUp{due.client, commit});
}

void write_arrives(WorldState& world, const WriteArrives& arrives) {
    const ClientRun& client = world.clients[arrives.client];
    Container& container = world.containers[arrives.container];
    const bool same = container.incarnation == arrives.incarnation && container.runs();
    const auto begun =
        same ? (*container.postgres.write())
                   .begin_commit({.id = arrives.commit,
                                  .durability = fakepatroni::Durability::on,
                                  .bytes = row_bytes,
                                  .growth = row_bytes,
                                  .session = client.session_id},
                                 world.now)
             : Result<Done, fakepatroni::Refusal>(fakepatroni::Refusal{
                   .sqlstate = "", .message = "connection refused", .unknown = false});
    if (!begun.ok()) {
        const WriteResult result =
            begun.error().unknown ? WriteResult::unknown : WriteResult::refused;
        answer_client(world, arrives.container,
                      {.client = arrives.client, .commit = arrives.commit, .result = result});
    }
    if (same) {
        serve(world, arrives.container);
    }
}

void commit_ended(WorldState& world, std::uint32_t container,
                  const fakepatroni::CommitEnded& ended) {
    const std::uint64_t number = ended.id >> client_shift;
    if (number == 0 || number > world.clients.size()) {
        return;
    }
    const bool acknowledged = ended.outcome == fakepatroni::CommitOutcome::acknowledged;
    answer_client(world, container,
                  {.client = static_cast<std::uint32_t>(number - 1),
                   .commit = ended.id,
                   .result = acknowledged ? WriteResult::acknowledged : WriteResult::unknown,
                   .synchronous = ended.synchronous,
                   .mark = ended.mark});
}

void session_cut(WorldState& world, std::uint32_t container, fakepatroni::SessionId session) {
    for (ClientRun& client : world.clients) {
        if (client.session == container && client.session_id == session) {
            client.connected = false;
        }
    }
}

void write_answered(WorldState& world, const WriteAnswered& answered) {
    ClientRun& client = world.clients[answered.client];
    if (client.waiting == answered.commit) {
        end_write(world, client, answered);
    }
}

void write_given_up(WorldState& world, const WriteGivenUp& given_up) {
    ClientRun& client = world.clients[given_up.client];
    if (client.waiting == given_up.commit) {
        end_write(
            world, client,
            {.client = given_up.client, .commit = given_up.commit, .result = WriteResult::unknown});
    }
}

}  // namespace bestgres::scenarios
