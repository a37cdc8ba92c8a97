// When a member counts as healthy, who may become the primary next, and what speaks against taking
// a member down: shared by every disruptive rule.
#pragma once

#include <optional>
#include <string>

#include "operator/plan/effect.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::plan {

Target target_of(const Member& member);
// How a member's pod is taken away. Whom clients may miss is evicted: the budget over all members
// arbitrates between this operator and whoever drains nodes. Whoever serves nobody counts as away
// already, and a budget could only keep it from ever being replaced.
Effect removal_of(const Member& member);

// Whether its container runs, so that taking it down could take something away.
bool runs(const Member& member);
// Serving in its role: ready, running and, as a replica, streaming on the primary's timeline. On
// fresh views its own answer must say the same.
bool is_healthy(const ClusterView& view, const Member& member);
// What is not right with it, for people; empty for a healthy member.
std::string ailment(const ClusterView& view, const Member& member);
// The first wanted member that is missing or not healthy; null where all are.
const Member* find_unhealthy(const ClusterView& view);

// Who else is at work: Patroni is paused by hand, or a hand-over is pending. Empty where nobody is.
std::string interference(const ClusterView& view);
// Why no member may be taken down now: somebody else is at work, there is no primary, or a member
// is not healthy. One that is stuck on an old template is no reason, it is what is to be replaced;
// but a leader is, as long as it has others to hand over to.
// Empty where nothing speaks against it.
std::string obstacle_to_disruption(const ClusterView& view);

// Why the member may never take over as it is; empty where it may. In synchronous mode commits have
// to wait for it besides.
std::string bar_to_leading(const ClusterView& view, const Member& member);
// Whom to hand the lock to: a healthy replica that may lead, a synchronous one where the mode asks
// for it. `among` filters; updated members first, then the one furthest ahead.
const Member* find_heir(const ClusterView& view, bool (*among)(const ClusterView&, const Member&));

bool is_synchronous_mode(const ClusterView& view);
// This ordinal is to run.
bool is_wanted(const ClusterView& view, const Member& member);

}  // namespace bestgres::plan
