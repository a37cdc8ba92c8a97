// Swagger 2.0 in the protobuf form of gnostic (openapi_v2/OpenAPIv2.proto): written field by field,
// because the whole message set would be a code generator's worth of types for one answer.
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "fakekube/openapi/openapi.hpp"

namespace bestgres::fakekube {
namespace {

// Appends protobuf fields to a message.
class Message {
public:
    void text(std::uint32_t field, std::string_view value) {
        tag(field, 2);
        varint(value.size());
        bytes_.append(value);
    }
    void message(std::uint32_t field, const Message& value) { text(field, value.bytes_); }
    void truth(std::uint32_t field, bool value) {
        tag(field, 0);
        varint(value ? 1 : 0);
    }

    std::string take() { return std::move(bytes_); }

private:
    void tag(std::uint32_t field, std::uint32_t type) { varint((field << 3U) | type); }
    void varint(std::uint64_t value) {
        while (value >= 0x80) {
            bytes_ += static_cast<char>((value & 0x7FU) | 0x80U);
            value >>= 7U;
        }
        bytes_ += static_cast<char>(value);
    }

    std::string bytes_;
};

Message any(const Json& value) {
    Message message;
    message.text(2, dump(value));  // yaml, of which JSON is a part
    return message;
}

Message named(std::string_view name, const Message& value) {
    Message message;
    message.text(1, name);
    message.message(2, value);
    return message;
}

void add_extensions(Message& message, std::uint32_t field, const Json& json) {
    for (const auto& [name, value] : json.items()) {
        if (name.rfind("x-", 0) == 0) {
            message.message(field, named(name, any(value)));
        }
    }
}

void add_text(Message& message, std::uint32_t field, const Json& json, std::string_view name) {
    const std::string value = string_at(json, {name});
    if (!value.empty()) {
        message.text(field, value);
    }
}

Message schema_message(const Json& schema);

Message schema_map(const Json& schemas) {
    Message message;
    for (const auto& [name, schema] : schemas.items()) {
        message.message(1, named(name, schema_message(schema)));
    }
    return message;
}

Message schema_message(const Json& schema) {
    Message message;
    add_text(message, 1, schema, "$ref");
    add_text(message, 2, schema, "format");
    add_text(message, 4, schema, "description");
    for (const Json& name : array_at(schema, {"required"})) {
        message.text(19, name.get<std::string>());
    }
    for (const Json& value : array_at(schema, {"enum"})) {
        message.message(20, any(value));
    }
    if (const Json* additional = find(schema, {"additionalProperties"})) {
        Message item;
        if (additional->is_object()) {
            item.message(1, schema_message(*additional));
        } else {
            item.truth(2, additional->is_boolean() && additional->get<bool>());
        }
        message.message(21, item);
    }
    if (const std::string type = string_at(schema, {"type"}); !type.empty()) {
        Message item;
        item.text(1, type);
        message.message(22, item);
    }
    if (const Json* items = find(schema, {"items"})) {
        Message item;
        item.message(1, schema_message(*items));
        message.message(23, item);
    }
    if (const Json* properties = find(schema, {"properties"})) {
        message.message(25, schema_map(*properties));
    }
    add_extensions(message, 31, schema);
    return message;
}

Message parameter_message(const Json& parameter) {
    Message query;
    add_text(query, 2, parameter, "in");
    add_text(query, 4, parameter, "name");
    add_text(query, 6, parameter, "type");
    Message kind;  // NonBodyParameter.query_parameter_sub_schema
    kind.message(3, query);
    Message outer;  // Parameter.non_body_parameter
    outer.message(2, kind);
    Message item;  // ParametersItem.parameter
    item.message(1, outer);
    return item;
}

Message responses_message(const Json& responses) {
    Message message;
    for (const auto& [code, response] : responses.items()) {
        Message body;
        add_text(body, 1, response, "description");
        if (const Json* schema = find(response, {"schema"})) {
            Message item;
            item.message(1, schema_message(*schema));
            body.message(2, item);
        }
        Message value;
        value.message(1, body);
        message.message(1, named(code, value));
    }
    return message;
}

Message operation_message(const Json& operation) {
    Message message;
    for (const Json& parameter : array_at(operation, {"parameters"})) {
        message.message(8, parameter_message(parameter));
    }
    message.message(9, responses_message(object_at(operation, {"responses"})));
    add_extensions(message, 13, operation);
    return message;
}

Message path_message(const Json& path) {
    struct Method {
        std::string_view name;
        std::uint32_t field;
    };
    constexpr std::array<Method, 5> methods = {
        Method{.name = "get", .field = 2}, Method{.name = "put", .field = 3},
        Method{.name = "post", .field = 4}, Method{.name = "delete", .field = 5},
        Method{.name = "patch", .field = 8}};
    Message message;
    for (const Method& method : methods) {
        if (const Json* operation = find(path, {method.name})) {
            message.message(method.field, operation_message(*operation));
        }
    }
    return message;
}

}  // namespace

std::string openapi_v2_protobuf(const Json& document) {
    Message info;
    add_text(info, 1, object_at(document, {"info"}), "title");
    add_text(info, 2, object_at(document, {"info"}), "version");
    Message paths;
    for (const auto& [name, path] : object_at(document, {"paths"}).items()) {
        paths.message(2, named(name, path_message(path)));
    }
    Message root;
    add_text(root, 1, document, "swagger");
    root.message(2, info);
    root.message(8, paths);
    root.message(9, schema_map(object_at(document, {"definitions"})));
    return root.take();
}

}  // namespace bestgres::fakekube
