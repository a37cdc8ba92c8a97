#include "fakekube/cel/functions.hpp"

namespace bestgres::fakekube::cel {
namespace {

const std::vector<Function>& all_functions() {
    static const std::vector<Function> table = [] {
        std::vector<Function> joined;
        for (const auto& part : {text_functions(), list_functions(), time_functions(),
                                 conversion_functions(), quantity_functions()}) {
            joined.insert(joined.end(), part.begin(), part.end());
        }
        return joined;
    }();
    return table;
}

}  // namespace

Error no_overload() {
    return Error{"no such overload"};
}

const Function* find_function(std::string_view name, bool is_method, std::size_t count) {
    for (const Function& function : all_functions()) {
        if (function.name == name && function.is_method == is_method && count >= function.least &&
            count <= function.most) {
            return &function;
        }
    }
    return nullptr;
}

bool is_function(std::string_view name, bool is_method) {
    for (const Function& function : all_functions()) {
        if (function.name == name && function.is_method == is_method) {
            return true;
        }
    }
    return false;
}

}  // namespace bestgres::fakekube::cel
