// How members leave: one at a time, the highest ordinal first, as the StatefulSet controller has
// it.
#pragma once

#include <string>

#include "operator/plan/plan.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::plan {

// A member that the StatefulSet has been told to do without, and whose pod is still there; null
// where there is none.
const Member* find_leaving(const ClusterView& view);
Step one_leaves(const ClusterView& view, RuleId rule, std::string because);

}  // namespace bestgres::plan
