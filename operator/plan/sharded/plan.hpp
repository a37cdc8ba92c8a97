// The plan of a BGShardedCluster: a pure function of one snapshot.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operator/plan/sharded/effect.hpp"
#include "operator/plan/sharded/view.hpp"

namespace bestgres::plan {

struct ShardedWaiting {
    ShardedRule rule = ShardedRule::converge;
    std::string because;  // stands still while the wait lasts: it identifies the wait
    Duration patience = std::chrono::minutes(10);

    bool operator==(const ShardedWaiting&) const = default;
};

// What one rule has to say.
struct ShardedOpinion {
    std::vector<ShardedStep> steps = {};
    std::vector<ShardedWaiting> waits = {};
    // Citus is asked again when its answer is as old as this: nothing else would tell.
    std::optional<Duration> ask_after = std::nullopt;
    std::optional<Instant> look_again = std::nullopt;

    bool empty() const { return steps.empty() && waits.empty(); }
};

struct ShardedPlan {
    std::vector<ShardedStep> steps;  // one at most
    std::vector<api::WaitingStatus> waits;
    api::ShardedStatus status;
    std::optional<Instant> ask_at;      // Citus, the next time; absent: as long as nothing changes
    bool ask_for_moves = false;         // and what a rebalance would do
    std::optional<Instant> look_again;  // when time alone may change the plan
};

ShardedPlan plan_sharded(const ShardedView& view);
// For operations whose BGShardedCluster does not exist: of the view, `ns`, `name`, the time and the
// operations are looked at.
ShardedPlan plan_orphaned_operations(const ShardedView& view);

}  // namespace bestgres::plan
