// Citus' own tables in one database, as far as an operator can ask for them, and the rows of its
// shards as counters. All of it is written through the log like any other change: a failover that
// loses the end of the log loses what Citus wrote there.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakepatroni/change.hpp"

namespace bestgres::fakepatroni {

using GroupId = std::int64_t;  // 0 is the coordinator's
using NodeId = std::int64_t;
using ShardId = std::int64_t;
using JobId = std::int64_t;

// pg_dist_node.
struct CitusNode {
    NodeId id = 0;
    GroupId group = 0;
    std::string host = {};
    int port = 5432;
    bool primary = true;
    bool has_metadata = true;
    bool metadata_synced = true;
    bool should_have_shards = true;
    bool active = true;

    bool at(const std::string& a_host, int a_port) const {
        return host == a_host && port == a_port;
    }
    bool operator==(const CitusNode&) const = default;
};

enum class TableKind : std::uint8_t { distributed, single_shard, reference, local };
std::string_view to_string(TableKind kind);

struct CitusTable {
    std::string name = {};
    TableKind kind = TableKind::local;
    bool replica_identity = true;

    bool operator==(const CitusTable&) const = default;
};

// How many rows, and the sum of their ids: a row that is lost and another that is there twice do
// not look like nothing.
struct RowSum {
    std::uint64_t count = 0;
    std::uint64_t sum = 0;

    void add(const RowSum& more) {
        count += more.count;
        sum += more.sum;
    }
    bool operator==(const RowSum&) const = default;
};

struct Placement {
    ShardId shard = 0;
    GroupId group = 0;

    auto operator<=>(const Placement&) const = default;
};

// pg_dist_cleanup: a copy of a shard that is to be dropped once `operation` is over; `on_failure`
// only if it has not succeeded.
struct CleanupRecord {
    std::int64_t id = 0;
    std::int64_t operation = 0;
    ShardId shard = 0;
    GroupId group = 0;
    bool on_failure = false;

    bool operator==(const CleanupRecord&) const = default;
};

enum class JobState : std::uint8_t {
    scheduled,
    running,
    finished,
    cancelling,
    cancelled,
    failing,
    failed,
};
std::string_view to_string(JobState state);
bool is_over(JobState state);

// pg_dist_background_job.
struct CitusJob {
    JobId id = 0;
    JobState state = JobState::scheduled;
    bool drains = false;       // moves from where nothing should be, and nothing else
    std::int64_t started = 0;  // nanoseconds of the clock; 0: not yet
    std::int64_t ended = 0;

    bool operator==(const CitusJob&) const = default;
};

enum class TaskState : std::uint8_t {
    blocked,
    runnable,
    running,
    done,
    error,
    unscheduled,
    cancelled,
};
std::string_view to_string(TaskState state);
bool is_over(TaskState state);

// pg_dist_background_task: a move, or, with shard 0, the copying of reference tables.
struct CitusTask {
    JobId job = 0;
    std::int64_t id = 0;
    TaskState state = TaskState::runnable;
    ShardId shard = 0;
    NodeId from = 0;
    NodeId to = 0;
    std::int64_t retries = 0;
    std::int64_t not_before = 0;  // nanoseconds of the clock
    bool block_writes = false;
    std::string message = {};

    bool operator==(const CitusTask&) const = default;
};

struct CitusTables {
    bool extension = false;
    GroupId local_group = 0;  // pg_dist_local_group
    std::map<NodeId, CitusNode> nodes = {};
    std::map<std::string, CitusTable> tables = {};
    std::map<ShardId, std::string> shards = {};  // of which table
    std::set<Placement> placements = {};         // pg_dist_placement
    std::map<ShardId, RowSum> relations = {};    // copies of shards that are on this node
    std::map<std::int64_t, CleanupRecord> cleanups = {};
    std::set<std::pair<GroupId, std::string>> commits = {};  // pg_dist_transaction: to be committed
    std::map<std::string, Changes> prepared = {};            // by the gid
    std::map<JobId, CitusJob> jobs = {};
    std::map<std::pair<JobId, std::int64_t>, CitusTask> tasks = {};
    std::int64_t last_id = 0;  // the sequences, all in one

    void apply(const Change& change);

    const CitusNode* node_at(const std::string& host, int port) const;
    const CitusNode* primary_of(GroupId group) const;
    // That are active: those that take part in transactions.
    std::vector<const CitusNode*> primaries() const;
    TableKind kind_of(ShardId shard) const;
    std::vector<ShardId> shards_of(const std::string& table) const;
    // Of distributed and single-shard tables: what keeps a node from being removed.
    std::vector<ShardId> only_copies_on(GroupId group) const;
    // Of reference tables: they may go with the node.
    std::vector<ShardId> replicas_on(GroupId group) const;
    const CitusJob* active_job() const;
    // The reference tables that this node's group lacks.
    std::vector<ShardId> missing_references(GroupId group) const;

    bool operator==(const CitusTables&) const;
};

// Why a server would refuse these changes now: a relation that is missing, or there already, or
// locked by a prepared transaction.
std::optional<std::string> refusal_to_apply(const Changes& changes, const CitusTables& tables);
// Whether a prepared transaction of this node holds a lock on the shard.
bool is_locked_by_prepared(ShardId shard, const CitusTables& tables);

// One row as a change of the log.
Change put(const CitusNode& node);
Change put(const CitusTable& table);
Change put(const CleanupRecord& record);
Change put(const CitusJob& job);
Change put(const CitusTask& task);
Change put_shard(ShardId shard, const std::string& table);
Change put_placement(const Placement& placement);
Change put_commit(GroupId group, const std::string& gid);
Change put_local_group(GroupId group);
Change make_extension();
Change make_relation(ShardId shard, const RowSum& rows);
Change add_rows(ShardId shard, const RowSum& rows);
Change drop_relation(ShardId shard);
Change drop_node(NodeId node);
Change drop_placement(const Placement& placement);
Change drop_cleanup(std::int64_t record);
Change drop_commit(GroupId group, const std::string& gid);
Change use_ids(std::int64_t up_to);
// What a node that gets metadata anew forgets first: nodes, tables, shards and placements.
Change forget_nodes();
Change forget_metadata();
Change commit_prepared(const std::string& gid);
Change roll_back_prepared(const std::string& gid);
Changes prepare(const std::string& gid, const Changes& changes);

}  // namespace bestgres::fakepatroni
