// Whether a CustomResourceDefinition is one.
#pragma once

#include <string>

#include "fakekube/field_error.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

FieldErrors validate_definition(const Json& definition);
FieldErrors validate_definition_update(const Json& now, const Json& before);

// ASCII only, as names are.
std::string lower_case(std::string text);

// The one version under which objects are stored; null where none is marked.
const Json* storage_version(const Json& definition);

}  // namespace bestgres::fakekube
