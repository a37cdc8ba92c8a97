// YAML text to JSON values and back. Plain scalars follow YAML 1.1 as Kubernetes reads it: `yes`,
// `on` and `y` are booleans only in the forms that sigs.k8s.io/yaml accepts (true/false, yes/no,
// on/off, y/n).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/json.hpp"

namespace bestgres {

// One document. An empty text is null.
Result<Json> parse_yaml(std::string_view text);

// All documents of a stream that are not empty, in order.
Result<std::vector<Json>> parse_yaml_documents(std::string_view text);

// Block style, keys sorted, strings quoted only where a YAML 1.1 reader would take them for another
// type.
std::string to_yaml(const Json& value);

}  // namespace bestgres
