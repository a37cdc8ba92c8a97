// What Services mean on a node: which addresses to forward where, which names stand in /etc/hosts,
// and the variables that containers get. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "fakekube/node/environment.hpp"

namespace bestgres::fakekube::node {

struct Endpoint {
    std::string ip;
    int port = 0;
    auto operator<=>(const Endpoint&) const = default;
};

struct ServiceView {
    // ClusterIP and port -> ready endpoints, sorted; where none is, those that serve while they
    // stop.
    // A Service without either is present and empty: connections to it are refused.
    std::map<Endpoint, std::vector<Endpoint>> forwards;
    // Names without the trailing ".svc.cluster.local" forms.
    struct Host {
        std::string ip, name, ns;  // name is "db" or "db-0.db-headless"
        auto operator<=>(const Host&) const = default;
    };
    std::vector<Host> hosts;  // sorted
    bool operator==(const ServiceView&) const = default;
};

ServiceView make_service_view(const std::vector<kube::Object>& services,
                              const std::vector<kube::Object>& slices);

struct HostsRequest {
    std::string pod_ip, hostname, subdomain, ns;
    Json aliases = Json::array();  // spec.hostAliases
};
// The text of a container's /etc/hosts; bare names only for the pod's own namespace.
std::string hosts_file(const ServiceView& view, const HostsRequest& request);

// DB_SERVICE_HOST and its family for the Services of a namespace; KUBERNETES_* names the API
// server.
Environment service_environment(const std::vector<kube::Object>& services, const std::string& ns,
                                const Endpoint& api_server);

}  // namespace bestgres::fakekube::node
