// The operators of CEL on values: arithmetic that fails on overflow, relations, membership.
#pragma once

#include <string_view>

#include "fakekube/cel/value.hpp"
#include "lib/base/result.hpp"

namespace bestgres::fakekube::cel {

Result<Value> apply_binary(std::string_view symbol, const Value& left, const Value& right);
// "!" and "-".
Result<Value> apply_unary(std::string_view symbol, const Value& operand);

}  // namespace bestgres::fakekube::cel
