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

// As decode_body; a result that is no object of the kind any more is 422 ` "" is invalid: patch`.
Outcome<std::vector<std::string>> decode_patched(const RequestContext& context,
                                                 const Resource& resource, Json& patched);

}  // namespace bestgres::fakekube
