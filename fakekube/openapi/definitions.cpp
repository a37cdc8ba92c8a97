#include "fakekube/openapi/definitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "fakekube/crd/strategy.hpp"

namespace bestgres::fakekube {
namespace {

using Type = TypeSchema::Type;

constexpr std::string_view object_meta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

// "example.com" -> "com.example"
std::string reversed(std::string_view group) {
    std::string result;
    while (!group.empty()) {
        const std::size_t dot = group.rfind('.');
        const std::string_view part = dot == std::string_view::npos ? group : group.substr(dot + 1);
        result += (result.empty() ? "" : ".") + std::string(part);
        group = dot == std::string_view::npos ? std::string_view() : group.substr(0, dot);
    }
    return result;
}

std::string type_definition(std::string_view type) {
    return type == "ObjectMeta" ? std::string(object_meta) : fmt::format("io.k8s.api.{}", type);
}

class Builder {
public:
    Builder(Json& definitions, Dialect dialect) : definitions_(definitions), dialect_(dialect) {}

    // A field's schema: a reference for objects with a name, everything else in place.
    Json schema_of(const TypeSchema& node) {
        Json schema = is_named(node) ? reference(node) : inline_schema(node);
        add_extensions(schema, node);
        if (dialect_ == Dialect::open_api_3 && schema.count("$ref") > 0 && schema.size() > 1) {
            // Siblings of a $ref are ignored in OpenAPI 3.0.
            Json reference = {{"$ref", schema["$ref"]}};
            schema.erase("$ref");
            schema["allOf"] = Json::array({std::move(reference)});
        }
        return schema;
    }

    Json object_schema(const TypeSchema& node) {
        Json properties = Json::object();
        Json needed = Json::array();
        for (const auto& [name, field] : node.fields) {
            properties[name] = schema_of(*field);
            if (field->required) {
                needed.push_back(name);
            }
        }
        Json schema = {{"type", "object"}};
        if (!properties.empty()) {
            schema["properties"] = std::move(properties);
        }
        if (!needed.empty()) {
            schema["required"] = std::move(needed);
        }
        return schema;
    }

private:
    static bool is_named(const TypeSchema& node) {
        return node.type == Type::object && !node.name.empty();
    }

    Json reference(const TypeSchema& node) {
        const std::string name = type_definition(node.name);
        if (definitions_.count(name) == 0) {
            definitions_[name] =
                Json::object();  // ends the recursion of types that hold themselves
            definitions_[name] = object_schema(node);
        }
        return reference_to(name, dialect_);
    }

    Json element_of(const TypeSchema& node) {
        return node.element == nullptr ? Json::object() : schema_of(*node.element);
    }

    Json inline_schema(const TypeSchema& node) {
        switch (node.type) {
            case Type::any:
                // `kubectl explain --recursive` takes an empty schema for none.
                return {{"description", "Any value."}};
            case Type::boolean:
                return {{"type", "boolean"}};
            case Type::integer:
                return {{"type", "integer"}, {"format", node.bits == 32 ? "int32" : "int64"}};
            case Type::number:
                return {{"type", "number"}, {"format", "double"}};
            case Type::string:
            case Type::quantity:
                return {{"type", "string"}};
            case Type::int_or_string:
                return {{"type", "string"}, {"format", "int-or-string"}};
            case Type::time:
            case Type::micro_time:
                return {{"type", "string"}, {"format", "date-time"}};
            case Type::bytes:
                return {{"type", "string"}, {"format", "byte"}};
            case Type::object:
                return object_schema(node);
            case Type::map:
                return {{"type", "object"}, {"additionalProperties", element_of(node)}};
            case Type::array:
                return {{"type", "array"}, {"items", element_of(node)}};
        }
        return Json::object();
    }

    static void add_extensions(Json& schema, const TypeSchema& node) {
        std::vector<std::string> strategies;
        if (node.patch_merges) {
            strategies.emplace_back("merge");
        }
        if (node.patch_replaces) {
            strategies.emplace_back("replace");
        }
        const TypeSchema* item = node.type == Type::array ? node.element.get() : &node;
        if (item != nullptr && item->retain_keys) {
            strategies.emplace_back("retainKeys");
        }
        if (!strategies.empty()) {
            std::string text;
            for (const std::string& strategy : strategies) {
                text += (text.empty() ? "" : ",") + strategy;
            }
            schema["x-kubernetes-patch-strategy"] = text;
        }
        if (!node.patch_merge_key.empty()) {
            schema["x-kubernetes-patch-merge-key"] = node.patch_merge_key;
        }
        if (node.type == Type::array && node.list_type == TypeSchema::ListType::map) {
            schema["x-kubernetes-list-type"] = "map";
            schema["x-kubernetes-list-map-keys"] = node.list_keys;
        } else if (node.type == Type::array && node.list_type == TypeSchema::ListType::set) {
            schema["x-kubernetes-list-type"] = "set";
        }
        if (node.atomic_map) {
            schema["x-kubernetes-map-type"] = "atomic";
        }
    }

    Json& definitions_;
    Dialect dialect_;
};

// A custom resource's schema without what Swagger 2.0, or kubectl's reading of it, does not take.
Json for_swagger(const Json& schema) {
    const auto is_set = [&schema](std::string_view name) {
        return find_bool(schema, {name}).value_or(false);
    };
    Json result = Json::object();
    const bool is_free = is_set("x-kubernetes-int-or-string") || is_set("nullable");
    const bool keeps_all = is_set("x-kubernetes-preserve-unknown-fields");
    for (const auto& [name, value] : schema.items()) {
        if (name == "properties" && !keeps_all && !is_free) {
            for (const auto& [property, child] : value.items()) {
                result["properties"][property] = for_swagger(child);
            }
        } else if ((name == "items" || name == "additionalProperties") && value.is_object()) {
            if (!is_free) {
                result[name] = for_swagger(value);
            }
        } else if (name == "description" || name == "format" || name == "enum" ||
                   name.rfind("x-kubernetes-", 0) == 0) {
            if (name != "x-kubernetes-validations") {
                result[name] = value;
            }
        } else if ((name == "type" && !is_free) || (name == "required" && !keeps_all)) {
            result[name] = value;
        }
    }
    return result;
}

Json custom_definition(Json& definitions, const CustomStrategy& strategy, Dialect dialect) {
    Json schema =
        dialect == Dialect::swagger_2 ? for_swagger(strategy.source()) : strategy.source();
    if (find_bool(strategy.source(), {"x-kubernetes-preserve-unknown-fields"}).value_or(false)) {
        return schema;
    }
    Builder builder(definitions, dialect);
    Json& properties = schema["properties"];
    for (const char* name : {"apiVersion", "kind", "metadata"}) {
        properties[name] = builder.schema_of(*strategy.schema().fields.at(name));
    }
    return schema;
}

}  // namespace

std::string definition_name(const Resource& resource) {
    if (resource.strategy->is_custom()) {
        return fmt::format("{}.{}.{}", reversed(resource.group), resource.version, resource.kind);
    }
    const std::string_view group = resource.group;
    const std::string_view short_group = group.empty() ? "core" : group.substr(0, group.find('.'));
    return fmt::format("io.k8s.api.{}.{}.{}", short_group, resource.version, resource.kind);
}

Json reference_to(std::string_view name, Dialect dialect) {
    const std::string_view root =
        dialect == Dialect::swagger_2 ? "#/definitions/" : "#/components/schemas/";
    return {{"$ref", fmt::format("{}{}", root, name)}};
}

void add_definitions(Json& definitions, const Resource& resource, Dialect dialect) {
    const auto* custom = dynamic_cast<const CustomStrategy*>(resource.strategy.get());
    Json model = custom != nullptr
                     ? custom_definition(definitions, *custom, dialect)
                     : Builder(definitions, dialect).object_schema(resource.strategy->schema());
    model["x-kubernetes-group-version-kind"] = Json::array(
        {{{"group", resource.group}, {"version", resource.version}, {"kind", resource.kind}}});
    definitions[definition_name(resource)] = std::move(model);
}

}  // namespace bestgres::fakekube
