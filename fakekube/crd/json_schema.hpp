// The openAPIV3Schema of a custom resource, read once: what pruning, defaulting and validation walk
// over. Immutable and shared.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/type_schema.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

struct JsonSchema;
using JsonSchemaPtr = std::shared_ptr<const JsonSchema>;

// Absent limits do not hold.
struct Limits {
    std::optional<Json> minimum;
    std::optional<Json> maximum;
    bool exclusive_minimum = false;
    bool exclusive_maximum = false;
    std::optional<double> multiple_of;
    std::optional<std::uint64_t> min_length;
    std::optional<std::uint64_t> max_length;
    std::optional<std::uint64_t> min_items;
    std::optional<std::uint64_t> max_items;
    std::optional<std::uint64_t> min_properties;
    std::optional<std::uint64_t> max_properties;
    bool unique_items = false;
};

struct JsonSchema {
    std::string type;  // empty: any
    std::string format;
    bool nullable = false;
    std::optional<Json> default_value;
    std::vector<Json> enum_values;
    std::string pattern;
    std::shared_ptr<const std::regex> expression;  // of `pattern`; null: none, or not understood
    Limits limits;

    std::map<std::string, JsonSchemaPtr, std::less<>> properties;
    std::vector<std::string> required;
    JsonSchemaPtr additional;  // null: no other properties
    JsonSchemaPtr items;
    std::vector<JsonSchemaPtr> all_of;
    std::vector<JsonSchemaPtr> any_of;
    std::vector<JsonSchemaPtr> one_of;
    JsonSchemaPtr none_of;  // `not`

    bool preserve_unknown_fields = false;
    bool embedded_resource = false;
    bool int_or_string = false;
    TypeSchema::ListType list_type = TypeSchema::ListType::atomic;
    std::vector<std::string> list_map_keys;
    bool atomic_map = false;
    Json validations;  // x-kubernetes-validations as given; an array or null
    std::string description;

    const JsonSchema* find_property(std::string_view name) const;
};

// Reads what is there; what is not understood counts as absent (definitions are validated before).
JsonSchemaPtr parse_json_schema(const Json& schema);

// The same as the type that server-side apply walks over. `is_root` adds apiVersion, kind and
// metadata, as embedded resources have them too.
SchemaPtr to_type_schema(const JsonSchema& schema, bool is_root);

// Null for expressions that the C++ library does not understand.
std::shared_ptr<const std::regex> compile_pattern(const std::string& pattern);

}  // namespace bestgres::fakekube
