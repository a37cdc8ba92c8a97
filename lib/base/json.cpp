#include "lib/base/json.hpp"

#include "lib/base/hash.hpp"
#include "lib/base/json_nesting.hpp"

namespace bestgres {

const Json* find(const Json& value, std::initializer_list<std::string_view> path) {
    const Json* at = &value;
    for (const std::string_view key : path) {
        if (!at->is_object()) {
            return nullptr;
        }
        const auto found = at->find(key);
        if (found == at->end()) {
            return nullptr;
        }
        at = &*found;
    }
    return at;
}

std::optional<std::string> find_string(const Json& value,
                                       std::initializer_list<std::string_view> path) {
    const Json* found = find(value, path);
    if (found == nullptr || !found->is_string()) {
        return std::nullopt;
    }
    return found->get<std::string>();
}

std::optional<std::int64_t> find_int(const Json& value,
                                     std::initializer_list<std::string_view> path) {
    const Json* found = find(value, path);
    if (found == nullptr || !found->is_number_integer()) {
        return std::nullopt;
    }
    return found->get<std::int64_t>();
}

std::optional<bool> find_bool(const Json& value, std::initializer_list<std::string_view> path) {
    const Json* found = find(value, path);
    if (found == nullptr || !found->is_boolean()) {
        return std::nullopt;
    }
    return found->get<bool>();
}

std::string string_at(const Json& value, std::initializer_list<std::string_view> path,
                      std::string_view fallback) {
    const Json* found = find(value, path);
    return found != nullptr && found->is_string() ? found->get<std::string>()
                                                  : std::string(fallback);
}

const Json& array_at(const Json& value, std::initializer_list<std::string_view> path) {
    static const Json empty = Json::array();
    const Json* found = find(value, path);
    return found != nullptr && found->is_array() ? *found : empty;
}

const Json& object_at(const Json& value, std::initializer_list<std::string_view> path) {
    static const Json empty = Json::object();
    const Json* found = find(value, path);
    return found != nullptr && found->is_object() ? *found : empty;
}

Result<Json> parse_json(std::string_view text) {
    return parse_json_within(text, deepest_nesting);
}

std::string dump(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string dump_pretty(const Json& value) {
    return value.dump(2, ' ', false, Json::error_handler_t::replace);
}

void merge_patch(Json& target, const Json& patch) {
    if (!patch.is_object()) {
        target = patch;
        return;
    }
    if (!target.is_object()) {
        target = Json::object();
    }
    for (const auto& [key, value] : patch.items()) {
        if (value.is_null()) {
            target.erase(key);
        } else {
            merge_patch(target[key], value);
        }
    }
}

std::uint64_t hash_json(const Json& value) {
    Hasher hasher;
    hasher.add(static_cast<std::uint64_t>(value.type()));
    switch (value.type()) {
        case Json::value_t::object:
            for (const auto& [key, member] : value.items()) {
                hasher.add(key);
                hasher.add(hash_json(member));
            }
            break;
        case Json::value_t::array:
            for (const Json& element : value) {
                hasher.add(hash_json(element));
            }
            break;
        case Json::value_t::string:
            hasher.add(value.get_ref<const std::string&>());
            break;
        case Json::value_t::boolean:
            hasher.add(static_cast<std::uint64_t>(value.get<bool>()));
            break;
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
            // 1 and 1u are the same JSON text.
            hasher = Hasher();
            hasher.add(static_cast<std::uint64_t>(value.get<std::int64_t>()));
            break;
        case Json::value_t::number_float:
        case Json::value_t::binary:
        case Json::value_t::null:
        case Json::value_t::discarded:
            hasher.add(dump(value));
            break;
    }
    return hasher.value();
}

}  // namespace bestgres
