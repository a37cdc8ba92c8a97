#include "fakekube/apply/typed_value.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "fakekube/apply/shape.hpp"

namespace bestgres::fakekube {
namespace {

FieldSet fields_below(const Json& value, const TypeSchema* schema);

FieldSet fields_of_record(const Json& value, const TypeSchema* schema) {
    FieldSet set;
    for (const auto& [name, child] : value.items()) {
        FieldSet below = fields_below(child, child_schema(schema, name));
        if (is_empty_container(child) || !is_named_field(schema, name)) {
            below.is_member = true;
        }
        if (!below.empty()) {
            set.children[field_element(name)] = std::move(below);
        }
    }
    return set;
}

// The set of a value that is not the root: a member by itself when nothing below it is.
FieldSet fields_below(const Json& value, const TypeSchema* schema) {
    const Shape shape = shape_of(schema, value);
    if (shape == Shape::leaf || is_empty_container(value)) {
        return FieldSet{.is_member = true, .children = {}};
    }
    if (shape == Shape::record) {
        return fields_of_record(value, schema);
    }
    FieldSet set;
    for (const Item& item : items_of(*schema, value)) {
        FieldSet below =
            item.value->is_object() ? fields_below(*item.value, schema->element.get()) : FieldSet{};
        below.is_member = true;
        set.children[item.element] = std::move(below);
    }
    return set;
}

std::optional<Json> remove_below(const Json& value, const FieldSet& set, const TypeSchema* schema);

std::optional<Json> remove_from_record(const Json& value, const FieldSet& set,
                                       const TypeSchema* schema) {
    Json left = Json::object();
    for (const auto& [name, child] : value.items()) {
        const FieldSet* below = set.find(field_element(name));
        if (below == nullptr) {
            left[name] = child;
            continue;
        }
        if (below->is_member) {
            continue;
        }
        if (std::optional<Json> rest = remove_below(child, *below, child_schema(schema, name))) {
            left[name] = *std::move(rest);
        }
    }
    return left.empty() ? std::nullopt : std::optional(std::move(left));
}

std::optional<Json> remove_from_list(const Json& value, const FieldSet& set,
                                     const TypeSchema& schema) {
    Json left = Json::array();
    for (const Json& item : value) {
        const std::optional<std::string> element = item_element(schema, item);
        const FieldSet* below = element.has_value() ? set.find(*element) : nullptr;
        if (below == nullptr) {
            left.push_back(item);
            continue;
        }
        if (below->is_member) {
            continue;
        }
        if (std::optional<Json> rest = remove_below(item, *below, schema.element.get())) {
            left.push_back(*std::move(rest));
        }
    }
    return left.empty() ? std::nullopt : std::optional(std::move(left));
}

std::optional<Json> remove_below(const Json& value, const FieldSet& set, const TypeSchema* schema) {
    const Shape shape = shape_of(schema, value);
    if (shape == Shape::leaf || is_empty_container(value)) {
        return value;
    }
    return shape == Shape::record ? remove_from_record(value, set, schema)
                                  : remove_from_list(value, set, *schema);
}

const TypeSchema* element_schema(const TypeSchema* schema, std::string_view element) {
    if (schema == nullptr) {
        return nullptr;
    }
    return element[0] == 'f' ? child_schema(schema, element.substr(2)) : schema->element.get();
}

FieldSet with_parents_below(const FieldSet& set, const TypeSchema* schema) {
    FieldSet result;
    result.is_member = set.is_member;
    for (const auto& [element, child] : set.children) {
        FieldSet below = with_parents_below(child, element_schema(schema, element));
        if (!child.children.empty() && element[0] == 'f' &&
            is_named_field(schema, std::string_view(element).substr(2))) {
            below.is_member = true;
        }
        result.children[element] = std::move(below);
    }
    return result;
}

bool is_atomic(const TypeSchema* schema) {
    if (schema == nullptr) {
        return false;
    }
    switch (schema->type) {
        case TypeSchema::Type::any:
            return !schema->preserve_unknown_fields;
        case TypeSchema::Type::object:
        case TypeSchema::Type::map:
            return schema->atomic_map;
        case TypeSchema::Type::array:
            return schema->list_type == TypeSchema::ListType::atomic;
        case TypeSchema::Type::boolean:
        case TypeSchema::Type::integer:
        case TypeSchema::Type::number:
        case TypeSchema::Type::string:
        case TypeSchema::Type::int_or_string:
        case TypeSchema::Type::quantity:
        case TypeSchema::Type::time:
        case TypeSchema::Type::micro_time:
        case TypeSchema::Type::bytes:
            return true;
    }
    return true;
}

FieldSet reconcile_below(const FieldSet& set, const TypeSchema* schema) {
    if (!set.children.empty() && is_atomic(schema)) {
        return FieldSet{.is_member = true, .children = {}};
    }
    FieldSet result;
    result.is_member = set.is_member;
    for (const auto& [element, child] : set.children) {
        result.children[element] = reconcile_below(child, element_schema(schema, element));
    }
    return result;
}

}  // namespace

FieldSet fields_of(const Json& value, const TypeSchema& schema) {
    return value.is_object() ? fields_of_record(value, &schema) : FieldSet{};
}

Json remove_fields(const Json& value, const FieldSet& set, const TypeSchema& schema) {
    return remove_below(value, set, &schema).value_or(Json::object());
}

FieldSet with_named_parents(const FieldSet& set, const TypeSchema& schema) {
    return with_parents_below(set, &schema);
}

FieldSet reconcile(const FieldSet& set, const TypeSchema& schema) {
    return reconcile_below(set, &schema);
}

}  // namespace bestgres::fakekube
