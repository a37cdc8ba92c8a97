// When a member counts as healthy, who may become the primary next, and what speaks against taking
// a member down: shared by every disruptive rule.
#pragma once

#include <optional>
#include <string>

#include "operator/plan/effect.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::plan {

Target target_of(const Member& member);

// Whether its container runs, so that taking it down could take something away.
bool runs(const Member& member);
// Serving in its role: ready, running and, as a replica, streaming on the primary's timeline. On
// fresh views its own answer must say the same.
bool is_healthy(const ClusterView& view, const Member& member);
// What is not right with it, for people; empty for a healthy member.
std::string ailment(const ClusterView& view, const Member& member);
// The first wanted member that is missing or not healthy; null where all are.
const Member* find_unhealthy(const ClusterView& view);

// Why no member may be taken down now: Patroni is paused, a hand-over is pending, there is no
// primary, or a member is not healthy. Empty where nothing speaks against it.
std::string obstacle_to_disruption(const ClusterView& view);

// Whom to hand the lock to: a healthy replica that may lead, a synchronous one where the mode asks
// for it. `among` filters; updated members first, then the one furthest ahead.
const Member* find_heir(const ClusterView& view, bool (*among)(const ClusterView&, const Member&));

bool is_synchronous_mode(const ClusterView& view);
// The spec wants this ordinal to exist.
bool is_wanted(const ClusterView& view, const Member& member);

}  // namespace bestgres::plan
