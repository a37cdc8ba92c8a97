// Whether a CustomResourceDefinition is one.
#pragma once

#include "fakekube/field_error.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

FieldErrors validate_definition(const Json& definition);
FieldErrors validate_definition_update(const Json& now, const Json& before);

// The one version under which objects are stored; null where none is marked.
const Json* storage_version(const Json& definition);

}  // namespace bestgres::fakekube
