// Strategic merge patch: a merge patch that knows from the type schema which lists merge, and by
// which key, and that understands the directives $patch, $retainKeys, $setElementOrder and
// $deleteFromPrimitiveList.
#pragma once

#include "fakekube/status.hpp"
#include "fakekube/type_schema.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// Malformed directives are 400 or 422; a list element without its merge key is a 500, as in the
// original. https://github.com/kubernetes/community/blob/master/contributors/devel/
// sig-api-machinery/strategic-merge-patch.md
Outcome<Json> strategic_merge_patch(const Json& live, const Json& patch, const TypeSchema& schema);

}  // namespace bestgres::fakekube
