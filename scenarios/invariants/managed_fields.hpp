// What the operator's own writes own of an object, as the API server's managedFields say it.
#pragma once

#include <string>

#include "lib/kube/object.hpp"

namespace bestgres::scenarios {

// All entries of the operator's field manager as one fieldsV1; empty where it owns nothing.
Json fields_owned(const kube::Object& object);
// The part below a key of the object, or null. `fields` may be null.
const Json* fields_below(const Json* fields, const std::string& key);

}  // namespace bestgres::scenarios
