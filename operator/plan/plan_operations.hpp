// The plan for BGDbOps, beside the cluster's own plan: one operation at a time, the oldest first,
// and only what the cluster's plan leaves room for.
#pragma once

#include <optional>

#include "operator/plan/plan.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::plan {

struct OperationsPlan {
    std::optional<Step> step;
    std::optional<Instant> look_again;  // when time alone may change the plan

    bool operator==(const OperationsPlan&) const = default;
};

// `cluster` is the plan of the same view.
OperationsPlan plan_operations(const ClusterView& view, const Plan& cluster);

// For operations whose cluster does not exist: of the view, `ns`, `name`, the time and the
// operations are looked at.
OperationsPlan plan_orphaned_operations(const ClusterView& view);

}  // namespace bestgres::plan
