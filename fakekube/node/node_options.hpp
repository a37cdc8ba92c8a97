// The command line of `fakekube node`.
#pragma once

#include <string>
#include <vector>

#include "lib/base/log.hpp"

namespace bestgres::fakekube::node {

struct NodeOptions {
    std::string kubeconfig, context, name, root_directory, volumes_directory, pod_cidr, images,
        init_program, labels;
    std::string address = "127.0.0.1";
    LogLevel log_level = LogLevel::info;
    bool wants_help = false;
};

std::string node_usage();
Result<NodeOptions> parse_node_options(const std::vector<std::string>& arguments);

}  // namespace bestgres::fakekube::node
