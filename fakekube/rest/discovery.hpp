// The discovery documents: which groups, versions and resources are served.
#pragma once

#include <optional>
#include <string_view>

#include "fakekube/server_state.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

Json api_versions(const ServerState& state);
Json api_group_list(const ServerState& state);
// Nothing where the group is not served.
std::optional<Json> api_group(const ServerState& state, std::string_view group);
// APIResourceList of a group and version; nothing where it is not served.
std::optional<Json> api_resource_list(const ServerState& state, std::string_view group,
                                      std::string_view version);
// Aggregated discovery: all groups with `core` false, the core group with `core` true.
Json api_group_discovery(const ServerState& state, std::string_view discovery_version, bool core);
Json version_info(std::string_view kubernetes_version);

}  // namespace bestgres::fakekube
