#include "fakekube/crd/json_schema.hpp"

#include <utility>

#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

std::optional<std::uint64_t> count_at(const Json& schema, std::string_view name) {
    const std::optional<std::int64_t> value = find_int(schema, {name});
    if (!value.has_value() || *value < 0) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(*value);
}

std::optional<Json> number_at(const Json& schema, std::string_view name) {
    const Json* value = find(schema, {name});
    return value != nullptr && value->is_number() ? std::optional(*value) : std::nullopt;
}

Limits parse_limits(const Json& schema) {
    Limits limits;
    limits.minimum = number_at(schema, "minimum");
    limits.maximum = number_at(schema, "maximum");
    limits.exclusive_minimum = find_bool(schema, {"exclusiveMinimum"}).value_or(false);
    limits.exclusive_maximum = find_bool(schema, {"exclusiveMaximum"}).value_or(false);
    if (const std::optional<Json> factor = number_at(schema, "multipleOf")) {
        limits.multiple_of = factor->get<double>();
    }
    limits.min_length = count_at(schema, "minLength");
    limits.max_length = count_at(schema, "maxLength");
    limits.min_items = count_at(schema, "minItems");
    limits.max_items = count_at(schema, "maxItems");
    limits.min_properties = count_at(schema, "minProperties");
    limits.max_properties = count_at(schema, "maxProperties");
    limits.unique_items = find_bool(schema, {"uniqueItems"}).value_or(false);
    return limits;
}

std::vector<JsonSchemaPtr> parse_list(const Json& schema, std::string_view name) {
    std::vector<JsonSchemaPtr> list;
    for (const Json& item : array_at(schema, {name})) {
        list.push_back(parse_json_schema(item));
    }
    return list;
}

std::vector<std::string> texts_at(const Json& schema, std::string_view name) {
    std::vector<std::string> texts;
    for (const Json& item : array_at(schema, {name})) {
        if (item.is_string()) {
            texts.push_back(item.get<std::string>());
        }
    }
    return texts;
}

JsonSchemaPtr parse_additional(const Json& schema) {
    const Json* additional = find(schema, {"additionalProperties"});
    if (additional == nullptr) {
        return nullptr;
    }
    if (additional->is_object()) {
        return parse_json_schema(*additional);
    }
    if (!additional->is_boolean() || !additional->get<bool>()) {
        return nullptr;
    }
    JsonSchema anything;
    anything.preserve_unknown_fields = true;
    return std::make_shared<const JsonSchema>(std::move(anything));
}

void parse_extensions(JsonSchema& node, const Json& schema) {
    node.preserve_unknown_fields =
        find_bool(schema, {"x-kubernetes-preserve-unknown-fields"}).value_or(false);
    node.embedded_resource = find_bool(schema, {"x-kubernetes-embedded-resource"}).value_or(false);
    node.int_or_string = find_bool(schema, {"x-kubernetes-int-or-string"}).value_or(false);
    const std::string list_type = string_at(schema, {"x-kubernetes-list-type"});
    if (list_type == "set") {
        node.list_type = TypeSchema::ListType::set;
    } else if (list_type == "map") {
        node.list_type = TypeSchema::ListType::map;
    }
    node.list_map_keys = texts_at(schema, "x-kubernetes-list-map-keys");
    node.atomic_map = string_at(schema, {"x-kubernetes-map-type"}) == "atomic";
    if (const Json* rules = find(schema, {"x-kubernetes-validations"})) {
        node.validations = *rules;
    }
}

TypeSchema::Type type_of(const JsonSchema& schema) {
    if (schema.int_or_string) {
        return TypeSchema::Type::int_or_string;
    }
    if (schema.type == "object") {
        return schema.additional != nullptr && schema.properties.empty() ? TypeSchema::Type::map
                                                                         : TypeSchema::Type::object;
    }
    if (schema.type == "array") {
        return TypeSchema::Type::array;
    }
    if (schema.type == "string") {
        return TypeSchema::Type::string;
    }
    if (schema.type == "integer") {
        return TypeSchema::Type::integer;
    }
    if (schema.type == "number") {
        return TypeSchema::Type::number;
    }
    return schema.type == "boolean" ? TypeSchema::Type::boolean : TypeSchema::Type::any;
}

SchemaPtr text_schema() {
    TypeSchema text;
    text.type = TypeSchema::Type::string;
    text.pointer = true;
    return std::make_shared<const TypeSchema>(std::move(text));
}

SchemaPtr object_meta_schema() {
    Types types;
    add_types(types, meta_types());
    return types.at("ObjectMeta");
}

}  // namespace

const JsonSchema* JsonSchema::find_property(std::string_view name) const {
    const auto found = properties.find(name);
    return found == properties.end() ? nullptr : found->second.get();
}

std::shared_ptr<const std::regex> compile_pattern(const std::string& pattern) {
    try {
        return std::make_shared<const std::regex>(pattern, std::regex::ECMAScript);
    } catch (const std::regex_error&) {
        return nullptr;
    }
}

JsonSchemaPtr parse_json_schema(const Json& schema) {
    JsonSchema node;
    node.type = string_at(schema, {"type"});
    node.format = string_at(schema, {"format"});
    node.description = string_at(schema, {"description"});
    node.nullable = find_bool(schema, {"nullable"}).value_or(false);
    if (const Json* value = find(schema, {"default"})) {
        node.default_value = *value;
    }
    for (const Json& value : array_at(schema, {"enum"})) {
        node.enum_values.push_back(value);
    }
    node.pattern = string_at(schema, {"pattern"});
    if (!node.pattern.empty()) {
        node.expression = compile_pattern(node.pattern);
    }
    node.limits = parse_limits(schema);
    for (const auto& [name, property] : object_at(schema, {"properties"}).items()) {
        node.properties.emplace(name, parse_json_schema(property));
    }
    node.required = texts_at(schema, "required");
    node.additional = parse_additional(schema);
    if (const Json* items = find(schema, {"items"})) {
        node.items = parse_json_schema(*items);
    }
    node.all_of = parse_list(schema, "allOf");
    node.any_of = parse_list(schema, "anyOf");
    node.one_of = parse_list(schema, "oneOf");
    if (const Json* none = find(schema, {"not"})) {
        node.none_of = parse_json_schema(*none);
    }
    parse_extensions(node, schema);
    return std::make_shared<const JsonSchema>(std::move(node));
}

SchemaPtr to_type_schema(const JsonSchema& schema, bool is_root) {
    TypeSchema node;
    node.type = type_of(schema);
    node.pointer = true;  // custom resources keep empty values as given
    node.nullable = schema.nullable;
    node.preserve_unknown_fields = schema.preserve_unknown_fields;
    node.embedded_resource = schema.embedded_resource;
    node.default_value = schema.default_value;
    node.atomic_map = schema.atomic_map;
    node.list_type = schema.list_type;
    node.list_keys = schema.list_map_keys;
    if (schema.items != nullptr) {
        node.element = to_type_schema(*schema.items, false);
    } else if (schema.additional != nullptr) {
        node.element = to_type_schema(*schema.additional, false);
    }
    for (const auto& [name, property] : schema.properties) {
        node.fields.emplace(name, to_type_schema(*property, false));
    }
    if (is_root || schema.embedded_resource) {
        node.fields["apiVersion"] = text_schema();
        node.fields["kind"] = text_schema();
        node.fields["metadata"] = object_meta_schema();
    }
    return std::make_shared<const TypeSchema>(std::move(node));
}

}  // namespace bestgres::fakekube
