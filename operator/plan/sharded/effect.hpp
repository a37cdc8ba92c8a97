// What the operator can do for a BGShardedCluster, as data. Everything else it does to the groups,
// which are BGClusters, follows from theirs.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "operator/api/sharded_operation.hpp"
#include "operator/plan/effect.hpp"

namespace bestgres::plan {

// Create only: what has the name already is somebody else's.
struct CreateObject {
    kube::Kind kind;
    kube::Object object;
    bool operator==(const CreateObject&) const = default;
};
// Statements in the sharded database, on the coordinator's primary.
struct RunCitus {
    Target coordinator;
    std::string what;  // "move shards off shop-worker-1": for people
    std::vector<postgres::Statement> statements;
    bool operator==(const RunCitus&) const = default;
};

// The journal of an operation on all groups.
struct JournalShardedOperation {
    OperationTarget operation;
    api::ShardedOperationStatus status;
    std::string what;  // "Running 1/3", for people
    bool operator==(const JournalShardedOperation&) const = default;
};

using ShardedEffect = std::variant<CreateObject, PatchObject, DeleteObject, RunCitus, AddFinalizer,
                                   DropFinalizer, JournalShardedOperation>;

enum class ShardedRule {
    hold_sharded,  // a finalizer while there are groups to delete in order
    keep_groups,   // a BGCluster for every group, as the spec says
    converge,      // every node of Citus names the primaries of all groups
    undo_removal,  // a shard that was to go is wanted again
    remove_shard,  // a shard beyond the wanted number
    rebalance,     // a shard that is new and empty
    tear_down_sharded,
    run_operations,  // BGShardedDbOps: a BGDbOps for each group, in order
};
std::string_view to_string(ShardedRule rule);

struct ShardedStep {
    ShardedEffect effect;
    ShardedRule rule = ShardedRule::keep_groups;
    std::string because;
    std::string group = {};  // the BGCluster that the fresh look has to see, where it is about one

    bool operator==(const ShardedStep&) const = default;
};

// Whether it can take something away. Then it is done only when a plan over fresh reads, of the API
// server and of Citus, still begins with it.
bool is_disruptive(const ShardedEffect& effect);
std::string_view name_of(const ShardedEffect& effect);
std::string describe(const ShardedEffect& effect);
bool same_intent(const ShardedEffect& left, const ShardedEffect& right);

}  // namespace bestgres::plan
