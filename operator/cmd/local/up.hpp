// The steps of `bestgres local up`.
#pragma once

#include "lib/base/result.hpp"
#include "operator/cmd/local/world.hpp"

namespace bestgres::cmd::local {

Result<Done> up(const World& world);

// Both do nothing when the process runs already. The API server is waited for until it answers
// /readyz.
Result<Done> start_api_server(const World& world);
Result<Done> start_node(const World& world, const std::string& node);

// Its address, or the kubeconfig that leads to one that is not of this world.
std::string api_server_name(const World& world);
std::string api_server_pid_file(const World& world);
std::string node_pid_file(const World& world, const std::string& node);

}  // namespace bestgres::cmd::local
