// YAML as Go's library reads and writes it, where the repository's own differs in words only.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// Texts that look like another type are in double quotes, other doubtful ones in single quotes, and
// lines are broken at the first space behind column 80.
std::string go_yaml(const Json& value);

// What Go says about a text that is no YAML: "line 3: did not find expected node content".
// `message` is the error of parse_yaml. The line is where yaml-cpp stopped.
std::string go_yaml_error(std::string_view message);

}  // namespace bestgres::fakekube
