// JSON text as the real server writes it, where a message quotes a whole object.
#pragma once

#include <string>

#include "fakekube/type_schema.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// Fields come in the order in which their type declares them. What has no type comes in the order
// of the alphabet, and so do objects that a patch took apart: the whole, and what lies on the way
// to the places that `touched` names, as a merge patch names them.
std::string declared_text(const Json& value, const TypeSchema& schema, const Json& touched);

}  // namespace bestgres::fakekube
