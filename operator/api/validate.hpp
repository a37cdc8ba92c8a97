// Rules over several fields, and over a spec and its predecessor. The schema's CEL says what it can
// at the API server; these hold everywhere, and stand behind condition SpecValid.
#pragma once

#include "operator/api/cluster.hpp"

namespace bestgres::api {

// Problems of a spec on its own. Reading a spec includes this.
Problems validate(const ClusterSpec& spec);

// Problems of the step from one accepted spec to the next: what cannot be undone or cannot be done
// in place.
Problems validate_change(const ClusterSpec& before, const ClusterSpec& after);

// A name must fit into all names that are made of it.
Problems validate_name(std::string_view cluster_name);
inline constexpr std::size_t longest_cluster_name = 50;

}  // namespace bestgres::api
