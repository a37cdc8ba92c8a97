// BGShardedDbOps: one operation on the groups of a sharded cluster, each by a BGDbOps of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/operation.hpp"

namespace bestgres::kube::kinds {

inline constexpr Kind bg_sharded_db_ops{"bestgres.io", "v1", "BGShardedDbOps", "bgshardeddbops"};

}  // namespace bestgres::kube::kinds

namespace bestgres::api {

enum class GroupOrder { workers_first, coordinator_first };
enum class GroupFailure { stop, go_on };

// What every group's BGDbOps asks for; `bgCluster` is the group's.
struct GroupOperationSpec {
    OperationSpec operation;

    bool operator==(const GroupOperationSpec&) const = default;
};

struct ShardedOperationSpec {
    std::string sharded;
    GroupOperationSpec group;
    GroupOrder order = GroupOrder::workers_first;
    std::int64_t parallelism = 1;
    GroupFailure on_failure = GroupFailure::stop;

    bool operator==(const ShardedOperationSpec&) const = default;
};

// One group's part. It is written as running before its BGDbOps is made, and with the uid of that
// once it is there: whoever takes over knows whether it was made.
struct GroupOperationStatus {
    std::string name = {};                     // of the BGCluster
    std::string operation = {};                // of the BGDbOps
    std::string uid = {};                      // of the BGDbOps
    std::optional<OperationPhase> phase = {};  // absent: it has not begun
    std::string step = {};                     // at its end, "4/4"
    Instant started = {};
    Instant finished = {};
    std::string message = {};
    std::optional<OperationResult> result = {};

    bool operator==(const GroupOperationStatus&) const = default;
};

struct ShardedOperationStatus {
    std::optional<OperationPhase> phase;
    std::string step;  // "2/3": groups that ended of all
    Instant started;
    Instant finished;
    std::string message;  // what it waits for, or how it ended
    std::int64_t observed_generation = 0;
    std::vector<GroupOperationStatus> groups;  // in the order in which they begin
    std::vector<Condition> conditions;

    bool operator==(const ShardedOperationStatus&) const = default;
};

// Names of BGDbOps are made of it.
inline constexpr std::size_t longest_sharded_operation_name = 200;

// `json` is the value of `spec`.
Parsed<ShardedOperationSpec> parse_sharded_operation_spec(const Json& json);
Json to_json(const ShardedOperationSpec& spec);

ShardedOperationStatus parse_sharded_operation_status(const Json& json);
Json to_json(const ShardedOperationStatus& status);

}  // namespace bestgres::api
