// Makes an OpenAPI v3 structural schema, with defaults and CEL rules, of a described struct. Keeps
// the order of description for the reference page.
#pragma once

#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "lib/base/time.hpp"
#include "operator/api/field.hpp"

namespace bestgres::api {

struct SchemaField;

struct SchemaNode {
    Json facts = Json::object();      // type, description, bounds, default, ...
    std::vector<SchemaField> fields;  // of an object with known fields
    std::vector<SchemaNode> element;  // of an array or map: exactly one

    Json defaults() const;  // of the fields, by name
    bool has_required() const;
};

struct SchemaField {
    std::string name;
    bool required = false;
    SchemaNode node;
};

Json to_openapi(const SchemaNode& node);

SchemaNode typed_schema(std::string_view type);
SchemaNode text_schema(const Field& field);
SchemaNode integer_schema(const Field& field);
SchemaNode foreign_schema();
void add_rule(SchemaNode& node, std::string_view cel, std::string_view says);
// Description, rules, default and required-ness, alike for every type.
SchemaField finish_field(std::string_view name, SchemaNode node, const Field& field, Json initial);

class SchemaWriter {
public:
    template <class T>
    static SchemaNode write() {
        SchemaWriter writer;
        writer.node_.facts["type"] = "object";
        T initial{};
        describe(writer, initial);
        return std::move(writer.node_);
    }

    template <class T>
    void operator()(std::string_view name, const T& initial, const Field& field) {
        node_.fields.push_back(
            finish_field(name, schema_of(&initial, field), field, default_of(initial)));
    }

    void rule(const Rule& rule) { add_rule(node_, rule.cel, rule.says); }

private:
    static SchemaNode schema_of(const std::string*, const Field& field) {
        return text_schema(field);
    }
    static SchemaNode schema_of(const std::int64_t*, const Field& field) {
        return integer_schema(field);
    }
    static SchemaNode schema_of(const bool*, const Field&) { return typed_schema("boolean"); }
    static SchemaNode schema_of(const Instant*, const Field&) {
        SchemaNode node = typed_schema("string");
        node.facts["format"] = "date-time";
        return node;
    }
    static SchemaNode schema_of(const Json*, const Field&) { return foreign_schema(); }
    static SchemaNode schema_of(const std::map<std::string, std::string>*, const Field& field) {
        SchemaNode node = typed_schema("object");
        node.element.push_back(text_schema(field));
        if (field.max_items) {
            node.facts["maxProperties"] = *field.max_items;
        }
        return node;
    }
    template <class T>
    static SchemaNode schema_of(const std::optional<T>*, const Field& field) {
        return schema_of(static_cast<const T*>(nullptr), field);
    }
    template <class T>
    static SchemaNode schema_of(const std::vector<T>*, const Field& field) {
        SchemaNode node = typed_schema("array");
        node.element.push_back(schema_of(static_cast<const T*>(nullptr), field));
        if (field.max_items) {
            node.facts["maxItems"] = *field.max_items;
        }
        if (!field.list_key.empty()) {
            node.facts["x-kubernetes-list-type"] = "map";
            node.facts["x-kubernetes-list-map-keys"] = Json::array({field.list_key});
        }
        return node;
    }
    template <class T>
    static SchemaNode schema_of(const T*, const Field&) {
        if constexpr (std::is_enum_v<T>) {
            SchemaNode node = typed_schema("string");
            for (const auto& entry : Words<T>::all) {
                node.facts["enum"].push_back(entry.second);
            }
            return node;
        } else {
            return write<T>();
        }
    }

    // Null: no default.
    static Json default_of(const std::string& value) {
        return value.empty() ? Json() : Json(value);
    }
    static Json default_of(std::int64_t value) { return value; }
    static Json default_of(bool value) { return value; }
    template <class T>
    static Json default_of(const T& value) {
        if constexpr (std::is_enum_v<T>) {
            return word(value);
        } else {
            return nullptr;
        }
    }

    SchemaNode node_;
};

}  // namespace bestgres::api
