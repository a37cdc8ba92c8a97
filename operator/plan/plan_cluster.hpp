// The policy for a BGCluster: from one snapshot to what is to be done now.
#pragma once

#include "operator/plan/plan.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::plan {

// Pure. Checks the plan's own invariants before it is given out.
Plan plan_cluster(const ClusterView& view);

}  // namespace bestgres::plan
