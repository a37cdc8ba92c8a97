#include "fakekube/kinds/json_patch.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bestgres::fakekube {
namespace {

constexpr std::size_t max_operations = 10000;  // apiserver/pkg/endpoints/handlers/patch.go

Status does_not_apply() {
    return Status{.code = 422,
                  .reason = "Invalid",
                  .message = "the server rejected our request due to an error in our request",
                  .details = Json::object()};
}

std::string unescape(std::string_view part) {
    std::string text;
    for (std::size_t i = 0; i < part.size(); ++i) {
        const bool escaped = part[i] == '~' && i + 1 < part.size();
        if (escaped && (part[i + 1] == '0' || part[i + 1] == '1')) {
            text.push_back(part[i + 1] == '0' ? '~' : '/');
            ++i;
        } else {
            text.push_back(part[i]);
        }
    }
    return text;
}

// The keys after the first slash; none where there is no slash.
std::vector<std::string> split_path(std::string_view path) {
    std::vector<std::string> parts;
    std::size_t slash = path.find('/');
    while (slash != std::string_view::npos) {
        const std::size_t next = path.find('/', slash + 1);
        parts.push_back(unescape(path.substr(slash + 1, next - slash - 1)));
        slash = next;
    }
    return parts;
}

// Negative numbers count from the end of a list of `size` elements.
std::optional<std::size_t> parse_index(std::string_view text, std::size_t size) {
    std::int64_t index = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (failure != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    const auto length = static_cast<std::int64_t>(size);
    if (index < -length || index > length) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(index < 0 ? index + length : index);
}

// A place in a document: the object or list that holds it, and its last key.
struct Place {
    Json* parent = nullptr;
    std::string key;

    // Null where nothing stands there.
    Json* value() const {
        if (parent->is_object()) {
            const auto found = parent->find(key);
            return found == parent->end() ? nullptr : &*found;
        }
        const auto index = parse_index(key, parent->size());
        return index && *index < parent->size() ? &(*parent)[*index] : nullptr;
    }
    bool add(Json new_value) const {
        if (parent->is_object()) {
            (*parent)[key] = std::move(new_value);
            return true;
        }
        if (key == "-") {
            parent->push_back(std::move(new_value));
            return true;
        }
        // A negative index counts in the list as it will be.
        const auto index = parse_index(key, parent->size() + (key.starts_with('-') ? 1 : 0));
        if (!index) {
            return false;
        }
        parent->insert(parent->begin() + static_cast<std::ptrdiff_t>(*index), std::move(new_value));
        return true;
    }
    bool replace(Json new_value) const {
        if (parent->is_object()) {
            return add(std::move(new_value));
        }
        Json* old_value = value();
        if (old_value != nullptr) {
            *old_value = std::move(new_value);
        }
        return old_value != nullptr;
    }
    bool remove() const {
        if (parent->is_object()) {
            return parent->erase(key) > 0;
        }
        const auto index = parse_index(key, parent->size());
        if (!index || *index >= parent->size()) {
            return false;
        }
        parent->erase(*index);
        return true;
    }
};

std::optional<Place> find_place(Json& document, const Json& operation, std::string_view member) {
    const auto path = find_string(operation, {member});
    auto parts = split_path(path.value_or(""));
    if (parts.empty()) {
        return std::nullopt;
    }
    Place place{.parent = &document, .key = std::move(parts.back())};
    parts.pop_back();
    for (const std::string& part : parts) {
        place.parent = Place{.parent = place.parent, .key = part}.value();
        if (place.parent == nullptr || !place.parent->is_structured()) {
            return std::nullopt;
        }
    }
    return place;
}

bool apply_operation(Json& document, const Json& operation) {
    const std::string name = string_at(operation, {"op"});
    const auto place = find_place(document, operation, "path");
    if (!place) {
        return false;
    }
    const Json* given = find(operation, {"value"});
    const Json value = given == nullptr ? Json() : *given;
    if (name == "add") {
        return place->add(value);
    }
    if (name == "replace") {
        return place->replace(value);
    }
    if (name == "remove") {
        return place->remove();
    }
    if (name == "test") {
        const Json* found = place->value();
        return (found == nullptr ? Json() : *found) == value;
    }
    if (name != "move" && name != "copy") {
        return false;
    }
    const auto source = find_place(document, operation, "from");
    if (!source || source->value() == nullptr) {
        return false;
    }
    Json moved = *source->value();
    if (name == "move" && !source->remove()) {
        return false;
    }
    // Removal may have shifted or dropped what `place` points into.
    const auto target = find_place(document, operation, "path");
    return target && target->add(std::move(moved));
}

std::string_view go_type(const Json& value) {
    if (value.is_object()) {
        return "object";
    }
    return value.is_null() ? "null" : value.is_boolean() ? "bool" : value.type_name();
}

}  // namespace

Outcome<Json> json_patch(const Json& document, const Json& operations) {
    if (!operations.is_array()) {
        return bad_request("json: cannot unmarshal " + std::string(go_type(operations)) +
                           " into Go value of type jsonpatch.Patch");
    }
    if (operations.size() > max_operations) {
        return Status{.code = 413,
                      .reason = "RequestEntityTooLarge",
                      .message = "The allowed maximum operations in a JSON patch is 10000, got " +
                                 std::to_string(operations.size()),
                      .details = Json()};
    }
    Json patched = document;
    for (const Json& operation : operations) {
        if (!operation.is_object()) {
            return bad_request("json: cannot unmarshal " + std::string(go_type(operation)) +
                               " into Go value of type jsonpatch.Operation");
        }
        if (!apply_operation(patched, operation)) {
            return does_not_apply();
        }
    }
    return patched;
}

}  // namespace bestgres::fakekube
