// The functions and methods of CEL and of Kubernetes' extensions, as a table.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "fakekube/cel/value.hpp"
#include "lib/base/result.hpp"

namespace bestgres::fakekube::cel {

// Of a method, the first argument is what it is called on.
struct Function {
    std::string_view name;
    bool is_method = false;
    std::size_t least = 0;  // how many arguments, the target of a method included
    std::size_t most = 0;
    Result<Value> (*run)(const Values& arguments) = nullptr;
};

// Null where there is none of that name; `count` chooses among those of several lengths and may
// be answered by none as well.
const Function* find_function(std::string_view name, bool is_method, std::size_t count);
bool is_function(std::string_view name, bool is_method);

// The parts of the table.
std::vector<Function> text_functions();
std::vector<Function> list_functions();
std::vector<Function> time_functions();
std::vector<Function> conversion_functions();
std::vector<Function> quantity_functions();

Error no_overload();

}  // namespace bestgres::fakekube::cel
