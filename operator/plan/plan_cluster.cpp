#include "operator/plan/plan_cluster.hpp"

#include "operator/plan/compose.hpp"
#include "operator/plan/rules.hpp"

namespace bestgres::plan {

// The whole policy. Deletion is decided by the resource alone. A spec is stored before anything is
// done about it. Objects are kept in every state, because that is harmless. Of everything that can
// hurt, one thing at a time: what serves clients comes first, what restores redundancy second, what
// the user wishes third.
Plan plan_cluster(const ClusterView& view) {
    PlanBuilder plan(view);
    if (view.going) {
        plan.add_all(tear_down);
        return std::move(plan).build();
    }
    if (view.paused || !view.spec) {
        return std::move(plan).build();
    }
    plan.add_first(hold_finalizer, accept_spec, create_secret);
    if (plan.has_steps()) {
        return std::move(plan).build();
    }
    plan.add_all(keep_objects);
    if (!plan.has_steps()) {
        plan.add_first(fence_stale_leader, repair_bootstrap, repair_hand_over, recover_volume,
                       rebuild_replica, hibernate, grow_storage, follow_settings, run_bootstrap_sql,
                       take_up_volumes, scale_in, judge_left_volumes, update_members,
                       restart_pending, put_off_hibernation, await_members);
    }
    return std::move(plan).build();
}

}  // namespace bestgres::plan
