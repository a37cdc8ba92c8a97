// The last steps that were done for a resource: its status tells them, whoever performed them.
#pragma once

#include <cstddef>
#include <vector>

#include "operator/api/cluster_status.hpp"

namespace bestgres::plan {

inline constexpr std::size_t kept_decisions = 10;

// Adds `decision`, and forgets the oldest beyond those that are kept.
void remember(std::vector<api::DecisionStatus>& decisions, api::DecisionStatus decision);

// Those of the status and `own`, which one operator remembers, by time. Stands still: what was
// pushed out of the status before does not come in again.
std::vector<api::DecisionStatus> merged_decisions(std::vector<api::DecisionStatus> status,
                                                  const std::vector<api::DecisionStatus>& own);

}  // namespace bestgres::plan
