// The manifests of the release, compiled into this program, so that the local world needs no other
// file.
#pragma once

#include <string>
#include <vector>

#include "lib/kube/cluster.hpp"

namespace bestgres::cmd::local {

// Custom resource definitions first, then the operator in namespace `ns`, as server-side applies.
std::vector<kube::Apply> shipped_manifests(const std::string& ns);

}  // namespace bestgres::cmd::local
