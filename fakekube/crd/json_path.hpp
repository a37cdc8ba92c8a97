// The JSON paths of printer columns and scale subresources: names, quoted names, indexes, [*] and
// filters of the form [?(@.type=="Ready")].
#pragma once

#include <string_view>
#include <vector>

#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// "must be a simple json path starting with ." holds.
bool is_json_path(std::string_view path);
// Everything that the path finds, in order; pointers into `value`.
std::vector<const Json*> find_all(const Json& value, std::string_view path);

}  // namespace bestgres::fakekube
