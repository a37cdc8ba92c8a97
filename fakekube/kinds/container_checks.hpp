// Validation of what a pod runs and mounts.
#pragma once

#include <set>
#include <string>

#include "fakekube/field_error.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

FieldErrors check_containers(const Json& containers, const std::set<std::string>& volumes,
                             const std::string& path);
// Names and sources; the names found are added to `names`.
FieldErrors check_volumes(const Json& volumes, std::set<std::string>& names,
                          const std::string& path);
FieldErrors check_resources(const Json& resources, const std::string& path);

}  // namespace bestgres::fakekube
