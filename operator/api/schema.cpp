#include "operator/api/schema.hpp"

#include <algorithm>

namespace bestgres::api {
namespace {

constexpr std::string_view quantity_pattern =
    R"(^[0-9]+(\.[0-9]+)?([eE][0-9]+|[KMGTPE]i|[numkMGTPE])?$)";

}  // namespace

Json SchemaNode::defaults() const {
    Json defaults = Json::object();
    for (const SchemaField& field : fields) {
        if (field.node.facts.contains("default")) {
            defaults[field.name] = field.node.facts["default"];
        }
    }
    return defaults;
}

bool SchemaNode::has_required() const {
    return std::ranges::any_of(fields, [](const SchemaField& field) { return field.required; });
}

Json to_openapi(const SchemaNode& node) {
    Json json = node.facts;
    for (const SchemaField& field : node.fields) {
        json["properties"][field.name] = to_openapi(field.node);
        if (field.required) {
            json["required"].push_back(field.name);
        }
    }
    if (!node.element.empty()) {
        const char* key = json["type"] == "array" ? "items" : "additionalProperties";
        json[key] = to_openapi(node.element.front());
    }
    return json;
}

SchemaNode typed_schema(std::string_view type) {
    SchemaNode node;
    node.facts["type"] = type;
    return node;
}

SchemaNode text_schema(const Field& field) {
    SchemaNode node;
    if (field.int_or_string) {
        node.facts["x-kubernetes-int-or-string"] = true;
    } else {
        node.facts["type"] = "string";
    }
    if (field.min_length) {
        node.facts["minLength"] = *field.min_length;
    }
    if (field.max_length) {
        node.facts["maxLength"] = *field.max_length;
    }
    if (field.quantity) {
        node.facts["pattern"] = quantity_pattern;
    } else if (!field.pattern.empty()) {
        node.facts["pattern"] = field.pattern;
    }
    return node;
}

SchemaNode integer_schema(const Field& field) {
    SchemaNode node = typed_schema("integer");
    node.facts["format"] = "int64";
    if (field.minimum) {
        node.facts["minimum"] = *field.minimum;
    }
    if (field.maximum) {
        node.facts["maximum"] = *field.maximum;
    }
    return node;
}

SchemaNode foreign_schema() {
    SchemaNode node = typed_schema("object");
    node.facts["x-kubernetes-preserve-unknown-fields"] = true;
    return node;
}

void add_rule(SchemaNode& node, std::string_view cel, std::string_view says) {
    node.facts["x-kubernetes-validations"].push_back({{"rule", cel}, {"message", says}});
}

SchemaField finish_field(std::string_view name, SchemaNode node, const Field& field, Json initial) {
    node.facts["description"] = field.doc;
    if (!field.cel.empty()) {
        add_rule(node, field.cel, field.cel_says);
    }
    if (!field.required && !field.no_default) {
        if (!initial.is_null()) {
            node.facts["default"] = std::move(initial);
        } else if (Json inner = node.defaults(); !inner.empty() && !node.has_required()) {
            // Defaults inside an absent object apply only if the object itself has one, and an API
            // server holds that one against the object's rules before it fills in any other.
            node.facts["default"] = std::move(inner);
        }
    }
    return SchemaField{std::string(name), field.required, std::move(node)};
}

}  // namespace bestgres::api
