// The single values of Kubernetes types: which JSON they accept, how they are written, and what is
// their zero value.
#pragma once

#include <string>

#include "fakekube/type_schema.hpp"
#include "lib/base/json.hpp"
#include "lib/base/result.hpp"

namespace bestgres::fakekube {

// Whether `value` is one of a boolean, integer, number, string or int_or_string schema.
bool is_scalar_of(const Json& value, const TypeSchema& schema);

// The stored text of a quantity, time, micro_time or bytes value, or the decoder's sentence.
Result<std::string> canonical_text(const Json& value, TypeSchema::Type type);

// What Go's omitempty drops: null, false, 0, "", [] and {}.
bool is_empty_value(const Json& value);

// Whether a value of this type is written even when it is absent.
bool always_written(const TypeSchema& schema);
Json zero_value(const TypeSchema& schema);

}  // namespace bestgres::fakekube
