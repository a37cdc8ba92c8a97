// What can be asked of Citus, as data, and what each request changes on which node: pure functions
// of the tables of the node that is asked. Carrying it out is CitusServer's.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "fakepatroni/citus_tables.hpp"
#include "fakepatroni/statements.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakepatroni {

enum class TransferMode : std::uint8_t { automatic, force_logical, block_writes };

struct SetCoordinatorHost {
    std::string host = {};
    int port = 5432;
};
struct AddNode {
    std::string host = {};
    int port = 5432;
    GroupId group = -1;  // -1: a new one
    bool primary = true;
};
struct UpdateNode {
    NodeId node = 0;
    std::string host = {};
    int port = 5432;
    Duration cooldown = std::chrono::seconds(10);  // then who writes to it is cut off
};
struct RemoveNode {
    std::string host = {};
    int port = 5432;
};
struct SetShouldHaveShards {
    std::string host = {};
    int port = 5432;
    bool value = true;
};
// citus_disable_node(), synchronously: no transaction takes the node along any more.
struct DisableNode {
    std::string host = {};
    int port = 5432;
};
struct ActivateNode {
    std::string host = {};
    int port = 5432;
};
// start_metadata_sync_to_node().
struct SendMetadata {
    std::string host = {};
    int port = 5432;
};
struct CreateTable {
    CitusTable table = {};
    int shards = 1;
};
// Rows with the ids `first`, `first` + 1, ...
struct InsertRows {
    std::string table = {};
    std::uint64_t first = 0;
    std::uint64_t count = 1;
};
struct CountRows {
    std::string table = {};
};
struct MoveShard {
    ShardId shard = 0;
    NodeId from = 0;
    NodeId to = 0;
    bool block_writes = false;
};
struct ReplicateReferences {};
struct StartRebalance {
    bool drains_only = false;
    TransferMode mode = TransferMode::automatic;
};
struct CancelJob {
    JobId job = 0;
};
// All shards off a node, one move after the other, while the client waits.
struct DrainNode {
    std::string host = {};
    int port = 5432;
    TransferMode mode = TransferMode::automatic;
};
struct SyncNode {
    NodeId node = 0;
};
// recover_prepared_transactions(), for one node.
struct RecoverNode {
    NodeId node = 0;
};
struct CleanUp {
    std::int64_t record = 0;
};

// Of a background task: its row says that it runs, and what came of it.
struct BeginTask {
    JobId job = 0;
    std::int64_t task = 0;
};
struct EndTask {
    JobId job = 0;
    std::int64_t task = 0;
    std::string failure = {};  // empty: it is done
};
// Of the session that Patroni keeps open.
struct BeginTransaction {};
struct EndTransaction {
    bool commits = true;
};

using CitusOperation =
    std::variant<SetCoordinatorHost, AddNode, UpdateNode, RemoveNode, SetShouldHaveShards,
                 DisableNode, ActivateNode, SendMetadata, CreateTable, InsertRows, CountRows,
                 MoveShard, ReplicateReferences, StartRebalance, CancelJob, DrainNode, SyncNode,
                 RecoverNode, CleanUp, BeginTask, EndTask, BeginTransaction, EndTransaction>;

// What one other node is to do.
struct RemotePart {
    GroupId group = 0;
    std::string host = {};
    int port = 5432;
    Changes changes = {};
    bool optional = false;  // the transaction goes on without it
};

// One transaction over several nodes.
struct DistributedChange {
    Changes local = {};
    std::vector<RemotePart> parts = {};
    std::vector<postgres::Row> rows = {};  // the answer

    bool empty() const { return local.empty() && parts.empty(); }
};

using Planned = Result<DistributedChange, StatementFailure>;

Planned plan_set_coordinator(const SetCoordinatorHost& asked, const CitusTables& tables);
Planned plan_add_node(const AddNode& asked, const CitusTables& tables);
Planned plan_update_node(const UpdateNode& asked, const CitusTables& tables);
Planned plan_remove_node(const RemoveNode& asked, const CitusTables& tables);
Planned plan_should_have_shards(const SetShouldHaveShards& asked, const CitusTables& tables);
Planned plan_disable_node(const DisableNode& asked, const CitusTables& tables);
Planned plan_activate_node(const ActivateNode& asked, const CitusTables& tables);
Planned plan_send_metadata(const SendMetadata& asked, const CitusTables& tables);
Planned plan_create_table(const CreateTable& asked, const CitusTables& tables);
Planned plan_insert(const InsertRows& asked, const CitusTables& tables);
// The shards that a row goes to; with them the groups that must not be paused.
std::vector<Placement> placements_written(const InsertRows& asked, const CitusTables& tables);

// The whole metadata of this node for another one of the group; `nodes_only`: pg_dist_node alone.
Changes metadata_for(GroupId group, const CitusTables& tables, bool nodes_only);
// Changes on this node and on every other one with metadata; refused while one is out of sync.
Planned everywhere(const CitusTables& tables, const Changes& changes);

StatementFailure object_not_ready(std::string message);  // 55000
StatementFailure refuse(std::string message);            // XX000, as Citus' errors without a code

}  // namespace bestgres::fakepatroni
