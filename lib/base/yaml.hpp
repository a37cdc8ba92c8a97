// YAML text to JSON values and back. Plain scalars follow YAML 1.1 as Kubernetes reads it: `yes`,
// `on` and `y` are booleans only in the forms that sigs.k8s.io/yaml accepts (true/false, yes/no,
// on/off, y/n).
#pragma once

#include <cstddef>
#include <functional>
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

// Appends a text without line breaks as a scalar; were it to be continued, then at `indent`.
using YamlTextWriter =
    std::function<void(std::string& out, const std::string& text, std::size_t indent)>;

// The same with another way to write texts: which are quoted, and how, is a matter of the writer.
std::string to_yaml(const Json& value, const YamlTextWriter& write_text);

// Whether a reader takes the unquoted scalar for a text, and not for a number, a boolean, a time.
bool is_plain_yaml_text(const std::string& text);

}  // namespace bestgres
