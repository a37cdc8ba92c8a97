// Whether a configuration has the shape of its kind, in the words of structured-merge-diff.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "fakekube/apply/shape.hpp"
#include "fakekube/apply/typed_value.hpp"

namespace bestgres::fakekube {
namespace {

using Type = TypeSchema::Type;

class Checker {
public:
    void check(const Json& value, const TypeSchema* schema, const std::string& path) {
        if (schema == nullptr || value.is_null()) {
            return;
        }
        switch (schema->type) {
            case Type::object:
            case Type::map:
                return check_record(value, *schema, path);
            case Type::array:
                return check_list(value, *schema, path);
            case Type::boolean:
                return expect(value.is_boolean(), "boolean", value, path);
            case Type::integer:
            case Type::number:
                return expect(value.is_number(), "numeric (int or float)", value, path);
            case Type::string:
            case Type::time:
            case Type::micro_time:
            case Type::bytes:
                return expect(value.is_string(), "string", value, path);
            case Type::any:
            case Type::int_or_string:
            case Type::quantity:
                return;
        }
    }

    std::vector<std::string> take() { return std::move(errors_); }

private:
    void fail(const std::string& path, std::string_view what) {
        errors_.push_back(path.empty() ? std::string(what) : fmt::format("{}: {}", path, what));
    }

    void expect(bool holds, std::string_view type, const Json& value, const std::string& path) {
        if (!holds) {
            fail(path, fmt::format("expected {}, got {}", type, dump(value)));
        }
    }

    void check_record(const Json& value, const TypeSchema& schema, const std::string& path) {
        if (!value.is_object()) {
            return fail(path, fmt::format("expected map, got {}", dump(value)));
        }
        for (const auto& [name, child] : value.items()) {
            const std::string below = fmt::format("{}.{}", path, name);
            const TypeSchema* field = child_schema(&schema, name);
            const bool is_declared =
                field != nullptr || schema.type == Type::map || schema.preserve_unknown_fields;
            if (!is_declared) {
                fail(below, "field not declared in schema");
                continue;
            }
            check(child, field, below);
        }
    }

    void check_list(const Json& value, const TypeSchema& schema, const std::string& path) {
        if (!value.is_array()) {
            return fail(path, fmt::format("expected list, got {}", dump(value)));
        }
        std::map<std::string, int> seen;
        for (std::size_t index = 0; index < value.size(); ++index) {
            const Json& item = value[index];
            if (schema.list_type == TypeSchema::ListType::atomic) {
                check(item, schema.element.get(), fmt::format("{}[{}]", path, index));
                continue;
            }
            if (!check_keys(item, schema, fmt::format("{}: element {}", path, index))) {
                continue;
            }
            const std::string element = item_element(schema, item).value_or("i:0");
            const std::string printed = print_element(element);
            if (++seen[element] == 2) {
                fail(path, fmt::format("duplicate entries for key {}", printed));
            }
            check(item, schema.element.get(), path + printed);
        }
    }

    bool check_keys(const Json& item, const TypeSchema& list, const std::string& where) {
        if (list.list_type == TypeSchema::ListType::set) {
            if (item.is_structured() || item.is_null()) {
                fail(where, "associative list without keys has an element that's a map type");
                return false;
            }
            return true;
        }
        if (!item.is_object()) {
            fail(where, "associative list with keys may not have non-map elements");
            return false;
        }
        for (const std::string& key : list.list_keys) {
            const TypeSchema* field = child_schema(list.element.get(), key);
            const bool has_default = field != nullptr && field->default_value.has_value();
            if (item.find(key) == item.end() && !has_default) {
                fail(where,
                     fmt::format("associative list with keys has an element that omits key field "
                                 "{} (and doesn't have default value)",
                                 dump(Json(key))));
                return false;
            }
        }
        return true;
    }

    std::vector<std::string> errors_;
};

}  // namespace

std::vector<std::string> check_typed(const Json& value, const TypeSchema& schema) {
    Checker checker;
    checker.check(value, &schema, "");
    return checker.take();
}

}  // namespace bestgres::fakekube
