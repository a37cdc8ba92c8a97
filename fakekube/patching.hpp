// A patch document applied to an object, by the rules of its type, and the reading of the result.
#pragma once

#include <string>
#include <vector>

#include "fakekube/context.hpp"
#include "fakekube/resource.hpp"
#include "fakekube/status.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// Not for PatchType::apply.
Outcome<Json> patched_json(const Resource& resource, const Json& live, const PatchRequest& patch);

// What a patch makes of which object.
struct Patching {
    const Json& live;
    const PatchRequest& patch;
    Json& result;
};
// As decode_body; a result that is no object of the kind any more is 422 ` "" is invalid: patch`.
Outcome<std::vector<std::string>> decode_patched(const RequestContext& context,
                                                 const Resource& resource, Patching patching);

}  // namespace bestgres::fakekube
