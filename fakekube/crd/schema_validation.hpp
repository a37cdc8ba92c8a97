// Validation of a value against its OpenAPI v3 schema, with the sentences of go-openapi that
// Kubernetes answers.
#pragma once

#include <string>

#include "fakekube/crd/json_schema.hpp"
#include "fakekube/field_error.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// All errors of `value` at `path` ("" for the root). Errors inside lists carry the path of the
// list without an index, as the API server does.
FieldErrors validate_schema(const Json& value, const JsonSchema& schema, const std::string& path);

// Sets without equal items, maps without equal keys: "spec.tags[1]: Duplicate value: "a"".
FieldErrors validate_list_types(const Json& value, const JsonSchema& schema,
                                const std::string& path);

// Embedded resources have apiVersion, kind and sound metadata.
FieldErrors validate_embedded(const Json& value, const JsonSchema& schema, const std::string& path);

}  // namespace bestgres::fakekube
