// Base64 and percent encoding.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.hpp"

namespace bestgres {

// RFC 4648 with padding.
std::string encode_base64(std::string_view bytes);
// Accepts the standard alphabet with or without padding; white space is ignored.
Result<std::string> decode_base64(std::string_view text);

// Everything but the unreserved characters of RFC 3986 becomes %XX.
std::string encode_percent(std::string_view text);
// In a query "+" is a space; in a path it is itself.
Result<std::string> decode_percent(std::string_view text, bool plus_is_space);

}  // namespace bestgres
