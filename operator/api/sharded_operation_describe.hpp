// BGShardedDbOps, described: spec and status.
#pragma once

#include "operator/api/operation_describe.hpp"
#include "operator/api/sharded_operation.hpp"

namespace bestgres::api {

template <>
struct Words<GroupOrder> {
    static constexpr std::array<std::pair<GroupOrder, std::string_view>, 2> all{
        {{GroupOrder::workers_first, "workersFirst"},
         {GroupOrder::coordinator_first, "coordinatorFirst"}}};
};

template <>
struct Words<GroupFailure> {
    static constexpr std::array<std::pair<GroupFailure, std::string_view>, 2> all{
        {{GroupFailure::stop, "stop"}, {GroupFailure::go_on, "continue"}}};
};

inline constexpr std::string_view names_one_member =
    "a member is of one group: make a BGDbOps for that group's BGCluster";

template <class Visitor>
void describe(Visitor& visit, GroupOperationSpec& spec) {
    describe_request(visit, spec.operation);
}

template <class Visitor>
void describe(Visitor& visit, ShardedOperationSpec& spec) {
    visit("bgShardedCluster", spec.sharded,
          Field{.doc = "The BGShardedCluster, in the same namespace.",
                .required = true,
                .min_length = 1,
                .max_length = 63});
    visit("bgDbOpsSpec", spec.group,
          Field{.doc = "What is to be done to each group, as a BGDbOps' spec without bgCluster. "
                       "runAt, ttlAfterFinished and historyLimit are of the whole; timeout and "
                       "maxRetries of each group.",
                .required = true});
    visit("order", spec.order,
          Field{.doc = "Whether the coordinator comes after all workers or before them."});
    visit("parallelism", spec.parallelism,
          Field{.doc = "How many workers at once. The coordinator is always alone.",
                .minimum = 1,
                .maximum = 500});
    visit("onFailure", spec.on_failure,
          Field{.doc = "When a group fails: begin no other, or go on with them. Groups that have "
                       "begun end in either case."});
    visit.rule({"self == oldSelf", "an operation cannot change: delete it and make another one"});
    visit.rule(
        {"self.bgDbOpsSpec.op != 'reinit' && (!has(self.bgDbOpsSpec.switchover) || "
         "!has(self.bgDbOpsSpec.switchover.target))",
         names_one_member});
}

template <class Visitor>
void describe(Visitor& visit, GroupOperationStatus& group) {
    visit("name", group.name, Field{.doc = "Its BGCluster.", .required = true});
    visit("operation", group.operation, Field{.doc = "Its BGDbOps."});
    visit("uid", group.uid, Field{.doc = "Of that BGDbOps, once it is there."});
    visit("phase", group.phase, Field{.doc = "As the BGDbOps says; absent before it has begun."});
    visit("step", group.step, Field{.doc = "At its end: finished steps of all, 4/4."});
    visit("started", group.started, Field{.doc = "When it began."});
    visit("finished", group.finished, Field{.doc = "When it ended."});
    visit("message", group.message, Field{.doc = "Where to look, or how it ended."});
    visit("result", group.result, Field{.doc = "What it handed back.", .no_default = true});
}

template <class Visitor>
void describe(Visitor& visit, ShardedOperationStatus& status) {
    visit("phase", status.phase, Field{.doc = "The state in one word."});
    visit("step", status.step, Field{.doc = "Groups that have ended of all: 2/3."});
    visit("started", status.started, Field{.doc = "When it began."});
    visit("finished", status.finished, Field{.doc = "When it ended."});
    visit("message", status.message, Field{.doc = "What it waits for, or how it ended."});
    visit("observedGeneration", status.observed_generation,
          Field{.doc = "The metadata.generation that this status is about.", .no_default = true});
    visit("groups", status.groups,
          Field{.doc = "One entry a group, in the order in which they begin.",
                .max_items = 501,
                .list_key = "name"});
    visit("conditions", status.conditions,
          Field{.doc = "Running, Completed and Failed, for `kubectl wait` and programs.",
                .max_items = 64,
                .list_key = "type"});
}

}  // namespace bestgres::api
