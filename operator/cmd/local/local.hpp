// `bestgres local`: an API server, its nodes and the operator as ordinary processes of this
// machine, without Kubernetes. The operator runs as a Deployment from the shipped manifests.
#pragma once

#include <string>
#include <vector>

namespace bestgres::cmd::local {

// The exit status: 0, 1 when something failed, 2 for wrong arguments.
int local_main(const std::vector<std::string>& arguments);

}  // namespace bestgres::cmd::local
