// Words for the tests of server-side apply: random field sets and objects of a small kind.
#pragma once

#include <string>
#include <vector>

#include <rapidcheck.h>

#include "fakekube/apply/field_set.hpp"
#include "fakekube/type_schema.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube::testing {

inline rc::Gen<std::vector<std::string>> some_path() {
    return rc::gen::resize(
        4, rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(rc::gen::element(
               std::string("f:a"), std::string("f:b"), std::string(R"(k:{"name":"x"})"),
               std::string(R"(v:"y")"), std::string("f:c")))));
}

inline rc::Gen<FieldSet> some_field_set() {
    return rc::gen::map(rc::gen::container<std::vector<std::vector<std::string>>>(some_path()),
                        [](const std::vector<std::vector<std::string>>& paths) {
                            FieldSet set;
                            for (const auto& path : paths) {
                                set.insert(path);
                            }
                            return set;
                        });
}

inline SchemaPtr share(TypeSchema node) {
    return std::make_shared<const TypeSchema>(std::move(node));
}

inline TypeSchema scalar(TypeSchema::Type type) {
    TypeSchema node;
    node.type = type;
    return node;
}

inline TypeSchema object_of(std::map<std::string, SchemaPtr, std::less<>> fields) {
    TypeSchema node;
    node.type = TypeSchema::Type::object;
    node.fields = std::move(fields);
    return node;
}

inline TypeSchema map_of(SchemaPtr element) {
    TypeSchema node;
    node.type = TypeSchema::Type::map;
    node.element = std::move(element);
    return node;
}

inline TypeSchema list_of(SchemaPtr element, TypeSchema::ListType type,
                          std::vector<std::string> keys) {
    TypeSchema node;
    node.type = TypeSchema::Type::array;
    node.element = std::move(element);
    node.list_type = type;
    node.list_keys = std::move(keys);
    return node;
}

// A kind with one field of every sort: `data` (granular map), `selector` (atomic map), `replicas`,
// `tags` (set), `args` (atomic list), `ports` (map by port and protocol, protocol defaulted).
inline TypeSchema example_schema() {
    using Type = TypeSchema::Type;
    using ListType = TypeSchema::ListType;
    const SchemaPtr text = share(scalar(Type::string));
    TypeSchema protocol = scalar(Type::string);
    protocol.default_value = Json("TCP");
    TypeSchema selector = map_of(text);
    selector.atomic_map = true;
    const SchemaPtr port = share(object_of(
        {{"port", share(scalar(Type::integer))}, {"protocol", share(protocol)}, {"name", text}}));
    const SchemaPtr spec =
        share(object_of({{"replicas", share(scalar(Type::integer))},
                         {"selector", share(selector)},
                         {"tags", share(list_of(text, ListType::set, {}))},
                         {"args", share(list_of(text, ListType::atomic, {}))},
                         {"ports", share(list_of(port, ListType::map, {"port", "protocol"}))}}));
    const SchemaPtr metadata =
        share(object_of({{"name", text},
                         {"namespace", text},
                         {"labels", share(map_of(text))},
                         {"annotations", share(map_of(text))},
                         {"uid", text},
                         {"resourceVersion", text},
                         {"creationTimestamp", share(scalar(Type::time))},
                         {"finalizers", share(list_of(text, ListType::set, {}))},
                         {"managedFields", share(scalar(Type::any))}}));
    return object_of({{"apiVersion", text},
                      {"kind", text},
                      {"metadata", metadata},
                      {"data", share(map_of(text))},
                      {"spec", spec},
                      {"status", share(map_of(text))}});
}

}  // namespace bestgres::fakekube::testing
