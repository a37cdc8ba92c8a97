#include "fakekube/kinds/decode.hpp"

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "fakekube/kinds/scalars.hpp"

namespace bestgres::fakekube {
namespace {

using Type = TypeSchema::Type;

// Where the decoder stands. `field` has no list positions, `place` has them: the two texts in which
// errors and warnings name a value.
struct Path {
    std::string owner;  // the struct that holds the field
    std::string field;
    std::string place;

    Path child(const std::string& name) const {
        return {.owner = owner,
                .field = field.empty() ? name : field + "." + name,
                .place = place.empty() ? name : place + "." + name};
    }
    Path element(std::size_t index) const {
        return {.owner = owner, .field = field, .place = fmt::format("{}[{}]", place, index)};
    }
};

std::string go_type_name(const TypeSchema& schema) {
    switch (schema.type) {
        case Type::boolean:
            return "bool";
        case Type::integer:
            return schema.bits == 32 ? "int32" : "int64";
        case Type::number:
            return "float64";
        case Type::object:
            return "v1." + schema.name;
        case Type::map:
            return "map[string]" + go_type_name(*schema.element);
        case Type::array:
            return "[]" + go_type_name(*schema.element);
        case Type::bytes:
            return "[]uint8";
        case Type::quantity:
            return "resource.Quantity";
        case Type::any:
        case Type::string:
        case Type::int_or_string:
        case Type::time:
        case Type::micro_time:
            return "string";
    }
    return "string";
}

std::string json_type_name(const Json& value) {
    if (value.is_number()) {
        return value.is_number_float() ? "number " + dump(value) : "number";
    }
    if (value.is_boolean()) {
        return "bool";
    }
    return value.is_null() ? "null" : value.type_name();
}

class Decoder {
public:
    DecodeReport report;
    std::optional<std::string> error;

    // `value` is not null, unless `schema` is that of a list element or a map's value.
    void decode(Json& value, const TypeSchema& schema, const Path& path) {
        switch (schema.type) {
            case Type::any:
                return;
            case Type::object:
                return decode_struct(value, schema, path);
            case Type::map:
                return decode_map(value, schema, path);
            case Type::array:
                return decode_list(value, schema, path);
            case Type::boolean:
            case Type::integer:
            case Type::number:
            case Type::string:
            case Type::int_or_string:
                return check_scalar(value, schema, path);
            case Type::quantity:
            case Type::time:
            case Type::micro_time:
            case Type::bytes:
                return canonical(value, schema, path);
        }
    }

private:
    void refuse(const Json& value, const TypeSchema& schema, const Path& path) {
        error = fmt::format("json: cannot unmarshal {} into Go struct field {}.{} of type {}",
                            json_type_name(value), path.owner, path.field, go_type_name(schema));
    }

    void decode_struct(Json& value, const TypeSchema& schema, Path path) {
        if (value.is_null()) {
            value = Json::object();
        }
        if (!value.is_object()) {
            return refuse(value, schema, path);
        }
        if (!schema.preserve_unknown_fields) {
            drop_unknown(value, schema, path);
        }
        path.owner = schema.name;
        for (const auto& [name, field] : schema.fields) {
            decode_field(value, name, *field, path);
            if (error) {
                return;
            }
        }
    }

    void drop_unknown(Json& value, const TypeSchema& schema, const Path& path) {
        for (auto member = value.begin(); member != value.end();) {
            if (schema.fields.contains(member.key())) {
                ++member;
                continue;
            }
            report.unknown_fields.push_back(path.child(member.key()).place);
            member = value.erase(member);
        }
    }

    void decode_field(Json& owner, const std::string& name, const TypeSchema& field,
                      const Path& path) {
        const auto member = owner.find(name);
        const bool absent = member == owner.end() || member->is_null();
        if (absent && (field.pointer || field.type != Type::object)) {
            if (always_written(field)) {
                owner[name] = zero_value(field);
            } else if (member != owner.end()) {
                owner.erase(member);
            }
            return;
        }
        Json& value = absent ? (owner[name] = Json::object()) : *member;
        decode(value, field, path.child(name));
        if (!error && !field.pointer && is_empty_value(value) && field.type != Type::object) {
            if (always_written(field)) {
                value = zero_value(field);
            } else {
                owner.erase(name);
            }
        }
    }

    void decode_map(Json& value, const TypeSchema& schema, const Path& path) {
        if (!value.is_object()) {
            return refuse(value, schema, path);
        }
        for (auto& [key, child] : value.items()) {
            decode_element(child, *schema.element, path.child(key), path);
            if (error) {
                return;
            }
        }
    }

    void decode_list(Json& value, const TypeSchema& schema, const Path& path) {
        if (!value.is_array()) {
            return refuse(value, schema, path);
        }
        for (std::size_t i = 0; i < value.size() && !error; ++i) {
            const Path place = path.element(i);
            decode_element(value[i], *schema.element, place, path);
        }
    }

    void decode_element(Json& value, const TypeSchema& schema, Path place, const Path& list) {
        if (value.is_null() && schema.type != Type::object) {
            value = zero_value(schema);
            return;
        }
        place.field = list.field;  // errors name the list or map, not the element
        decode(value, schema, place);
    }

    void check_scalar(const Json& value, const TypeSchema& schema, const Path& path) {
        if (!is_scalar_of(value, schema)) {
            refuse(value, schema, path);
        }
    }

    void canonical(Json& value, const TypeSchema& schema, const Path& path) {
        if (!value.is_string() && !(schema.type == Type::quantity && value.is_number())) {
            return refuse(value, schema, path);
        }
        if (schema.type == Type::time && value == "") {
            return;
        }
        auto text = canonical_text(value, schema.type);
        if (!text) {
            error = text.error().message;
            return;
        }
        value = *std::move(text);
    }
};

void apply_defaults_to_field(Json& owner, const std::string& name, const TypeSchema& field) {
    auto member = owner.find(name);
    if (field.default_value) {
        const bool absent = member == owner.end() || member->is_null();
        if (absent || (!field.pointer && is_empty_value(*member))) {
            owner[name] = *field.default_value;
            member = owner.find(name);
        }
    }
    if (member != owner.end()) {
        apply_schema_defaults(*member, field);
    }
}

}  // namespace

Result<DecodeReport> decode_object(Json& object, const TypeSchema& schema) {
    Decoder decoder;
    decoder.decode(object, schema, Path{.owner = schema.name, .field = "", .place = ""});
    if (decoder.error) {
        return Error{*std::move(decoder.error)};
    }
    return std::move(decoder.report);
}

void apply_schema_defaults(Json& object, const TypeSchema& schema) {
    if (schema.type == Type::object && object.is_object()) {
        for (const auto& [name, field] : schema.fields) {
            apply_defaults_to_field(object, name, *field);
        }
    } else if ((schema.type == Type::array && object.is_array()) ||
               (schema.type == Type::map && object.is_object())) {
        for (Json& element : object) {
            apply_schema_defaults(element, *schema.element);
        }
    }
}

}  // namespace bestgres::fakekube
