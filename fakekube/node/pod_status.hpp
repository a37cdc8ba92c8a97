// The status of a Pod as the node reports it. Pure.
#pragma once

#include "fakekube/node/pod_worker.hpp"

namespace bestgres::fakekube::node {

// The fields that the node owns, for a strategic merge patch of status: conditions of others stay.
Json pod_status(const PodSpec& spec, const PodState& state);

}  // namespace bestgres::fakekube::node
