// BGShardedCluster, described: spec and status.
#pragma once

#include "operator/api/cluster_describe.hpp"
#include "operator/api/cluster_status_describe.hpp"
#include "operator/api/sharded.hpp"

namespace bestgres::api {

template <>
struct Words<RebalanceStrategy> {
    static constexpr std::array<std::pair<RebalanceStrategy, std::string_view>, 2> all{
        {{RebalanceStrategy::by_disk_size, "by_disk_size"},
         {RebalanceStrategy::by_shard_count, "by_shard_count"}}};
};

template <>
struct Words<TransferMode> {
    static constexpr std::array<std::pair<TransferMode, std::string_view>, 3> all{
        {{TransferMode::automatic, "auto"},
         {TransferMode::force_logical, "force_logical"},
         {TransferMode::block_writes, "block_writes"}}};
};

template <>
struct Words<ShardedPhase> {
    static constexpr std::array<std::pair<ShardedPhase, std::string_view>, 8> all{
        {{ShardedPhase::creating, "Creating"},
         {ShardedPhase::running, "Running"},
         {ShardedPhase::degraded, "Degraded"},
         {ShardedPhase::rebalancing, "Rebalancing"},
         {ShardedPhase::scaling, "Scaling"},
         {ShardedPhase::paused, "Paused"},
         {ShardedPhase::deleting, "Deleting"},
         {ShardedPhase::failed, "Failed"}}};
};

template <>
struct Words<RemovalStep> {
    static constexpr std::array<std::pair<RemovalStep, std::string_view>, 6> all{
        {{RemovalStep::draining, "Draining"},
         {RemovalStep::stopping, "Stopping"},
         {RemovalStep::forgetting, "Forgetting"},
         {RemovalStep::removing, "Removing"},
         {RemovalStep::confirming, "Confirming"},
         {RemovalStep::releasing, "Releasing"}}};
};

inline constexpr std::string_view only_the_whole =
    "citus, hibernate, deletionProtection and instances: 0 are not for one group alone";

template <class Visitor>
void describe(Visitor& visit, RebalanceSpec& spec) {
    visit("strategy", spec.strategy,
          Field{.doc = "By which measure Citus calls shards spread evenly."});
    visit("transferMode", spec.transfer_mode,
          Field{.doc = "How a shard moves. `auto`: online, by logical replication; tables without "
                       "a replica identity keep a shard from being removed then. `force_logical`: "
                       "such tables move too, and refuse updates and deletes while they do. "
                       "`block_writes`: writes to a shard wait while it moves."});
}

template <class Visitor>
void describe(Visitor& visit, WorkerOverride& spec) {
    visit("shard", spec.shard,
          Field{.doc = "Which: 0 is the first.", .required = true, .minimum = 0, .maximum = 499});
    visit("instances", spec.instances, Field{.doc = "Members.", .minimum = 1, .maximum = 100});
    visit("persistentVolumeSize", spec.persistent_volume_size,
          Field{.doc = "Size of each member's volume.", .max_length = 40, .quantity = true});
    visit("resources", spec.resources, Field{.doc = "CPU and memory.", .no_default = true});
    visit("scheduling", spec.scheduling, Field{.doc = "On which nodes.", .no_default = true});
    visit("synchronous", spec.synchronous, Field{.doc = "As patroni.synchronous."});
    visit("parameters", spec.parameters,
          Field{.doc = "PostgreSQL settings beside those of all workers.",
                .max_length = 8192,
                .max_items = 500,
                .int_or_string = true});
}

template <class Visitor>
void describe_groups(Visitor& visit, ShardedSpec& spec) {
    visit(
        "coordinator", spec.coordinator,
        Field{.doc = "The group that clients speak to, as a BGCluster's spec.", .required = true});
    visit("workers", spec.workers,
          Field{.doc = "Each of the shards, as a BGCluster's spec.", .required = true});
    visit(
        "workerOverrides", spec.worker_overrides,
        Field{.doc = "What single shards have otherwise.", .max_items = 100, .list_key = "shard"});
    visit.rule(
        {"!has(self.coordinator.citus) && !has(self.workers.citus) && "
         "!self.coordinator.hibernate && !self.workers.hibernate && "
         "!self.coordinator.deletionProtection && !self.workers.deletionProtection && "
         "self.coordinator.instances > 0 && self.workers.instances > 0",
         only_the_whole});
}

template <class Visitor>
void describe(Visitor& visit, ShardedSpec& spec) {
    visit("shards", spec.shards,
          Field{.doc = "How many. More: they are made, and data moves to them. Fewer: the last are "
                       "emptied first, and removed once it is proven that nothing is left on them.",
                .required = true,
                .maximum = 500,
                .cel = "self >= 1",
                .cel_says = "at least one shard has to stay, because the data must be somewhere"});
    visit("database", spec.database,
          Field{.doc = "The database that is sharded. Patroni makes it, with the extension.",
                .required = true,
                .min_length = 1,
                .max_length = 63,
                .pattern = "^[A-Za-z_][A-Za-z0-9_-]*$",
                .pattern_says = "letters, digits, _ and - that begin with a letter or _",
                .cel = "self == oldSelf",
                .cel_says = "the database of an existing sharded cluster cannot change"});
    describe_groups(visit, spec);
    visit("autoRebalance", spec.auto_rebalance,
          Field{.doc = "A shard that is new and empty gets its share by a background job of Citus. "
                       "When false, only what you start yourself moves."});
    visit("rebalance", spec.rebalance, Field{.doc = "How shards move."});
    visit("removedShards", spec.removed_shards,
          Field{.doc = "What happens to the volumes of a shard that was removed. Those of all "
                       "groups when the whole is deleted: volumeSpec.retention of each."});
    visit("deletionProtection", spec.deletion_protection,
          Field{.doc = "A deletion is held until annotation bestgres.io/confirm-deletion repeats "
                       "the name; meanwhile everything goes on."});
}

template <class Visitor>
void describe(Visitor& visit, GroupStatus& group) {
    visit("name", group.name, Field{.doc = "Its BGCluster.", .required = true});
    visit("group", group.group,
          Field{.doc = "Citus' number; 0 is the coordinator.", .no_default = true});
    visit("phase", group.phase, Field{.doc = "The state in one word."});
    visit("ready", group.ready, Field{.doc = "Ready members of wanted members."});
    visit("primary", group.primary, Field{.doc = "The member that accepts writes."});
    visit("node", group.node,
          Field{.doc = "Its nodeid in pg_dist_node; absent while it is not there.",
                .no_default = true});
    visit("registered", group.registered,
          Field{.doc = "Every node of Citus names its primary.", .no_default = true});
    visit("placements", group.placements,
          Field{.doc = "Shards of distributed tables and tables that are one shard, as of the last "
                       "look at Citus.",
                .no_default = true});
    visit("references", group.references,
          Field{.doc = "Copies of reference tables; they go with a group that is removed.",
                .no_default = true});
}

template <class Visitor>
void describe(Visitor& visit, JobStatus& job) {
    visit("id", job.id, Field{.doc = "Of pg_dist_background_job.", .no_default = true});
    visit("state", job.state, Field{.doc = "As Citus says."});
    visit("moved", job.moved, Field{.doc = "Finished moves of all: 12/32."});
    visit("message", job.message, Field{.doc = "What its last move said."});
}

template <class Visitor>
void describe(Visitor& visit, RemovalStatus& removal) {
    visit("cluster", removal.cluster, Field{.doc = "The BGCluster of the shard."});
    visit("group", removal.group, Field{.doc = "Citus' number of it.", .no_default = true});
    visit("step", removal.step,
          Field{.doc = "How far it got: its shards move away; its members stop; Patroni's objects "
                       "go; Citus forgets it; nobody brings it back; its volumes are released."});
    visit("goneSince", removal.gone_since,
          Field{.doc = "Since when no node of Citus has named it."});
}

template <class Visitor>
void describe(Visitor& visit, ShardedStatus& status) {
    visit("phase", status.phase, Field{.doc = "The state in one word."});
    visit("shards", status.shards, Field{.doc = "Shards that Citus knows.", .no_default = true});
    visit("ready", status.ready, Field{.doc = "Ready groups of all: 3/3."});
    visit("coordinator", status.coordinator, Field{.doc = "The primary that clients speak to."});
    visit("observedGeneration", status.observed_generation,
          Field{.doc = "The metadata.generation that this status is about.", .no_default = true});
    visit("conditions", status.conditions,
          Field{.doc = "For `kubectl wait` and programs.", .max_items = 64, .list_key = "type"});
    visit("groups", status.groups, Field{.doc = "One entry a group.", .list_key = "name"});
    visit("job", status.job, Field{.doc = "The last background job of Citus.", .no_default = true});
    visit("removal", status.removal,
          Field{.doc = "The shard that is being removed.", .no_default = true});
    visit("waitingFor", status.waiting_for,
          Field{.doc = "What the operator waits for, and until when."});
    visit("decisions", status.decisions, Field{.doc = "The last things it did."});
}

}  // namespace bestgres::api
