// A BGCluster's status as a page for people.
#pragma once

#include <string>

#include "lib/kube/object.hpp"

namespace bestgres::cmd {

// Times are shown as ages at `now`.
std::string describe_cluster(const kube::Object& cluster, Instant now);

}  // namespace bestgres::cmd
