// Reading a body into the type of its kind and writing it back, as a Go program with these structs
// would: unknown fields vanish, quantities and times become canonical, empty values are dropped or
// spelled out as the type says.
#pragma once

#include "fakekube/resource.hpp"
#include "fakekube/type_schema.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// The error is the decoder's sentence: "json: cannot unmarshal number into Go struct field
// EnvVar.spec.containers.env.value of type string". `object` is then half-way and of no use.
Result<DecodeReport> decode_object(Json& object, const TypeSchema& schema);

// The same for an object that is to replace `stored`: what stands there alike has been through this
// and is not looked at again.
Result<DecodeReport> decode_changes(Json& object, const TypeSchema& schema, const Json& stored);

// Writes the constant defaults of the schema wherever a value is absent.
void apply_schema_defaults(Json& object, const TypeSchema& schema);
void apply_schema_defaults(Json& object, const TypeSchema& schema, const Json& stored);

}  // namespace bestgres::fakekube
