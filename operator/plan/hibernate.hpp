// What keeps a cluster from going to rest.
#pragma once

#include <string>

#include "operator/plan/view.hpp"

namespace bestgres::plan {

// The spec asks for no running member.
bool is_to_rest(const ClusterView& view);
// Why the cluster cannot go to rest now and goes on as it is; empty where it can, or where nobody
// asks for it.
std::string objection_to_rest(const ClusterView& view);

}  // namespace bestgres::plan
