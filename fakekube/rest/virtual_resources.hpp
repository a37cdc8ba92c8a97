// Resources that answer a POST without storing anything: reviews and bindings.
#pragma once

#include <string_view>
#include <vector>

namespace bestgres::fakekube {

struct VirtualResource {
    std::string_view group;
    std::string_view version;
    std::string_view plural;
    std::string_view kind;
    bool namespaced = false;
};

// In discovery order; immutable.
const std::vector<VirtualResource>& virtual_resources();

}  // namespace bestgres::fakekube
