// BGShardedCluster: PostgreSQL spread over groups by Citus, each a highly available cluster of its
// own. Group 0 is the coordinator, shard i is group i + 1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/cluster.hpp"

namespace bestgres::kube::kinds {

inline constexpr Kind bg_sharded_cluster{"bestgres.io", "v1", "BGShardedCluster",
                                         "bgshardedclusters"};

}  // namespace bestgres::kube::kinds

namespace bestgres::api {

// The words of Citus' own strategies and of citus.shard_transfer_mode.
enum class RebalanceStrategy { by_disk_size, by_shard_count };
enum class TransferMode { automatic, force_logical, block_writes };

struct RebalanceSpec {
    RebalanceStrategy strategy = RebalanceStrategy::by_disk_size;
    TransferMode transfer_mode = TransferMode::automatic;

    bool operator==(const RebalanceSpec&) const = default;
};

// What one shard has otherwise than `workers` says.
struct WorkerOverride {
    std::int64_t shard = 0;
    std::optional<std::int64_t> instances = {};
    std::optional<std::string> persistent_volume_size = {};
    std::optional<ResourcesSpec> resources = {};
    std::optional<SchedulingSpec> scheduling = {};
    std::optional<Synchronous> synchronous = {};
    Texts parameters = {};  // beside those of all workers, and before them

    bool operator==(const WorkerOverride&) const = default;
};

struct ShardedSpec {
    std::int64_t shards = 1;
    std::string database;
    ClusterSpec coordinator;
    ClusterSpec workers;
    std::vector<WorkerOverride> worker_overrides;
    bool auto_rebalance = true;
    RebalanceSpec rebalance;
    VolumePolicy removed_shards = VolumePolicy::retain;  // their volumes
    bool deletion_protection = false;

    bool operator==(const ShardedSpec&) const = default;
};

enum class ShardedPhase {
    creating,
    running,
    degraded,
    rebalancing,
    scaling,
    paused,
    deleting,
    failed
};

struct GroupStatus {
    std::string name = {};  // of its BGCluster
    std::int64_t group = 0;
    std::string phase = {};  // as its BGCluster says
    std::string ready = {};
    std::string primary = {};
    std::int64_t node = 0;        // nodeid in pg_dist_node; 0: not registered
    bool registered = false;      // every node of Citus names its primary
    std::int64_t placements = 0;  // of distributed and single-shard tables
    std::int64_t references = 0;  // copies of reference tables

    bool operator==(const GroupStatus&) const = default;
};

// The last background job of Citus.
struct JobStatus {
    std::int64_t id = 0;
    std::string state = {};  // Citus' word
    std::string moved = {};  // "12/32": finished moves of all
    std::string message = {};

    bool operator==(const JobStatus&) const = default;
};

enum class RemovalStep { draining, stopping, forgetting, removing, confirming, releasing };

// A shard that is being removed: written before the first thing is done about it.
struct RemovalStatus {
    std::string cluster = {};
    std::int64_t group = 0;
    std::optional<RemovalStep> step = {};
    Instant gone_since = {};  // no node has named it since

    bool operator==(const RemovalStatus&) const = default;
};

struct ShardedStatus {
    std::optional<ShardedPhase> phase;
    std::int64_t shards = 0;  // that take part
    std::string ready;        // "3/3": groups
    std::string coordinator;  // its primary
    std::int64_t observed_generation = 0;
    std::vector<Condition> conditions;
    std::vector<GroupStatus> groups;
    std::optional<JobStatus> job;
    std::optional<RemovalStatus> removal;
    std::vector<WaitingStatus> waiting_for;
    std::vector<DecisionStatus> decisions;

    bool operator==(const ShardedStatus&) const = default;
};

inline constexpr std::string_view sharded_finalizer = "bestgres.io/sharded-cluster";
// The names of groups are made of it, and names of their objects of those.
inline constexpr std::size_t longest_sharded_name = 38;

std::string_view word_of(ShardedPhase phase);
std::string_view word_of(RemovalStep step);
std::string_view word_of(RebalanceStrategy strategy);
std::string_view word_of(TransferMode mode);

// `json` is the value of `spec`. Both cluster specs are read and validated as a BGCluster's.
Parsed<ShardedSpec> parse_sharded_spec(const Json& json);
Json to_json(const ShardedSpec& spec);
Problems validate_sharded_name(std::string_view name);
// Of a shard, with what is its own.
ClusterSpec worker_spec(const ShardedSpec& spec, std::int64_t shard);

ShardedStatus parse_sharded_status(const Json& json);
Json to_json(const ShardedStatus& status);

}  // namespace bestgres::api
