// JSON Patch (RFC 6902) as the API server applies it: with the leniencies and the one unspecific
// refusal (422, no details) that it has for every operation that does not apply.
#pragma once

#include "fakekube/status.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// `operations` is the parsed body. Anything but a list of objects is 400; more than 10,000 of them
// 413. `replace` of a missing key adds it, and the text before the first slash of a path is
// ignored.
Outcome<Json> json_patch(const Json& document, const Json& operations);

}  // namespace bestgres::fakekube
