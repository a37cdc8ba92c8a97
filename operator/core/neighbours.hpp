// What a cluster has to know of others in its namespace: who would take the same objects, and, as a
// group of a sharded cluster, of the other groups; and what a sharded cluster knows of its groups.
#pragma once

#include "operator/core/store.hpp"
#include "operator/plan/sharded/view.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::core {

void observe_neighbours(const Store& store, const ClusterKey& key, plan::Facts& facts);

// The BGShardedClusters for which a change of a cluster counts, or of what is called like the
// objects of its Patroni.
std::set<ClusterKey> sharded_of(const Store& store, const ClusterKey& key);

// The BGShardedCluster itself, its groups and what belongs to them. Of the facts, what Citus said
// has to be there already: it may know groups that nobody else does.
void observe_groups(const Store& store, const ClusterKey& key, plan::ShardedFacts& facts);
// Operations that name it, and the BGDbOps of its groups that they name.
void observe_sharded_operations(const Store& store, const ClusterKey& key,
                                plan::ShardedFacts& facts);

}  // namespace bestgres::core
