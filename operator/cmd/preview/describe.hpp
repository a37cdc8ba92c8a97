// A BGCluster's or BGShardedCluster's status as a page for people.
#pragma once

#include <string>

#include "lib/kube/object.hpp"

namespace bestgres::cmd {

// Times are shown as ages at `now`.
std::string describe_cluster(const kube::Object& cluster, Instant now);
std::string describe_sharded(const kube::Object& sharded, Instant now);

}  // namespace bestgres::cmd
