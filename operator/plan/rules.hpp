// The rules of a BGCluster, one file each. A rule reads the view and says what it wants, or
// nothing; which rule is asked when, stands in plan_cluster.cpp alone.
#pragma once

#include "operator/plan/plan.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::plan {

Opinion accept_spec(const ClusterView& view);
Opinion hold_finalizer(const ClusterView& view);
Opinion create_secret(const ClusterView& view);
Opinion keep_objects(const ClusterView& view);
Opinion fence_stale_leader(const ClusterView& view);
Opinion repair_bootstrap(const ClusterView& view);
Opinion repair_hand_over(const ClusterView& view);
Opinion recover_volume(const ClusterView& view);
Opinion rebuild_replica(const ClusterView& view);
Opinion hibernate(const ClusterView& view);
Opinion grow_storage(const ClusterView& view);
Opinion follow_settings(const ClusterView& view);
Opinion run_bootstrap_sql(const ClusterView& view);
Opinion take_up_volumes(const ClusterView& view);
Opinion scale_in(const ClusterView& view);
Opinion judge_left_volumes(const ClusterView& view);
Opinion update_members(const ClusterView& view);
Opinion restart_pending(const ClusterView& view);
Opinion put_off_hibernation(const ClusterView& view);
Opinion await_members(const ClusterView& view);
Opinion tear_down(const ClusterView& view);

// `waits` are those of the plan; their beginnings are known already.
api::ClusterStatus describe_status(const ClusterView& view, const Plan& plan);

}  // namespace bestgres::plan
