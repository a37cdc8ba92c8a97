#include "fakekube/crd/schema_validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "fakekube/crd/formats.hpp"

namespace bestgres::fakekube {
namespace {

std::string type_name(const Json& value) {
    switch (value.type()) {
        case Json::value_t::null:
            return "null";
        case Json::value_t::boolean:
            return "boolean";
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
            return "integer";
        case Json::value_t::number_float:
            return "number";
        case Json::value_t::string:
            return "string";
        case Json::value_t::array:
            return "array";
        case Json::value_t::object:
            return "object";
        case Json::value_t::binary:
        case Json::value_t::discarded:
            break;
    }
    return "unknown";
}

bool is_whole(const Json& value) {
    return value.is_number_integer() ||
           (value.is_number_float() && std::floor(value.get<double>()) == value.get<double>());
}

bool has_type(const Json& value, std::string_view type) {
    if (type == "integer") {
        return value.is_number() && is_whole(value);
    }
    if (type == "number") {
        return value.is_number();
    }
    return type_name(value) == type;
}

// Kubernetes counts characters, not bytes.
std::size_t length_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    }));
}

std::string join_path(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

class Validator {
public:
    void validate(const Json& value, const JsonSchema& schema, const std::string& path) {
        if (value.is_null() && schema.nullable) {
            return;
        }
        if (!check_type(value, schema, path)) {
            return;
        }
        check_enum(value, schema, path);
        if (value.is_string()) {
            check_string(value, schema, path);
        } else if (value.is_number()) {
            check_number(value, schema, path);
        } else if (value.is_array()) {
            check_array(value, schema, path);
        } else if (value.is_object()) {
            check_object(value, schema, path);
        }
        check_combinations(value, schema, path);
    }

    FieldErrors take() { return std::move(errors_); }

private:
    // "spec.size in body should be ...": `what` is all after "in body ".
    void fail(const std::string& path, Json bad_value, std::string_view what) {
        errors_.push_back(
            invalid(path, std::move(bad_value), fmt::format("{} in body {}", path, what)));
    }

    bool check_type(const Json& value, const JsonSchema& schema, const std::string& path) {
        const bool fits = schema.int_or_string
                              ? has_type(value, "integer") || value.is_string()
                              : schema.type.empty() || has_type(value, schema.type);
        if (!fits) {
            const std::string name = type_name(value);
            const std::string_view expected =
                schema.int_or_string ? "integer,string" : std::string_view(schema.type);
            fail(path, name, fmt::format("must be of type {}: \"{}\"", expected, name));
            return false;
        }
        if (value.is_string() &&
            !matches_format(value.get_ref<const std::string&>(), schema.format)) {
            fail(path, value,
                 fmt::format("must be of type {}: {}", schema.format,
                             go_quote(value.get_ref<const std::string&>())));
            return false;
        }
        return true;
    }

    void check_enum(const Json& value, const JsonSchema& schema, const std::string& path) {
        const std::vector<Json>& allowed = schema.enum_values;
        if (allowed.empty() || std::find(allowed.begin(), allowed.end(), value) != allowed.end()) {
            return;
        }
        std::vector<std::string> texts;
        for (const Json& item : allowed) {
            texts.push_back(item.is_string() ? item.get<std::string>() : dump(item));
        }
        errors_.push_back(not_supported(path, value, texts));
    }

    void check_string(const Json& value, const JsonSchema& schema, const std::string& path) {
        const std::string& text = value.get_ref<const std::string&>();
        const std::size_t length = length_of(text);
        const Limits& limits = schema.limits;
        if (limits.max_length.has_value() && length > *limits.max_length) {
            fail(path, value, fmt::format("should be at most {} chars long", *limits.max_length));
        } else if (limits.min_length.has_value() && length < *limits.min_length) {
            fail(path, value, fmt::format("should be at least {} chars long", *limits.min_length));
        } else if (schema.expression != nullptr && !std::regex_search(text, *schema.expression)) {
            fail(path, value, fmt::format("should match '{}'", schema.pattern));
        }
    }

    void check_number(const Json& value, const JsonSchema& schema, const std::string& path) {
        const Limits& limits = schema.limits;
        if (limits.multiple_of.has_value()) {
            const double factor = value.get<double>() / *limits.multiple_of;
            if (std::floor(factor) != factor) {
                fail(path, value, fmt::format("should be a multiple of {}", *limits.multiple_of));
            }
        }
        if (limits.maximum.has_value()) {
            const bool is_over =
                limits.exclusive_maximum ? value >= *limits.maximum : value > *limits.maximum;
            if (is_over) {
                fail(path, value,
                     fmt::format("should be less than {}{}",
                                 limits.exclusive_maximum ? "" : "or equal to ",
                                 dump(*limits.maximum)));
            }
        }
        if (limits.minimum.has_value()) {
            const bool is_under =
                limits.exclusive_minimum ? value <= *limits.minimum : value < *limits.minimum;
            if (is_under) {
                fail(path, value,
                     fmt::format("should be greater than {}{}",
                                 limits.exclusive_minimum ? "" : "or equal to ",
                                 dump(*limits.minimum)));
            }
        }
    }

    void check_array(const Json& value, const JsonSchema& schema, const std::string& path) {
        const Limits& limits = schema.limits;
        const std::size_t size = value.size();
        if (schema.items != nullptr) {
            for (const Json& item : value) {
                validate(item, *schema.items, path);
            }
        }
        if (limits.min_items.has_value() && size < *limits.min_items) {
            fail(path, size, fmt::format("should have at least {} items", *limits.min_items));
        }
        if (limits.max_items.has_value() && size > *limits.max_items) {
            fail(path, size, fmt::format("should have at most {} items", *limits.max_items));
        }
        if (limits.unique_items && has_duplicates(value)) {
            fail(path, "", "shouldn't contain duplicates");
        }
    }

    static bool has_duplicates(const Json& list) {
        std::vector<Json> items(list.begin(), list.end());
        std::sort(items.begin(), items.end());
        return std::adjacent_find(items.begin(), items.end()) != items.end();
    }

    void check_object(const Json& value, const JsonSchema& schema, const std::string& path) {
        const Limits& limits = schema.limits;
        const std::size_t size = value.size();
        if (limits.min_properties.has_value() && size < *limits.min_properties) {
            fail(path, size,
                 fmt::format("should have at least {} properties", *limits.min_properties));
        }
        if (limits.max_properties.has_value() && size > *limits.max_properties) {
            fail(path, size,
                 fmt::format("should have at most {} properties", *limits.max_properties));
        }
        for (const std::string& name : schema.required) {
            if (value.find(name) == value.end()) {
                errors_.push_back(required(join_path(path, name)));
            }
        }
        for (const auto& [name, child] : value.items()) {
            const JsonSchema* known = schema.find_property(name);
            if (known == nullptr) {
                known = schema.additional.get();
            }
            if (known != nullptr) {
                validate(child, *known, join_path(path, name));
            }
        }
    }

    static bool accepts(const Json& value, const JsonSchema& schema) {
        Validator inner;
        inner.validate(value, schema, "");
        return inner.errors_.empty();
    }

    void fail_combination(const std::string& path, std::string_view what) {
        errors_.push_back(invalid("<nil>", "", fmt::format("\"{}\" {}", path, what)));
    }

    void check_combinations(const Json& value, const JsonSchema& schema, const std::string& path) {
        const auto accepted = [&value](const std::vector<JsonSchemaPtr>& schemas) {
            return std::count_if(
                schemas.begin(), schemas.end(),
                [&value](const JsonSchemaPtr& one) { return accepts(value, *one); });
        };
        if (!schema.any_of.empty() && accepted(schema.any_of) == 0) {
            fail_combination(path, "must validate at least one schema (anyOf)");
            validate(value, *schema.any_of.front(), path);
        }
        if (!schema.one_of.empty()) {
            const auto count = accepted(schema.one_of);
            if (count != 1) {
                fail_combination(
                    path, count == 0 ? std::string("must validate one and only one schema (oneOf). "
                                                   "Found none valid")
                                     : fmt::format("must validate one and only one schema (oneOf). "
                                                   "Found {} valid alternatives",
                                                   count));
            }
        }
        const auto all = static_cast<std::ptrdiff_t>(schema.all_of.size());
        if (accepted(schema.all_of) != all) {
            fail_combination(path, "must validate all the schemas (allOf)");
            for (const JsonSchemaPtr& one : schema.all_of) {
                validate(value, *one, path);
            }
        }
        if (schema.none_of != nullptr && accepts(value, *schema.none_of)) {
            fail_combination(path, "must not validate the schema (not)");
        }
    }

    FieldErrors errors_;
};

}  // namespace

FieldErrors validate_schema(const Json& value, const JsonSchema& schema, const std::string& path) {
    Validator validator;
    validator.validate(value, schema, path);
    return validator.take();
}

}  // namespace bestgres::fakekube
