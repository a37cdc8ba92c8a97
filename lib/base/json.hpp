// JSON values with sorted keys, and the small reading functions that foreign objects need: a path
// that does not exist or has another type reads as absent, never as an exception.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/base/sorted_vector_map.hpp"

namespace bestgres {

// A reference to one value of an object ends when another key is inserted into that object
// (sorted_vector_map.hpp).
using Json = nlohmann::basic_json<SortedVectorMap>;

// The value at a path of object keys; null where any part is absent.
const Json* find(const Json& value, std::initializer_list<std::string_view> path);

std::optional<std::string> find_string(const Json& value,
                                       std::initializer_list<std::string_view> path);
std::optional<std::int64_t> find_int(const Json& value,
                                     std::initializer_list<std::string_view> path);
std::optional<bool> find_bool(const Json& value, std::initializer_list<std::string_view> path);

// As above with a value for absence.
std::string string_at(const Json& value, std::initializer_list<std::string_view> path,
                      std::string_view fallback = "");

// The array or object at a path, or an empty one. The reference lives as long as `value`.
const Json& array_at(const Json& value, std::initializer_list<std::string_view> path);
const Json& object_at(const Json& value, std::initializer_list<std::string_view> path);

// Never throws: invalid text is an error with the byte position. Duplicate keys: the last wins.
Result<Json> parse_json(std::string_view text);

// One line, keys sorted. Bytes that are not UTF-8 become U+FFFD instead of an exception.
std::string dump(const Json& value);
std::string dump_pretty(const Json& value);

// RFC 7386. Nulls in `patch` delete.
void merge_patch(Json& target, const Json& patch);

// A stable 64-bit hash of the value, the same on every platform and compiler.
std::uint64_t hash_json(const Json& value);

}  // namespace bestgres

extern template class nlohmann::basic_json<bestgres::SortedVectorMap>;
