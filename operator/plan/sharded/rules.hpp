// The rules of a BGShardedCluster, one file each; which is asked when, stands in plan.cpp alone.
#pragma once

#include "operator/plan/sharded/plan.hpp"

namespace bestgres::plan {

// How often Citus is asked while something is under way there.
inline constexpr Duration ask_often = std::chrono::seconds(2);
inline constexpr Duration ask_seldom = std::chrono::seconds(5);

ShardedOpinion just(ShardedStep step);
ShardedOpinion just(ShardedWaiting waiting);
// The same, and Citus is asked again soon: no watch tells of what is waited for.
ShardedOpinion ask_until(ShardedWaiting waiting, Duration ask_after);
// Since when a wait has lasted that the status tells of; now for another one.
Instant waiting_since(const ShardedView& view, const ShardedWaiting& waiting);

ShardedOpinion hold_sharded(const ShardedView& view);
ShardedOpinion keep_groups(const ShardedView& view);
ShardedOpinion converge(const ShardedView& view);
ShardedOpinion rebalance(const ShardedView& view);
// Whether it depends on what Citus would move, and nobody has asked.
bool wants_to_know_moves(const ShardedView& view);
ShardedOpinion tear_down_sharded(const ShardedView& view);

// A removal goes on from what the status says of it, which is written before anything is done.
struct RemovalOpinion {
    ShardedOpinion opinion;
    std::optional<api::RemovalStatus> removal;
};
RemovalOpinion undo_removal(const ShardedView& view);
RemovalOpinion remove_shard(const ShardedView& view);

// `business` is what keeps another group from being begun; empty where nothing does. The resource
// may be missing: its operations are put in order then.
ShardedOpinion run_operations(const ShardedView& view, const std::string& business);

// Why shards cannot move from a group, or to it: what keeps a move from being begun.
std::string objection_to_moves(const ShardedView& view);
// Of a group that is to be emptied: too few groups, or too little room.
std::string objection_to_drain(const ShardedView& view, const ShardGroup& leaving);

RunCitus on_coordinator(const ShardedView& view, std::string what,
                        std::vector<postgres::Statement> statements);
// Changes a child; `merge` is about its spec or annotations.
ShardedStep change_child(const ShardGroup& group, ShardedRule rule, Json merge, std::string what);

api::ShardedStatus describe_sharded(const ShardedView& view, const ShardedPlan& plan);

}  // namespace bestgres::plan
