// What is made for one group of a sharded cluster: its BGCluster, and its BGDbOps of an operation
// on all groups.
#pragma once

#include "lib/kube/object.hpp"
#include "operator/api/sharded.hpp"
#include "operator/api/sharded_operation.hpp"

namespace bestgres::manifests {

// What a group has as long as it takes part. Protected, so that it goes only with the whole or once
// it is proven to be empty: who removes it repeats its name.
api::ClusterSpec group_spec(std::string_view sharded, const api::ShardedSpec& spec,
                            std::int64_t group);

// To be created, never applied: one of that name that exists is somebody else's.
kube::Object group_cluster(const kube::Object& sharded, std::int64_t group,
                           const api::ClusterSpec& spec);

std::string group_operation_name(std::string_view operation, std::string_view cluster);
// To be created, never applied. It goes with the BGShardedDbOps that it is part of.
kube::Object group_operation(const kube::Object& whole, const std::string& cluster,
                             const api::OperationSpec& asked);

}  // namespace bestgres::manifests
