// Reads the protobuf bodies that kubectl sends for the kinds it knows itself: four bytes of magic,
// an envelope with apiVersion and kind, and the object in it.
#pragma once

#include <string_view>

#include "lib/base/json.hpp"
#include "lib/base/result.hpp"

namespace bestgres::fakekube {

inline constexpr std::string_view protobuf_type = "application/vnd.kubernetes.protobuf";

// The object as its JSON form, with apiVersion and kind. A kind or a field that is not known is an
// error: nothing of what was written is dropped.
Result<Json> parse_protobuf(std::string_view body);

}  // namespace bestgres::fakekube
