// What every pod of a cluster is made of, members and clients alike.
#pragma once

#include <string_view>

#include "lib/base/json.hpp"
#include "operator/manifests/input.hpp"

namespace bestgres::manifests {

Json container_security(bool read_only_root);
Json pod_security(api::Flavour flavour);
Json mount(std::string_view volume, std::string_view path, bool read_only);
Json empty_dir(std::string_view name);
// The init container that copies the agent into volume `bestgres`.
Json install_agent(const Input& input);

}  // namespace bestgres::manifests
