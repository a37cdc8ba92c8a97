#include "fakekube/crd/structural.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fakekube/crd/json_schema.hpp"
#include "fakekube/crd/rules.hpp"
#include "fakekube/crd/schema_validation.hpp"
#include "fakekube/crd/shaping.hpp"

namespace bestgres::fakekube {
namespace {

enum class Place { root, field, item, entry };

bool flag(const Json& schema, std::string_view name) {
    return find_bool(schema, {name}).value_or(false);
}

std::string type_sentence(Place place) {
    switch (place) {
        case Place::root:
            return "must not be empty at the root";
        case Place::field:
            return "must not be empty for specified object fields";
        case Place::item:
            return "must not be empty for specified array items";
        case Place::entry:
            return "must not be empty for specified object fields";
    }
    return "";
}

class Checker {
public:
    void check(const Json& schema, const std::string& path, Place place) {
        if (find(schema, {"$ref"}) != nullptr) {
            errors_.push_back(forbidden(path + ".$ref", "$ref is not supported"));
            return;
        }
        check_type(schema, path, place);
        check_pattern(schema, path);
        check_list(schema, path);
        check_default(schema, path);
        const bool has_properties = !object_at(schema, {"properties"}).empty();
        const Json* additional = find(schema, {"additionalProperties"});
        if (has_properties && additional != nullptr) {
            errors_.push_back(
                forbidden(path + ".additionalProperties",
                          "additionalProperties and properties are mutual exclusive"));
        }
        for (const auto& [name, property] : object_at(schema, {"properties"}).items()) {
            const std::string below = fmt::format("{}.properties[{}]", path, name);
            if (name == "metadata" && place == Place::root) {
                check_metadata(property, below);
                continue;
            }
            check(property, below, Place::field);
        }
        if (additional != nullptr && additional->is_object()) {
            check(*additional, path + ".additionalProperties", Place::entry);
        }
        if (const Json* items = find(schema, {"items"})) {
            check(*items, path + ".items", Place::item);
        }
        check_combinations(schema, schema, path);
        append(errors_, compile_problems(schema, path));
    }

    FieldErrors take() { return std::move(errors_); }

private:
    void check_type(const Json& schema, const std::string& path, Place place) {
        const std::string type = string_at(schema, {"type"});
        const std::vector<std::string> types = {"array",  "boolean", "integer",
                                                "number", "object",  "string"};
        if (!type.empty() && std::find(types.begin(), types.end(), type) == types.end()) {
            errors_.push_back(not_supported(path + ".type", type, types));
        }
        const bool is_free = flag(schema, "x-kubernetes-int-or-string") ||
                             flag(schema, "x-kubernetes-preserve-unknown-fields");
        if (type.empty() && (place == Place::root || !is_free)) {
            errors_.push_back(required(path + ".type", type_sentence(place)));
        }
        if (place == Place::root && !type.empty() && type != "object") {
            errors_.push_back(invalid(path + ".type", type, "must be object at the root"));
        }
        if (type == "array" && find(schema, {"items"}) == nullptr) {
            errors_.push_back(required(path + ".items", "must be specified"));
        }
    }

    void check_pattern(const Json& schema, const std::string& path) {
        const std::string pattern = string_at(schema, {"pattern"});
        if (pattern.empty() || compile_pattern(pattern) != nullptr) {
            return;
        }
        const bool is_open = std::count(pattern.begin(), pattern.end(), '(') >
                             std::count(pattern.begin(), pattern.end(), ')');
        const std::string why = is_open ? fmt::format("missing closing ): `{}`", pattern)
                                        : fmt::format("invalid expression: `{}`", pattern);
        errors_.push_back(invalid(
            path + ".pattern", pattern,
            fmt::format("must be a valid regular expression, but isn't: error parsing regexp: {}",
                        why)));
    }

    void check_list(const Json& schema, const std::string& path) {
        if (string_at(schema, {"x-kubernetes-list-type"}) != "map") {
            return;
        }
        const Json& keys = array_at(schema, {"x-kubernetes-list-map-keys"});
        const std::string where = path + ".x-kubernetes-list-map-keys";
        if (keys.empty()) {
            errors_.push_back(
                required(where, "must not be empty if x-kubernetes-list-type is map"));
        }
        const Json& properties = object_at(schema, {"items", "properties"});
        const Json& needed = array_at(schema, {"items", "required"});
        for (std::size_t index = 0; index < keys.size(); ++index) {
            const std::string key = keys[index].is_string() ? keys[index].get<std::string>() : "";
            const auto property = properties.find(key);
            if (property == properties.end()) {
                errors_.push_back(invalid(fmt::format("{}[{}]", where, index), key,
                                          "entries must all be names of item properties"));
                continue;
            }
            const bool is_given =
                std::find(needed.begin(), needed.end(), Json(key)) != needed.end() ||
                property->count("default") > 0;
            if (!is_given) {
                errors_.push_back(required(
                    fmt::format("{}.items.properties[{}].default", path, key),
                    "this property is in x-kubernetes-list-map-keys, so it must have a default or "
                    "be a required property"));
            }
        }
    }

    void check_default(const Json& schema, const std::string& path) {
        const Json* value = find(schema, {"default"});
        if (value == nullptr) {
            return;
        }
        const JsonSchemaPtr parsed = parse_json_schema(schema);
        Json shaped = *value;
        apply_defaults(shaped, *parsed);
        for (FieldError error : validate_schema(shaped, *parsed, "")) {
            error.field =
                path + ".default" + (error.field.empty() ? std::string() : "." + error.field);
            errors_.push_back(std::move(error));
        }
    }

    void check_metadata(const Json& schema, const std::string& path) {
        for (const auto& [name, property] : object_at(schema, {"properties"}).items()) {
            if (name != "name" && name != "generateName") {
                errors_.push_back(
                    forbidden(path,
                              "must not specify anything other than name and generateName, but "
                              "metadata is implicitly specified"));
                return;
            }
        }
    }

    // `schema` is a part of `owner` or `owner` itself: what stands in logical combinations may only
    // restrict what the owner defines.
    void check_combinations(const Json& schema, const Json& owner, const std::string& path) {
        for (const char* word : {"allOf", "anyOf", "oneOf"}) {
            const Json& list = array_at(schema, {word});
            for (std::size_t index = 0; index < list.size(); ++index) {
                check_restriction(list[index], owner, fmt::format("{}.{}[{}]", path, word, index),
                                  path);
            }
        }
        if (const Json* none = find(schema, {"not"})) {
            check_restriction(*none, owner, path + ".not", path);
        }
    }

    void check_restriction(const Json& schema, const Json& owner, const std::string& path,
                           const std::string& owner_path) {
        for (const char* word : {"type", "default", "title", "description", "nullable",
                                 "additionalProperties", "x-kubernetes-preserve-unknown-fields",
                                 "x-kubernetes-embedded-resource", "x-kubernetes-list-type"}) {
            const bool is_choice_of_types =
                std::string_view(word) == "type" && flag(owner, "x-kubernetes-int-or-string");
            if (find(schema, {word}) != nullptr && !is_choice_of_types) {
                errors_.push_back(
                    forbidden(fmt::format("{}.{}", path, word), "must be empty to be structural"));
            }
        }
        for (const auto& [name, property] : object_at(schema, {"properties"}).items()) {
            const std::string below = fmt::format("{}.properties[{}]", path, name);
            const std::string defined = fmt::format("{}.properties[{}]", owner_path, name);
            const Json* known = find(owner, {"properties", name});
            check_restriction(property, known == nullptr ? Json::object() : *known, below, defined);
            if (known == nullptr) {
                errors_.push_back(
                    required(defined, fmt::format("because it is defined in {}", below)));
            }
        }
        if (const Json* items = find(schema, {"items"})) {
            check_restriction(*items, object_at(owner, {"items"}), path + ".items",
                              owner_path + ".items");
        }
        check_combinations(schema, owner, path);
    }

    FieldErrors errors_;
};

}  // namespace

FieldErrors validate_structural(const Json& schema, const std::string& path) {
    Checker checker;
    checker.check(schema, path, Place::root);
    return checker.take();
}

}  // namespace bestgres::fakekube
