// What a custom resource's field is, said once: `describe(visit, value)` calls
// `visit("name", value.name, Field{...})` for every field, and each visitor makes of it what it is
// for: reading with errors, printing, an OpenAPI schema, the reference page.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/base/time.hpp"

namespace bestgres::api {

// The texts live as long as the program. A field that is neither required, nor optional, nor a
// list or map, has the value of the default-constructed struct as its default.
struct Field {
    std::string_view doc{};
    bool required = false;
    bool no_default = false;  // printed only when not zero or empty; no default in the schema
    std::optional<std::int64_t> minimum{}, maximum{};        // integers
    std::optional<std::int64_t> min_length{}, max_length{};  // texts, and the elements of a list
    std::optional<std::int64_t> max_items{};                 // lists and maps
    std::string_view pattern{};                              // texts; RE2 and ECMAScript alike
    std::string_view pattern_says{};                         // "must be <this>"
    bool quantity = false;                                   // text that is a Kubernetes quantity
    bool int_or_string = false;   // a text that may be written as an integer
    bool foreign = false;         // Json whose shape Kubernetes knows: fields are kept unseen
    std::string_view list_key{};  // a list that is merged by this field
    std::string_view cel{};       // a rule on this field alone, with what it says when broken
    std::string_view cel_says{};
};

constexpr Field with_doc(Field field, std::string_view doc) {
    field.doc = doc;
    return field;
}

// A text that parse_duration reads.
inline constexpr Field duration_field{.max_length = 40,
                                      .pattern = "^([0-9]{1,6}(ms|s|m|h|d|w)){1,6}$",
                                      .pattern_says = "a duration such as 90s, 1h30m or 7d"};
// What such a text says, which was checked when it was read.
Duration duration_of(const std::string& text);

// A rule over several fields of one struct, in CEL.
struct Rule {
    std::string_view cel;
    std::string_view says;
};

// The words of an enum, in the order in which they are documented:
// `template <> struct Words<X> { static constexpr std::array<std::pair<X, std::string_view>, N>
// all; };`
template <class Enum>
struct Words;

template <class Enum>
constexpr std::string_view word(Enum value) {
    for (const auto& entry : Words<Enum>::all) {
        if (entry.first == value) {
            return entry.second;
        }
    }
    return "";
}

// One thing that is wrong with a resource.
struct Problem {
    std::string path;     // "spec.patroni.ttl"
    std::string message;  // "must be at least 20"
    Json value;           // what was found there; null where nothing was

    bool operator==(const Problem&) const = default;
};
using Problems = std::vector<Problem>;

// "spec.patroni.ttl: must be at least 20, got 5"
std::string to_string(const Problem& problem);
// All of them, separated by "; ".
std::string to_string(const Problems& problems);

template <class T>
using Parsed = Result<T, Problems>;

}  // namespace bestgres::api
