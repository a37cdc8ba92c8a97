// Admission that needs other objects of the store: limit ranges, priorities, storage classes,
// quotas and the addresses of Services. Each is one plugin of a kube-apiserver.
#pragma once

#include "fakekube/resource.hpp"
#include "fakekube/server_state.hpp"
#include "fakekube/status.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// LimitRanger: defaults from the namespace's LimitRanges, then their bounds.
Outcome<Done> admit_limit_ranges(const ServerState& state, const Resource& resource, Json& pod);
// Priority: the number and the preemption policy of the pod's class.
Outcome<Done> admit_priority(const ServerState& state, const Resource& resource, Json& pod);
// TaintNodesByCondition: a new node takes no pods until it says that it is ready.
void taint_new_node(Json& node);
// ResourceQuota: counts of objects against status.hard.
Outcome<Done> admit_quota(const ServerState& state, const Resource& resource, const Json& object);

}  // namespace bestgres::fakekube
