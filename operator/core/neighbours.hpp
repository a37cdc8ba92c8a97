// What a cluster has to know of others in its namespace: who would take the same objects, and, as a
// group of a sharded cluster, of the other groups.
#pragma once

#include "operator/core/store.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::core {

void observe_neighbours(const Store& store, const ClusterKey& key, plan::Facts& facts);

}  // namespace bestgres::core
