// Whether an openAPIV3Schema is structural: every field typed outside of logical combinations, so
// that pruning, defaulting and apply know what they see.
#pragma once

#include <string>

#include "fakekube/field_error.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// `path` is that of the schema ("spec.validation.openAPIV3Schema"). Defaults are validated against
// their own schema, CEL rules are compiled.
FieldErrors validate_structural(const Json& schema, const std::string& path);

}  // namespace bestgres::fakekube
