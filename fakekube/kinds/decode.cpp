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

// Where the decoder stands: a chain of names, made into text only for errors and warnings. `field`
// has no list positions and no map keys, `place` has them: the two texts that name a value.
struct Path {
    enum class Kind { root, field, key, index };

    std::string_view owner;  // the struct that holds the field
    const Path* parent = nullptr;
    Kind kind = Kind::root;
    std::string_view name = {};
    std::size_t position = 0;

    Path child(std::string_view name_of_field) const {
        return {.owner = owner, .parent = this, .kind = Kind::field, .name = name_of_field};
    }
    Path key(std::string_view name_of_entry) const {
        return {.owner = owner, .parent = this, .kind = Kind::key, .name = name_of_entry};
    }
    Path element(std::size_t index) const {
        return {.owner = owner, .parent = this, .kind = Kind::index, .name = {}, .position = index};
    }

    std::string field() const {
        std::string text = parent == nullptr ? "" : parent->field();
        return kind == Kind::field ? with_name(std::move(text)) : text;
    }
    std::string place() const {
        std::string text = parent == nullptr ? "" : parent->place();
        if (kind == Kind::index) {
            return fmt::format("{}[{}]", text, position);
        }
        return kind == Kind::root ? text : with_name(std::move(text));
    }

private:
    std::string with_name(std::string text) const {
        return text.empty() ? std::string(name) : std::move(text) + "." + std::string(name);
    }
};

// What the stored object has at the same place; null where there is nothing to rely on.
const Json* stored_member(const Json* stored, const std::string& name) {
    if (stored == nullptr || !stored->is_object()) {
        return nullptr;
    }
    const auto found = stored->find(name);
    return found == stored->end() ? nullptr : &*found;
}

bool is_as_stored(const Json& value, const Json* stored) {
    return stored != nullptr && value == *stored;
}

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
    void decode(Json& value, const TypeSchema& schema, const Path& path, const Json* stored) {
        switch (schema.type) {
            case Type::any:
                return;
            case Type::object:
                return decode_struct(value, schema, path, stored);
            case Type::map:
                return decode_map(value, schema, path, stored);
            case Type::array:
                return decode_list(value, schema, path, stored);
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
                            json_type_name(value), path.owner, path.field(), go_type_name(schema));
    }

    void decode_struct(Json& value, const TypeSchema& schema, Path path, const Json* stored) {
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
            decode_field(value, path.child(name), *field, stored_member(stored, name));
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
            report.unknown_fields.push_back(path.child(member.key()).place());
            member = value.erase(member);
        }
    }

    void decode_field(Json& owner, const Path& path, const TypeSchema& field, const Json* stored) {
        const auto member = owner.find(path.name);
        const bool absent = member == owner.end() || member->is_null();
        if (!absent && is_as_stored(*member, stored)) {
            return;
        }
        if (absent && (field.pointer || field.type != Type::object)) {
            if (always_written(field)) {
                owner[std::string(path.name)] = zero_value(field);
            } else if (member != owner.end()) {
                owner.erase(member);
            }
            return;
        }
        Json& value = absent ? (owner[std::string(path.name)] = Json::object()) : *member;
        decode(value, field, path, stored);
        if (!error && !field.pointer && is_empty_value(value) && field.type != Type::object) {
            if (always_written(field)) {
                value = zero_value(field);
            } else {
                owner.erase(std::string(path.name));
            }
        }
    }

    void decode_map(Json& value, const TypeSchema& schema, const Path& path, const Json* stored) {
        if (!value.is_object()) {
            return refuse(value, schema, path);
        }
        for (auto& [key, child] : value.items()) {
            const Json* before = stored_member(stored, key);
            if (!is_as_stored(child, before)) {
                decode_element(child, *schema.element, path.key(key), before);
            }
            if (error) {
                return;
            }
        }
    }

    void decode_list(Json& value, const TypeSchema& schema, const Path& path, const Json* stored) {
        if (!value.is_array()) {
            return refuse(value, schema, path);
        }
        const std::size_t known = stored != nullptr && stored->is_array() ? stored->size() : 0;
        for (std::size_t i = 0; i < value.size() && !error; ++i) {
            const Json* before = i < known ? &(*stored)[i] : nullptr;
            if (!is_as_stored(value[i], before)) {
                decode_element(value[i], *schema.element, path.element(i), before);
            }
        }
    }

    void decode_element(Json& value, const TypeSchema& schema, const Path& path,
                        const Json* stored) {
        if (value.is_null() && schema.type != Type::object) {
            value = zero_value(schema);
            return;
        }
        decode(value, schema, path, stored);
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

void default_value(Json& object, const TypeSchema& schema, const Json* stored);

void default_field(Json& owner, const std::string& name, const TypeSchema& field,
                   const Json* stored) {
    auto member = owner.find(name);
    if (member != owner.end() && is_as_stored(*member, stored)) {
        return;
    }
    if (field.default_value) {
        const bool absent = member == owner.end() || member->is_null();
        if (absent || (!field.pointer && is_empty_value(*member))) {
            owner[name] = *field.default_value;
            member = owner.find(name);
        }
    }
    if (member != owner.end()) {
        default_value(*member, field, stored);
    }
}

void default_value(Json& object, const TypeSchema& schema, const Json* stored) {
    if (schema.type == Type::object && object.is_object()) {
        for (const auto& [name, field] : schema.fields) {
            default_field(object, name, *field, stored_member(stored, name));
        }
    } else if (schema.type == Type::map && object.is_object()) {
        for (auto& [key, child] : object.items()) {
            const Json* before = stored_member(stored, key);
            if (!is_as_stored(child, before)) {
                default_value(child, *schema.element, before);
            }
        }
    } else if (schema.type == Type::array && object.is_array()) {
        const std::size_t known = stored != nullptr && stored->is_array() ? stored->size() : 0;
        for (std::size_t i = 0; i < object.size(); ++i) {
            const Json* before = i < known ? &(*stored)[i] : nullptr;
            if (!is_as_stored(object[i], before)) {
                default_value(object[i], *schema.element, before);
            }
        }
    }
}

Result<DecodeReport> decode_over(Json& object, const TypeSchema& schema, const Json* stored) {
    Decoder decoder;
    decoder.decode(object, schema, Path{.owner = schema.name}, stored);
    if (decoder.error) {
        return Error{*std::move(decoder.error)};
    }
    return std::move(decoder.report);
}

}  // namespace

Result<DecodeReport> decode_object(Json& object, const TypeSchema& schema) {
    return decode_over(object, schema, nullptr);
}

Result<DecodeReport> decode_changes(Json& object, const TypeSchema& schema, const Json& stored) {
    return decode_over(object, schema, &stored);
}

void apply_schema_defaults(Json& object, const TypeSchema& schema) {
    default_value(object, schema, nullptr);
}

void apply_schema_defaults(Json& object, const TypeSchema& schema, const Json& stored) {
    default_value(object, schema, &stored);
}

}  // namespace bestgres::fakekube
