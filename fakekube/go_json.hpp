// What Go's encoding/json says about a text that is no JSON: recorded messages end with it.
#pragma once

#include <string>
#include <string_view>

namespace bestgres::fakekube {

// "unexpected end of JSON input", "invalid character 'n' looking for beginning of value". Empty for
// valid texts.
std::string go_json_error(std::string_view text);

}  // namespace bestgres::fakekube
