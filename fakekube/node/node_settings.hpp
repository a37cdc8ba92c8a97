// What a node is told when it starts.
#pragma once

#include <map>
#include <string>

#include "fakekube/node/image_table.hpp"
#include "fakekube/node/service_view.hpp"

namespace bestgres::fakekube::node {

struct NodeSettings {
    std::string name;
    std::string address = "127.0.0.1";
    std::string root_directory;     // pods' files; belongs to this node alone
    std::string volumes_directory;  // of provisioned PersistentVolumes; shared by a machine's
                                    // nodes; empty: the path that the volume names
    std::string init_program;
    std::string pod_cidr;
    std::map<std::string, std::string> labels;
    ImageTable images;
    Endpoint api_server;
    bool is_root = false;  // then every container gets an unprivileged uid of this machine
};

}  // namespace bestgres::fakekube::node
