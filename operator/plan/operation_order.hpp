// Queue and ends of operations: whose turn it is, who is out of time, who is deleted, what of the
// history goes. Nothing here does anything to the database.
#pragma once

#include <optional>
#include <vector>

#include "operator/plan/operation.hpp"
#include "operator/plan/plan_operations.hpp"

namespace bestgres::plan {

// `operations` in the order of their queue.
OperationsPlan keep_order(const ClusterView& view, const std::vector<Operation>& operations);
// The one that runs, or whose turn it is; null where there is none.
const Operation* find_current(const ClusterView& view, const std::vector<Operation>& operations);

}  // namespace bestgres::plan
