#include "fakekube/crd/shaping.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace bestgres::fakekube {
namespace {

bool is_resource_field(std::string_view name) {
    return name == "apiVersion" || name == "kind" || name == "metadata";
}

class Pruner {
public:
    void prune(Json& value, const JsonSchema& schema, const std::string& path) {
        if (value.is_array() && schema.items != nullptr) {
            for (std::size_t index = 0; index < value.size(); ++index) {
                prune(value[index], *schema.items, fmt::format("{}[{}]", path, index));
            }
        }
        if (value.is_object()) {
            prune_object(value, schema, path);
        }
    }

    std::vector<std::string> take() { return std::move(dropped_); }

private:
    void prune_object(Json& value, const JsonSchema& schema, const std::string& path) {
        const bool is_resource = path.empty() || schema.embedded_resource;
        for (auto entry = value.begin(); entry != value.end();) {
            const std::string below =
                path.empty() ? entry.key() : fmt::format("{}.{}", path, entry.key());
            const JsonSchema* known = schema.find_property(entry.key());
            if (is_resource && is_resource_field(entry.key())) {
                ++entry;
                continue;
            }
            if (known == nullptr) {
                known = schema.additional.get();
            }
            if (known != nullptr) {
                prune(entry.value(), *known, below);
                ++entry;
                continue;
            }
            if (schema.preserve_unknown_fields) {
                ++entry;
                continue;
            }
            dropped_.push_back(below);
            entry = value.erase(entry);
        }
    }

    std::vector<std::string> dropped_;
};

bool is_plain_null(const Json& value, const JsonSchema& schema) {
    return value.is_null() && !schema.nullable;
}

void drop_plain_nulls(Json& value, const JsonSchema& schema) {
    if (value.is_array() && schema.items != nullptr) {
        for (Json& item : value) {
            drop_plain_nulls(item, *schema.items);
        }
    }
    if (!value.is_object()) {
        return;
    }
    for (auto entry = value.begin(); entry != value.end();) {
        const JsonSchema* known = schema.find_property(entry.key());
        if (known != nullptr && is_plain_null(entry.value(), *known)) {
            entry = value.erase(entry);
            continue;
        }
        if (known == nullptr) {
            known = schema.additional.get();
        }
        if (known != nullptr) {
            drop_plain_nulls(entry.value(), *known);
        }
        ++entry;
    }
}

void write_defaults(Json& value, const JsonSchema& schema) {
    const auto descend = [](Json& child, const JsonSchema& known) {
        if (is_plain_null(child, known) && known.default_value.has_value()) {
            child = *known.default_value;
        }
        write_defaults(child, known);
    };
    if (value.is_array() && schema.items != nullptr) {
        for (Json& item : value) {
            descend(item, *schema.items);
        }
    }
    if (!value.is_object()) {
        return;
    }
    for (const auto& [name, property] : schema.properties) {
        if (property->default_value.has_value() && value.find(name) == value.end()) {
            value[name] = *property->default_value;
        }
    }
    for (const auto& entry : value.items()) {
        const JsonSchema* known = schema.find_property(entry.key());
        if (known == nullptr) {
            known = schema.additional.get();
        }
        if (known != nullptr) {
            descend(entry.value(), *known);
        }
    }
}

}  // namespace

std::vector<std::string> prune_unknown(Json& object, const JsonSchema& schema) {
    Pruner pruner;
    pruner.prune(object, schema, "");
    return pruner.take();
}

void apply_defaults(Json& value, const JsonSchema& schema) {
    write_defaults(value, schema);
    drop_plain_nulls(value, schema);
}

}  // namespace bestgres::fakekube
