#include "fakekube/request.hpp"

#include <algorithm>

namespace bestgres::fakekube {
namespace {

char lower(char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

}  // namespace

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (std::equal(key.begin(), key.end(), name.begin(), name.end(),
                       [](char left, char right) { return lower(left) == lower(right); })) {
            return value;
        }
    }
    return std::nullopt;
}

}  // namespace bestgres::fakekube
