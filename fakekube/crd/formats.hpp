// The string formats that Kubernetes checks in custom resources.
#pragma once

#include <string_view>

namespace bestgres::fakekube {

// Unknown formats match everything.
bool matches_format(std::string_view text, std::string_view format);

}  // namespace bestgres::fakekube
