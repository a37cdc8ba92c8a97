#include "fakepatroni/citus_operation.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bestgres::fakepatroni {
namespace {

std::string place(const std::string& host, int port) {
    return fmt::format("{}:{}", host, port);
}

std::optional<StatementFailure> unless_coordinator(const CitusTables& tables) {
    if (tables.local_group != 0) {
        return refuse("operation is not allowed on this node");
    }
    return std::nullopt;
}

std::optional<StatementFailure> out_of_sync(const CitusTables& tables) {
    for (const CitusNode* node : tables.primaries()) {
        if (node->has_metadata && node->group != tables.local_group && !node->metadata_synced) {
            return object_not_ready(fmt::format("{} is a metadata node, but is out of sync",
                                                place(node->host, node->port)));
        }
    }
    return std::nullopt;
}

RemotePart part_for(const CitusNode& node, Changes changes) {
    return {.group = node.group,
            .host = node.host,
            .port = node.port,
            .changes = std::move(changes),
            .optional = false};
}

std::optional<StatementFailure> holds_only_copies(const CitusNode& node,
                                                  const CitusTables& tables) {
    const std::vector<ShardId> only = tables.only_copies_on(node.group);
    if (only.empty()) {
        return std::nullopt;
    }
    return refuse(
        fmt::format("cannot remove or disable the node {} because because it contains "
                    "the only shard placement for shard {}",
                    place(node.host, node.port), only.front()));
}

// Copies of reference tables go with their node.
Changes without_replicas(const CitusNode& node, const CitusTables& tables) {
    Changes changes;
    for (const ShardId shard : tables.replicas_on(node.group)) {
        changes.push_back(drop_placement({shard, node.group}));
    }
    return changes;
}

// Adds to what a group does in this transaction: here, or at its primary.
void add_for_group(DistributedChange& change, const CitusTables& tables, GroupId group,
                   Change what) {
    if (group == tables.local_group) {
        change.local.push_back(std::move(what));
        return;
    }
    const auto known = std::ranges::find_if(
        change.parts, [group](const RemotePart& part) { return part.group == group; });
    if (known != change.parts.end()) {
        known->changes.push_back(std::move(what));
    } else if (const CitusNode* node = tables.primary_of(group)) {
        change.parts.push_back(part_for(*node, {std::move(what)}));
    }
}

// Copies of reference tables are on every node with shards; the shards of the others go round.
std::vector<GroupId> groups_for(std::size_t index, const CreateTable& asked,
                                const CitusTables& tables) {
    std::vector<GroupId> all;
    std::vector<GroupId> with_shards;
    for (const CitusNode* node : tables.primaries()) {
        all.push_back(node->group);
        if (node->should_have_shards) {
            with_shards.push_back(node->group);
        }
    }
    if (asked.table.kind == TableKind::reference) {
        return all;
    }
    const std::vector<GroupId>& hosts = with_shards.empty() ? all : with_shards;
    return hosts.empty() ? hosts : std::vector<GroupId>{hosts[index % hosts.size()]};
}

const CitusTable* table_named(const std::string& name, const CitusTables& tables) {
    const auto found = tables.tables.find(name);
    return found == tables.tables.end() ? nullptr : &found->second;
}

std::map<ShardId, RowSum> rows_by_shard(const InsertRows& asked, const CitusTables& tables) {
    const std::vector<ShardId> shards = tables.shards_of(asked.table);
    std::map<ShardId, RowSum> rows;
    for (std::uint64_t id = asked.first; !shards.empty() && id < asked.first + asked.count; ++id) {
        rows[shards[mix(id) % shards.size()]].add({.count = 1, .sum = id});
    }
    return rows;
}

}  // namespace

StatementFailure object_not_ready(std::string message) {
    return {"55000", std::move(message)};
}

StatementFailure refuse(std::string message) {
    return {"XX000", std::move(message)};
}

Changes metadata_for(GroupId group, const CitusTables& tables, bool nodes_only) {
    Changes changes{nodes_only ? forget_nodes() : forget_metadata(), put_local_group(group)};
    for (const auto& [id, node] : tables.nodes) {
        changes.push_back(put(node));
    }
    if (nodes_only) {
        return changes;
    }
    for (const auto& [name, table] : tables.tables) {
        if (table.kind != TableKind::local) {
            changes.push_back(put(table));
        }
    }
    for (const auto& [shard, table] : tables.shards) {
        changes.push_back(put_shard(shard, table));
    }
    for (const Placement& placement : tables.placements) {
        changes.push_back(put_placement(placement));
    }
    return changes;
}

Planned everywhere(const CitusTables& tables, const Changes& changes) {
    if (const auto refused = out_of_sync(tables)) {
        return *refused;
    }
    DistributedChange all{.local = changes, .parts = {}, .rows = {}};
    for (const CitusNode* node : tables.primaries()) {
        if (node->group != tables.local_group && node->has_metadata) {
            all.parts.push_back(part_for(*node, changes));
        }
    }
    return all;
}

Planned plan_set_coordinator(const SetCoordinatorHost& asked, const CitusTables& tables) {
    const CitusNode* known = tables.primary_of(0);
    CitusNode node =
        known != nullptr
            ? *known
            : CitusNode{.id = tables.last_id + 1, .group = 0, .should_have_shards = false};
    node.host = asked.host;
    node.port = asked.port;
    return DistributedChange{.local = {use_ids(node.id), put(node)}, .parts = {}, .rows = {{""}}};
}

Planned plan_add_node(const AddNode& asked, const CitusTables& tables) {
    if (const auto refused = unless_coordinator(tables)) {
        return *refused;
    }
    if (const CitusNode* known = tables.node_at(asked.host, asked.port)) {
        return DistributedChange{.local = {}, .parts = {}, .rows = {{std::to_string(known->id)}}};
    }
    CitusNode node{.id = tables.last_id + 1,
                   .group = asked.group < 0 ? tables.last_id + 2 : asked.group,
                   .host = asked.host,
                   .port = asked.port,
                   .primary = asked.primary,
                   .has_metadata = asked.primary,
                   .metadata_synced = asked.primary,
                   .should_have_shards = asked.primary && asked.group != 0};
    if (asked.primary && tables.primary_of(node.group) != nullptr) {
        return refuse(fmt::format("group {} already has a primary node", node.group));
    }
    Planned all = everywhere(tables, {put(node)});
    if (!all.ok()) {
        return all;
    }
    all->local.push_back(use_ids(tables.last_id + 2));
    if (asked.primary && node.group != tables.local_group) {
        CitusTables with_it = tables;
        with_it.nodes[node.id] = node;
        all->parts.push_back(part_for(node, metadata_for(node.group, with_it, false)));
    }
    all->rows = {{std::to_string(node.id)}};
    return all;
}

Planned plan_update_node(const UpdateNode& asked, const CitusTables& tables) {
    const CitusNode* same = tables.node_at(asked.host, asked.port);
    if (same != nullptr && same->id == asked.node) {
        return DistributedChange{.local = {}, .parts = {}, .rows = {{""}}};
    }
    if (same != nullptr) {
        return object_not_ready(
            "there is already another node with the specified hostname and port");
    }
    const auto known = tables.nodes.find(asked.node);
    if (known == tables.nodes.end()) {
        return StatementFailure{"P0002", fmt::format("node {} not found", asked.node)};
    }
    DistributedChange change;
    for (const auto& [id, node] : tables.nodes) {
        CitusNode now = node;
        if (id == asked.node) {
            now.host = asked.host;
            now.port = asked.port;
        }
        now.metadata_synced =
            node.metadata_synced && (node.group == tables.local_group || !node.has_metadata);
        if (now != node) {
            change.local.push_back(put(now));
        }
    }
    change.rows = {{""}};
    return change;
}

// A node that stays in pg_dist_node, and in no transaction.
Planned plan_disable_node(const DisableNode& asked, const CitusTables& tables) {
    if (const auto refused = unless_coordinator(tables)) {
        return *refused;
    }
    const CitusNode* found = tables.node_at(asked.host, asked.port);
    if (found == nullptr) {
        return refuse(fmt::format("node at \"{}\" does not exist", place(asked.host, asked.port)));
    }
    if (const auto refused = holds_only_copies(*found, tables)) {
        return *refused;
    }
    CitusNode node = *found;
    node.active = false;
    Changes changes = without_replicas(node, tables);
    changes.push_back(put(node));
    CitusTables without = tables;
    without.nodes.erase(node.id);
    Planned all = everywhere(without, changes);
    if (all.ok()) {
        all->rows = {{""}};
    }
    return all;
}

Planned plan_activate_node(const ActivateNode& asked, const CitusTables& tables) {
    if (const auto refused = unless_coordinator(tables)) {
        return *refused;
    }
    const CitusNode* found = tables.node_at(asked.host, asked.port);
    if (found == nullptr) {
        return refuse(fmt::format("node at \"{}\" does not exist", place(asked.host, asked.port)));
    }
    CitusNode node = *found;
    node.active = true;
    node.metadata_synced = true;
    CitusTables without = tables;
    without.nodes.erase(node.id);
    Planned all = everywhere(without, {put(node)});
    if (all.ok()) {
        CitusTables with_it = tables;
        with_it.nodes[node.id] = node;
        all->parts.push_back(part_for(node, metadata_for(node.group, with_it, false)));
        all->rows = {{std::to_string(node.id)}};
    }
    return all;
}

Planned plan_send_metadata(const SendMetadata& asked, const CitusTables& tables) {
    if (const auto refused = unless_coordinator(tables)) {
        return *refused;
    }
    const CitusNode* found = tables.node_at(asked.host, asked.port);
    if (found == nullptr) {
        return refuse(fmt::format("node at \"{}\" does not exist", place(asked.host, asked.port)));
    }
    CitusNode node = *found;
    node.has_metadata = true;
    node.metadata_synced = true;
    CitusTables with_it = tables;
    with_it.nodes[node.id] = node;
    return DistributedChange{.local = {put(node)},
                             .parts = {part_for(node, metadata_for(node.group, with_it, false))},
                             .rows = {{""}}};
}

Planned plan_remove_node(const RemoveNode& asked, const CitusTables& tables) {
    if (const auto refused = unless_coordinator(tables)) {
        return *refused;
    }
    const CitusNode* found = tables.node_at(asked.host, asked.port);
    if (found == nullptr) {
        return refuse(fmt::format("node at \"{}\" does not exist", place(asked.host, asked.port)));
    }
    const CitusNode node = *found;
    Changes changes;
    if (node.primary) {
        if (const auto refused = holds_only_copies(node, tables)) {
            return *refused;
        }
        changes = without_replicas(node, tables);
    }
    const bool takes_part = node.active && !changes.empty();
    changes.push_back(drop_node(node.id));
    CitusTables without = tables;
    without.nodes.erase(node.id);
    Planned all = everywhere(without, changes);
    if (!all.ok() || !node.primary) {
        return all;
    }
    for (const auto& [group, gid] : tables.commits) {
        if (group == node.group) {
            all->local.push_back(drop_commit(group, gid));
        }
    }
    // It is told that it belongs to nobody, which makes it group 0, if it can be reached; where
    // placements go with it and it is active, it must be.
    all->parts.push_back(part_for(node, {put_local_group(0)}));
    all->parts.back().optional = !takes_part;
    all->rows = {{""}};
    return all;
}

Planned plan_should_have_shards(const SetShouldHaveShards& asked, const CitusTables& tables) {
    if (const auto refused = unless_coordinator(tables)) {
        return *refused;
    }
    const CitusNode* found = tables.node_at(asked.host, asked.port);
    if (found == nullptr) {
        return refuse(fmt::format("node at \"{}\" does not exist", place(asked.host, asked.port)));
    }
    CitusNode node = *found;
    node.should_have_shards = asked.value;
    Planned all = everywhere(tables, {put(node)});
    if (all.ok()) {
        all->rows = {{""}};
    }
    return all;
}

Planned plan_create_table(const CreateTable& asked, const CitusTables& tables) {
    if (table_named(asked.table.name, tables) != nullptr) {
        return StatementFailure{"42P07",
                                fmt::format("relation \"{}\" already exists", asked.table.name)};
    }
    if (asked.table.kind == TableKind::local) {
        return DistributedChange{.local = {put(asked.table)}, .parts = {}, .rows = {{""}}};
    }
    const int count = asked.table.kind == TableKind::distributed ? asked.shards : 1;
    Changes metadata{put(asked.table)};
    std::vector<Placement> placed;
    for (int index = 0; index < count; ++index) {
        const ShardId shard = tables.last_id + 1 + index;
        metadata.push_back(put_shard(shard, asked.table.name));
        for (const GroupId group : groups_for(static_cast<std::size_t>(index), asked, tables)) {
            placed.push_back({shard, group});
            metadata.push_back(put_placement(placed.back()));
        }
    }
    if (placed.empty()) {
        return refuse("couldn't find any worker nodes");
    }
    Planned all = everywhere(tables, metadata);
    if (all.ok()) {
        all->local.push_back(use_ids(tables.last_id + count));
        for (const Placement& placement : placed) {
            add_for_group(*all, tables, placement.group, make_relation(placement.shard, {}));
        }
        all->rows = {{""}};
    }
    return all;
}

Planned plan_insert(const InsertRows& asked, const CitusTables& tables) {
    if (table_named(asked.table, tables) == nullptr) {
        return StatementFailure{"42P01",
                                fmt::format("relation \"{}\" does not exist", asked.table)};
    }
    DistributedChange change;
    for (const auto& [shard, rows] : rows_by_shard(asked, tables)) {
        for (const Placement& placement : tables.placements) {
            if (placement.shard == shard) {
                add_for_group(change, tables, placement.group, add_rows(shard, rows));
            }
        }
    }
    return change;
}

std::vector<Placement> placements_written(const InsertRows& asked, const CitusTables& tables) {
    std::vector<Placement> written;
    for (const auto& [shard, rows] : rows_by_shard(asked, tables)) {
        for (const Placement& placement : tables.placements) {
            if (placement.shard == shard) {
                written.push_back(placement);
            }
        }
    }
    return written;
}

}  // namespace bestgres::fakepatroni
