// Members that run and do not become ready. Their template or their settings may be the reason:
// when those are corrected, such a member must not be its own obstacle.
#pragma once

#include <optional>

#include "operator/plan/view.hpp"

namespace bestgres::plan {

// When a member that runs without being ready counts as stuck: it has had time to start, to recover
// and to find a leader. Absent where it is ready or copies data, which takes as long as it takes.
std::optional<Instant> stuck_at(const Member& member);
// It serves nobody: whoever takes it takes nothing away.
bool is_stuck(const ClusterView& view, const Member& member);
// It is on an old template, and nothing runs in it or it is stuck: a roll replaces such a one at
// once, before anything else.
bool is_about_to_be_replaced(const ClusterView& view, const Member& member);
// The next time at which a member will count as stuck, unless something happens before.
std::optional<Instant> next_stuck_at(const ClusterView& view);

}  // namespace bestgres::plan
