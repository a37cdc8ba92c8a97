// How deep JSON may nest. Whoever walks a value recurses, and a text of a few hundred kilobytes
// could exhaust any stack: parse_json refuses what nests deeper than anybody writes.
#pragma once

#include <cstddef>
#include <string_view>

#include "lib/base/json.hpp"

namespace bestgres {

constexpr std::size_t deepest_nesting = 1000;  // real API servers: 10,000

// parse_json with another limit.
Result<Json> parse_json_within(std::string_view text, std::size_t deepest);

// For readers that must not fail because of one object among many: what lies deeper than
// deepest_nesting is left out.
Result<Json> parse_json_leniently(std::string_view text);

}  // namespace bestgres
