#include "fakekube/apply/shape.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "fakekube/apply/field_set.hpp"

namespace bestgres::fakekube {
namespace {

bool is_granular_list(const TypeSchema& schema, const Json& value) {
    if (schema.list_type == TypeSchema::ListType::atomic || !value.is_array()) {
        return false;
    }
    return std::all_of(value.begin(), value.end(), [&schema](const Json& item) {
        return item_element(schema, item).has_value();
    });
}

bool is_deduced(const TypeSchema* schema) {
    return schema == nullptr ||
           (schema->type == TypeSchema::Type::any && schema->preserve_unknown_fields);
}

}  // namespace

Shape shape_of(const TypeSchema* schema, const Json& value) {
    if (is_deduced(schema)) {
        return value.is_object() ? Shape::record : Shape::leaf;
    }
    if (schema->type == TypeSchema::Type::object || schema->type == TypeSchema::Type::map) {
        return value.is_object() && !schema->atomic_map ? Shape::record : Shape::leaf;
    }
    if (schema->type == TypeSchema::Type::array && is_granular_list(*schema, value)) {
        return Shape::list;
    }
    return Shape::leaf;
}

const TypeSchema* child_schema(const TypeSchema* schema, std::string_view name) {
    return is_deduced(schema) ? nullptr : find_field(*schema, name);
}

bool is_named_field(const TypeSchema* schema, std::string_view name) {
    return schema != nullptr && schema->type == TypeSchema::Type::object &&
           schema->fields.find(name) != schema->fields.end();
}

std::optional<std::string> item_element(const TypeSchema& list, const Json& item) {
    if (list.list_type == TypeSchema::ListType::set) {
        return item.is_structured() ? std::nullopt : std::optional(value_element(item));
    }
    if (!item.is_object()) {
        return std::nullopt;
    }
    Json keys = Json::object();
    for (const std::string& key : list.list_keys) {
        const auto found = item.find(key);
        if (found != item.end() && !found->is_null()) {
            keys[key] = *found;
            continue;
        }
        const TypeSchema* field = child_schema(list.element.get(), key);
        if (field != nullptr && field->default_value.has_value()) {
            keys[key] = *field->default_value;
        }
    }
    // Stored items may lack a key field that has no default: configurations may not (check_typed).
    return keys.empty() ? std::nullopt : std::optional(key_element(keys));
}

std::vector<Item> items_of(const TypeSchema& list, const Json& value) {
    std::vector<Item> items;
    std::set<std::string, std::less<>> seen;
    for (const Json& item : value) {
        const std::optional<std::string> element = item_element(list, item);
        if (element.has_value() && seen.insert(*element).second) {
            items.push_back(Item{.element = *element, .value = &item});
        }
    }
    return items;
}

bool is_empty_container(const Json& value) {
    return value.is_null() || (value.is_structured() && value.empty());
}

}  // namespace bestgres::fakekube
