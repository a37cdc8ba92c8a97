// The environment and the command line of a container, as the kubelet computes them. Pure: objects
// come through a lookup of what the node has cached.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakekube::node {

// Nothing: the object does not exist.
using Lookup = std::function<std::optional<kube::Object>(const kube::Ref&)>;
using Environment = std::map<std::string, std::string>;

// What the downward API can tell beyond the pod object, whose status may lag behind.
struct PodFacts {
    kube::Object pod;
    std::string pod_ip, host_ip, node_name;
    Json allocatable;  // of the node: stands for limits that are not set
};

// "metadata.name", "metadata.labels['x']", "status.podIP"...
Result<std::string> pod_field(const PodFacts& facts, const std::string& path);
// {resource, containerName, divisor}; `container` is used where none is named.
Result<std::string> resource_field(const PodFacts& facts, const Json& selector,
                                   const Json& container);

struct EnvironmentRequest {
    const PodFacts& facts;
    const Json& container;
    const Environment& image;
    const Environment& services;
    const Lookup& lookup;
};

// The error is the kubelet's message for CreateContainerConfigError.
Result<Environment> container_environment(const EnvironmentRequest& request);

// $(NAME) of known names, $$ for a dollar sign; unknown references stay as they are.
std::string expand_references(std::string_view text, const Environment& environment);

// ConfigMaps and Secrets that a pod's containers and volumes name.
std::vector<kube::Ref> references_of(const kube::Object& pod);

}  // namespace bestgres::fakekube::node
