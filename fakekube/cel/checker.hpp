// What can be said of an expression before it runs: names that do not exist, fields that the type
// does not have, functions that nobody defines.
#pragma once

#include <optional>
#include <string>

#include "fakekube/cel/program.hpp"
#include "fakekube/cel/syntax.hpp"

namespace bestgres::fakekube::cel {

struct Checked {
    std::optional<SyntaxError> error;
    bool uses_old_self = false;
    std::optional<std::string> result_type;
};

Checked check(const Node& root, const Scope& scope);

}  // namespace bestgres::fakekube::cel
