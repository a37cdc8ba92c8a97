// Operations on sharded clusters: what has to be known for them, and those whose cluster is
// missing, which are only put in order.
#include <algorithm>
#include <array>

#include "operator/api/sharded_operation.hpp"
#include "operator/core/neighbours.hpp"
#include "operator/core/operator_core.hpp"

namespace bestgres::core {

// A BGDbOps that the cache does not show may be there.
bool OperatorCore::knows_sharded_operations(Instant now) const {
    constexpr std::array needed{kube::kinds::bg_sharded_db_ops, kube::kinds::bg_db_ops};
    return std::ranges::all_of(informers_, [&](const Informer& one) {
        return std::ranges::find(needed, one.spec().kind) == needed.end() || one.current(now);
    });
}

// What is written rests on the version that was read.
void OperatorCore::reconcile_sharded_orphans(const ClusterKey& key, Turn& turn) {
    if (!knows_sharded_operations(turn.now)) {
        return;  // a listing wakes them
    }
    ShardedWork& work = sharded_works_[key];
    PlannedSharded planned;
    planned.view.ns = key.ns;
    planned.view.name = key.name;
    planned.view.facts.now = turn.now;
    observe_sharded_operations(store_, key, planned.view.facts);
    planned.plan = plan::plan_orphaned_operations(planned.view);
    if (planned.plan.look_again) {
        sharded_queue_.add(key, *planned.plan.look_again);
    }
    if (planned.plan.steps.empty()) {
        return;
    }
    if (turn.now < work.not_before) {
        sharded_queue_.add(key, work.not_before);
        return;
    }
    work.step = planned.plan.steps.front();
    perform_sharded(key, planned, turn);
}

}  // namespace bestgres::core
