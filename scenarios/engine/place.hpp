// Where something runs, as far as the network is concerned: a node, the API server, or the machine
// that an operator runs on.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bestgres::scenarios {

struct Place {
    enum class Sort : std::uint8_t { api, node, operator_core };

    Sort sort = Sort::api;
    std::uint32_t index = 0;  // from 0; names count from 1

    auto operator<=>(const Place&) const = default;

    static Place api() { return {}; }
    static Place node(std::size_t index) {
        return {.sort = Sort::node, .index = static_cast<std::uint32_t>(index)};
    }
    static Place of_operator(std::size_t index) {
        return {.sort = Sort::operator_core, .index = static_cast<std::uint32_t>(index)};
    }
};

// "api", "node-1", "operator-1".
std::string to_string(Place place);
std::optional<Place> find_place(std::string_view name);

}  // namespace bestgres::scenarios
