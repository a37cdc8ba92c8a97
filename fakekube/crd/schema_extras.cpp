// What the API server checks of a custom resource besides its OpenAPI schema: list types and
// embedded resources.
#include <fmt/format.h>

#include <set>
#include <utility>

#include "fakekube/crd/schema_validation.hpp"
#include "fakekube/kinds/go_text.hpp"
#include "fakekube/names.hpp"

namespace bestgres::fakekube {
namespace {

std::string below(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

// Calls `visit` for every part of `value` that has a schema, with its path.
template <class Visit>
void walk(const Json& value, const JsonSchema& schema, const std::string& path,
          const Visit& visit) {
    visit(value, schema, path);
    if (value.is_array() && schema.items != nullptr) {
        for (std::size_t index = 0; index < value.size(); ++index) {
            walk(value[index], *schema.items, fmt::format("{}[{}]", path, index), visit);
        }
    }
    if (!value.is_object()) {
        return;
    }
    for (const auto& [name, child] : value.items()) {
        const JsonSchema* known = schema.find_property(name);
        const bool is_entry = known == nullptr && schema.additional != nullptr;
        if (is_entry) {
            walk(child, *schema.additional, fmt::format("{}[{}]", path, name), visit);
        } else if (known != nullptr) {
            walk(child, *known, below(path, name), visit);
        }
    }
}

// The part of an item by which a list of its type compares it.
Json identity(const Json& item, const JsonSchema& list) {
    if (list.list_type != TypeSchema::ListType::map || !item.is_object()) {
        return item;
    }
    Json keys = Json::object();
    for (const std::string& key : list.list_map_keys) {
        if (const Json* value = find(item, {key})) {
            keys[key] = *value;
        }
    }
    return keys;
}

// %#v of the keys of an item: map[string]interface {}{"name":"u"}.
Json shown(const Json& identity) {
    if (!identity.is_object()) {
        return identity;
    }
    std::string text = dump(identity);
    return verbatim(fmt::format("map[string]interface {{}}{}", text));
}

void check_list(const Json& value, const JsonSchema& schema, const std::string& path,
                FieldErrors& errors) {
    if (!value.is_array() || schema.list_type == TypeSchema::ListType::atomic) {
        return;
    }
    std::set<Json> seen;
    for (std::size_t index = 0; index < value.size(); ++index) {
        Json item = identity(value[index], schema);
        if (!seen.insert(item).second) {
            errors.push_back(duplicate(fmt::format("{}[{}]", path, index), shown(item)));
        }
    }
}

void check_embedded(const Json& value, const JsonSchema& schema, const std::string& path,
                    FieldErrors& errors) {
    if (!schema.embedded_resource || !value.is_object()) {
        return;
    }
    for (const char* name : {"apiVersion", "kind"}) {
        if (string_at(value, {name}).empty()) {
            errors.push_back(required(below(path, name), "must not be empty"));
        }
    }
    const std::string name = string_at(value, {"metadata", "name"});
    if (!name.empty()) {
        for (const std::string& problem : path_segment_problems(name)) {
            errors.push_back(invalid(path + ".metadata.name", name, problem));
        }
    }
    for (const auto& [key, text] : object_at(value, {"metadata", "labels"}).items()) {
        for (const std::string& problem : qualified_name_problems(key)) {
            errors.push_back(invalid(path + ".metadata.labels", key, problem));
        }
        if (text.is_string()) {
            for (const std::string& problem : label_value_problems(text.get<std::string>())) {
                errors.push_back(invalid(path + ".metadata.labels", text, problem));
            }
        }
    }
}

}  // namespace

FieldErrors validate_list_types(const Json& value, const JsonSchema& schema,
                                const std::string& path) {
    FieldErrors errors;
    walk(value, schema, path,
         [&errors](const Json& part, const JsonSchema& known, const std::string& where) {
             check_list(part, known, where, errors);
         });
    return errors;
}

FieldErrors validate_embedded(const Json& value, const JsonSchema& schema,
                              const std::string& path) {
    FieldErrors errors;
    walk(value, schema, path,
         [&errors](const Json& part, const JsonSchema& known, const std::string& where) {
             check_embedded(part, known, where, errors);
         });
    return errors;
}

}  // namespace bestgres::fakekube
