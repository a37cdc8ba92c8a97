#include "scenarios/engine/remotes.hpp"

#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/members.hpp"
#include "scenarios/engine/servers.hpp"

namespace bestgres::scenarios {
namespace {

constexpr Duration between_nodes = std::chrono::milliseconds(1);

// Whoever has the address now, be it the member that was meant or another one.
std::optional<std::uint32_t> server_at(const WorldState& world, const std::string& address) {
    for (auto index = static_cast<std::uint32_t>(world.containers.size()); index-- > 0;) {
        if (world.containers[index].address == address && world.containers[index].runs()) {
            return index;
        }
    }
    return std::nullopt;
}

bool is_address(const std::string& host) {
    return host.find_first_not_of("0123456789.") == std::string::npos;
}

// A node whose server is gone says so; one that is down or out of reach says nothing.
bool is_refused(const WorldState& world, const std::string& address) {
    for (const Container& container : world.containers) {
        if (container.address == address && !container.object_gone) {
            return world.nodes[container.node].up;
        }
    }
    return false;
}

}  // namespace

void ask_server(WorldState& world, std::uint32_t from, fakepatroni::RemoteRequest request) {
    const std::uint32_t incarnation = world.containers[from].incarnation;
    const auto target = server_at(world, request.host);
    if (target && reach_each_other(world, from, *target)) {
        put(world, between_nodes, RemoteArrives{from, incarnation, std::move(request)});
        return;
    }
    if (!is_address(request.host) || (!target && is_refused(world, request.host))) {
        put(world, between_nodes,
            RemoteReplies{from, incarnation, request.id,
                          is_address(request.host)
                              ? "connection to the remote node failed: connection refused"
                              : "connection to the remote node failed: could not translate host "
                                "name",
                          nullptr});
    }
}

void remote_arrives(WorldState& world, const RemoteArrives& arrives) {
    const auto target = server_at(world, arrives.request.host);
    if (!target) {
        put(world, between_nodes,
            RemoteReplies{arrives.from, arrives.incarnation, arrives.request.id,
                          "connection to the remote node failed: connection refused", nullptr});
        return;
    }
    const std::uint64_t key = ++world.remote_questions;
    world.remotes[key] = {arrives.from, arrives.incarnation, arrives.request.id};
    (*world.containers[*target].postgres.write()).take_remote(key, arrives.request, world.now);
    serve(world, *target);
}

void answer_server(WorldState& world, std::uint32_t index,
                   const fakepatroni::RemoteAnswered& answered) {
    const auto found = world.remotes.find(answered.key);
    if (found == world.remotes.end()) {
        return;
    }
    const RemoteAsked asked = found->second;
    world.remotes.erase(found);
    if (reach_each_other(world, index, asked.from)) {
        put(world, between_nodes,
            RemoteReplies{asked.from, asked.incarnation, asked.id, answered.failure,
                          answered.tables});
    }
}

void remote_replies(WorldState& world, const RemoteReplies& replies) {
    Container& container = world.containers[replies.container];
    if (container.incarnation != replies.incarnation || !container.runs()) {
        return;
    }
    (*container.postgres.write()).remote_answered({replies.id, replies.failure, replies.tables});
    serve(world, replies.container);
}

}  // namespace bestgres::scenarios
