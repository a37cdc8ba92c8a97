// Where a node's proxy sends clients of a Service, from the EndpointSlices that it has seen. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/kube/object.hpp"

namespace bestgres::scenarios {

std::string_view service_of(const kube::Object& slice);

// The uids of the pods behind the ready endpoints, sorted.
std::vector<std::string> ready_targets(const std::map<std::string, kube::Object>& slices,
                                       std::string_view service);

}  // namespace bestgres::scenarios
