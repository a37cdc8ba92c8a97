// Bringing a custom resource into the shape of its schema: pruning what the schema does not know,
// and defaulting.
#pragma once

#include <string>
#include <vector>

#include "fakekube/crd/json_schema.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// Drops unknown fields; answers their paths ("spec.users[0].extra"). Metadata of the root and of
// embedded resources is left to the reader of metadata.
std::vector<std::string> prune_unknown(Json& object, const JsonSchema& schema);

// Writes defaults where values are absent, or null and not nullable; other nulls of fields that
// are not nullable vanish.
void apply_defaults(Json& value, const JsonSchema& schema);

}  // namespace bestgres::fakekube
