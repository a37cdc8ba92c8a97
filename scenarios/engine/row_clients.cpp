#include "scenarios/engine/row_clients.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lib/base/structural_hash.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/servers.hpp"

namespace bestgres::scenarios {
namespace {

using fakepatroni::RowSum;
using fakepatroni::TableKind;

constexpr Duration client_hop = std::chrono::milliseconds(1);
constexpr Duration patience = std::chrono::minutes(2);
constexpr std::uint64_t rows_of_a_batch = 20;  // over several nodes
constexpr std::uint64_t turns_between_reads = 4;

TableKind kind_of(const std::string& word) {
    return word == "reference"      ? TableKind::reference
           : word == "single-shard" ? TableKind::single_shard
                                    : TableKind::distributed;
}

// The cluster whose Service clients of the scope use.
std::string coordinator_of(const WorldState& world, const std::string& scope) {
    for (const kube::Object& cluster : all_stored(world, kube::kinds::bg_cluster)) {
        if (string_at(cluster.json(), {"spec", "citus", "scope"}) == scope &&
            find_int(cluster.json(), {"spec", "citus", "group"}) == 0) {
            return std::string(cluster.name());
        }
    }
    return "";
}

// The server that the Service leads to from the client's node, if it can be reached.
std::optional<std::uint32_t> server_for(WorldState& world, RowClient& client) {
    const auto& routes = world.nodes[client.node].routes;
    const auto route = routes.find(coordinator_of(world, client.scope));
    if (!world.nodes[client.node].up || route == routes.end() || route->second.empty()) {
        return std::nullopt;
    }
    const std::string& uid = route->second[client.dice.latency.below(route->second.size())];
    const auto found = world.container_of.find(uid);
    if (found == world.container_of.end() || !world.containers[found->second].runs()) {
        return std::nullopt;
    }
    const Place here = Place::node(client.node);
    const Place there = Place::node(world.containers[found->second].node);
    const bool reaches = world.network.reaches(here, there) && world.network.reaches(there, here);
    const bool takes = (*world.containers[found->second].postgres)->is_writable();
    return reaches && takes ? std::optional(found->second) : std::nullopt;
}

RowSum rows_from(std::uint64_t first, std::uint64_t count) {
    RowSum rows;
    for (std::uint64_t id = first; id < first + count; ++id) {
        rows.add({.count = 1, .sum = id});
    }
    return rows;
}

// What the next statement is: the table first, then batches, single rows and reads in turn.
fakepatroni::CitusOperation next_statement(RowClient& client) {
    client.rows = {};
    client.reads = false;
    if (!client.made) {
        return fakepatroni::CreateTable{client.table, static_cast<int>(client.shards)};
    }
    const std::uint64_t turn = client.turns++ % turns_between_reads;
    if (turn == turns_between_reads - 1) {
        client.reads = true;
        client.acknowledged_before = client.acknowledged;
        return fakepatroni::CountRows{client.table.name};
    }
    const std::uint64_t count = turn == 0 ? rows_of_a_batch : 1;
    const std::uint64_t first = client.next_row;
    client.next_row += count;
    client.rows = rows_from(first, count);
    client.begun.add(client.rows);
    return fakepatroni::InsertRows{client.table.name, first, count};
}

std::uint64_t number_in(const postgres::Row& row, std::size_t index) {
    const std::string text = index < row.size() ? row[index].value_or("0") : "0";
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

void RowClient::hash_into(Hasher& hasher) const {
    hash_values(hasher, name, dice, made, turns, next_row, call, reads, rows, acknowledged_before,
                acknowledged, begun);
}

void add_row_client(WorldState& world, const MakeTable& make) {
    const std::string name = fmt::format("rows@{}/{}", make.scope, make.table);
    const auto index = static_cast<std::uint32_t>(world.row_clients.size());
    world.row_clients.push_back({.name = name,
                                 .dice = Dice(world.scenario->seed, name),
                                 .scope = make.scope,
                                 .table = {.name = make.table,
                                           .kind = kind_of(make.kind),
                                           .replica_identity = make.replica_identity},
                                 .shards = make.shards});
    world.row_clients.back().node = index % static_cast<std::uint32_t>(world.nodes.size());
    put(world, Duration::zero(), RowsDue{index});
}

void rows_due(WorldState& world, const RowsDue& due) {
    RowClient& client = world.row_clients[due.client];
    put(world, jittered(world, world.scenario->knobs.write_every, client.dice.latency), due);
    const auto server = client.call ? std::nullopt : server_for(world, client);
    if (!server) {
        return;
    }
    const postgres::CallId call = ++world.sql_calls;
    fakepatroni::CitusOperation statement = next_statement(client);
    client.call = call;
    world.row_calls[call] = due.client;
    if (client.rows.count > 0) {
        tell(world, RowsBegun{client.name, client.scope, client.table.name, client.rows});
    }
    put(world, patience, RowsAnswered{.client = due.client, .call = call});
    (*world.containers[*server].postgres.write())
        .run_citus_call(call, std::move(statement), world.now);
    serve(world, *server);
}

bool row_call_ended(WorldState& world, std::uint32_t container, const postgres::Answer& answer) {
    const auto found = world.row_calls.find(answer.id);
    if (found == world.row_calls.end()) {
        return false;
    }
    RowsAnswered answered{.client = found->second, .call = answer.id};
    world.row_calls.erase(found);
    // A table that is there already was made by a statement whose answer was lost.
    if (!answer.outcome.ok() && answer.outcome.error().sqlstate == "42P07") {
        answered.result = WriteResult::acknowledged;
    } else if (answer.outcome.ok()) {
        answered.result = WriteResult::acknowledged;
        if (!answer.outcome->of_statement.back().empty()) {
            const postgres::Row& row = answer.outcome->of_statement.back().front();
            answered.found = {.count = number_in(row, 0), .sum = number_in(row, 1)};
        }
    } else {
        answered.result =
            answer.outcome.error().unknown ? WriteResult::unknown : WriteResult::refused;
    }
    const RowClient& client = world.row_clients[answered.client];
    if (world.network.reaches(Place::node(world.containers[container].node),
                              Place::node(client.node))) {
        put(world, client_hop, answered);
    }
    return true;
}

void rows_answered(WorldState& world, const RowsAnswered& answered) {
    RowClient& client = world.row_clients[answered.client];
    if (client.call != answered.call) {
        return;
    }
    client.call.reset();
    world.row_calls.erase(answered.call);
    const bool done = answered.result == WriteResult::acknowledged;
    if (!client.made) {
        client.made = done;
        return;
    }
    if (client.reads) {
        if (done) {
            tell(world, RowsRead{client.name, client.scope, client.table.name,
                                 client.acknowledged_before, answered.found, client.begun});
        }
        return;
    }
    if (done) {
        client.acknowledged.add(client.rows);
    }
    tell(world,
         RowsEnded{client.name, client.scope, client.table.name, client.rows, answered.result});
}

}  // namespace bestgres::scenarios
