#include "fakekube/kinds/strategic_merge_patch.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fakekube/kinds/go_text.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view directive = "$patch";
constexpr std::string_view retain_keys = "$retainKeys";
constexpr std::string_view order_prefix = "$setElementOrder/";
constexpr std::string_view delete_prefix = "$deleteFromPrimitiveList/";

using Items = std::vector<Json>;

Status unprocessable(std::string message) {
    return Status{.code = 422, .reason = "", .message = std::move(message), .details = Json()};
}

// What the API server does not expect to fail is a 500 without a reason.
Status failed(std::string message) {
    return Status{.code = 500, .reason = "", .message = std::move(message), .details = Json()};
}

Outcome<Json> merge_object(Json live, Json patch, const TypeSchema* schema);

const TypeSchema* field_of(const TypeSchema* schema, std::string_view name) {
    return schema == nullptr ? nullptr : find_field(*schema, name);
}

bool contains(const Items& items, const Json& wanted) {
    return std::find(items.begin(), items.end(), wanted) != items.end();
}

// What names an element: its merge key's value, or the primitive itself. Null where it has none.
Json name_of(const Json& element, const std::string& merge_key) {
    if (merge_key.empty()) {
        return element;
    }
    const Json* key = find(element, {merge_key});
    return key == nullptr ? Json() : *key;
}

std::ptrdiff_t position(const Items& names, const Json& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? -1 : found - names.begin();
}

Items names_of(const Json& list, const std::string& merge_key) {
    Items names;
    for (const Json& element : list) {
        names.push_back(name_of(element, merge_key));
    }
    return names;
}

void sort_by(Items& items, const Items& order, const std::string& merge_key) {
    std::stable_sort(items.begin(), items.end(), [&](const Json& left, const Json& right) {
        return position(order, name_of(left, merge_key)) <
               position(order, name_of(right, merge_key));
    });
}

// Elements that the patch names stand in the patch's order, the others in the server's; where the
// two meet, the server's order decides if it knows both, else the patched one comes first.
Json enforce_order(const Json& merged, const Json& patch_order, const Json& server_order,
                   const std::string& merge_key) {
    const Items wanted = names_of(patch_order, merge_key);
    const Items served = names_of(server_order, merge_key);
    Items patched;
    Items server_only;
    for (const Json& element : merged) {
        (contains(wanted, name_of(element, merge_key)) ? patched : server_only).push_back(element);
    }
    sort_by(patched, wanted, merge_key);
    sort_by(server_only, served, merge_key);

    Json ordered = Json::array();
    auto server_item = server_only.begin();
    auto patch_item = patched.begin();
    while (server_item != server_only.end() || patch_item != patched.end()) {
        bool take_server = patch_item == patched.end();
        if (!take_server && server_item != server_only.end()) {
            const auto left = position(served, name_of(*server_item, merge_key));
            const auto right = position(served, name_of(*patch_item, merge_key));
            take_server = left >= 0 && right >= 0 && left < right;
        }
        ordered.push_back(take_server ? std::move(*server_item++) : std::move(*patch_item++));
    }
    return ordered;
}

Status no_merge_key(const Json& element, const std::string& merge_key) {
    return failed("map: " + go_text(element) +
                  " does not contain declared merge key: " + merge_key);
}

// The elements of `patch` that carry $patch take effect on `live` and leave the patch. True: the
// patch replaces the whole list.
Outcome<bool> apply_element_directives(Json& live, Json& patch, const std::string& merge_key) {
    Json ordinary = Json::array();
    bool replaces = false;
    for (const Json& element : patch) {
        const Json* action = find(element, {directive});
        if (action == nullptr) {
            ordinary.push_back(element);
        } else if (*action == "replace") {
            replaces = true;
        } else if (*action == "delete") {
            const Json name = name_of(element, merge_key);
            if (name.is_null()) {
                return no_merge_key(element, merge_key);
            }
            Json kept = Json::array();
            for (Json& candidate : live) {
                if (name_of(candidate, merge_key) != name) {
                    kept.push_back(std::move(candidate));
                }
            }
            live = std::move(kept);
        } else if (*action == "merge") {
            return failed("merging lists cannot yet be specified in the patch");
        } else {
            return failed("unknown patch type: " + go_text(*action) +
                          " in map: " + go_text(element));
        }
    }
    patch = std::move(ordinary);
    return replaces;
}

Outcome<Json> merge_elements(Json live, const Json& patch, const TypeSchema& list) {
    for (const Json& element : patch) {
        const Json name = name_of(element, list.patch_merge_key);
        if (name.is_null()) {
            return no_merge_key(element, list.patch_merge_key);
        }
        const auto found = std::find_if(live.begin(), live.end(), [&](const Json& candidate) {
            return name_of(candidate, list.patch_merge_key) == name;
        });
        if (found == live.end()) {
            live.push_back(element);
            continue;
        }
        auto merged = merge_object(std::move(*found), element, list.element.get());
        BG_TRY(merged);
        *found = *std::move(merged);
    }
    return live;
}

Json merge_primitives(const Json& live, const Json& patch) {
    Json merged = Json::array();
    for (const Json* list : {&live, &patch}) {
        for (const Json& element : *list) {
            if (std::find(merged.begin(), merged.end(), element) == merged.end()) {
                merged.push_back(element);
            }
        }
    }
    return merged;
}

bool same_kind_of_elements(const Json& live, const Json& patch) {
    const Json* first = !live.empty() ? &live.front() : !patch.empty() ? &patch.front() : nullptr;
    const auto matches = [first](const Json& element) {
        return element.is_object() == first->is_object() && !element.is_array();
    };
    return first == nullptr || (std::all_of(live.begin(), live.end(), matches) &&
                                std::all_of(patch.begin(), patch.end(), matches));
}

Outcome<Json> merge_list(const Json& live, const Json& patch, const TypeSchema& list) {
    if (!same_kind_of_elements(live, patch)) {
        return unprocessable("lists of lists are not supported");
    }
    const bool of_objects =
        !(live.empty() ? patch : live).empty() && (live.empty() ? patch : live).front().is_object();
    if (!of_objects) {
        return enforce_order(merge_primitives(live, patch), patch, live, "");
    }
    Json base = live;
    Json rest = patch;
    const auto replaces = apply_element_directives(base, rest, list.patch_merge_key);
    BG_TRY(replaces);
    if (*replaces) {
        return rest;
    }
    auto merged = merge_elements(std::move(base), rest, list);
    BG_TRY(merged);
    return enforce_order(*merged, rest, live, list.patch_merge_key);
}

Json without(const Json& live, const Json& deleted) {
    Json kept = Json::array();
    for (const Json& element : live) {
        if (std::find(deleted.begin(), deleted.end(), element) == deleted.end()) {
            kept.push_back(element);
        }
    }
    return kept;
}

bool in_order(const Json& patch, const Json& order, const std::string& merge_key) {
    const Items names = names_of(order, merge_key);
    std::ptrdiff_t last = -1;
    for (const Json& element : patch) {
        if (element.is_object() && element.contains(directive)) {
            continue;
        }
        const auto at = position(names, name_of(element, merge_key));
        if (at <= last) {
            return false;
        }
        last = at;
    }
    return true;
}

// $setElementOrder/x: the named list is merged here, put in order, and leaves the patch.
Outcome<Done> apply_element_orders(Json& live, Json& patch, const TypeSchema* schema) {
    const Json directives = patch;
    for (const auto& [key, order] : directives.items()) {
        if (!key.starts_with(order_prefix)) {
            continue;
        }
        patch.erase(key);
        const std::string name = key.substr(order_prefix.size());
        const TypeSchema* list = field_of(schema, name);
        if (!order.is_array() || list == nullptr) {
            return bad_request("invalid patch format of setElementOrder list");
        }
        const Json live_list = array_at(live, {name});
        const Json patch_list = array_at(patch, {name});
        if (!in_order(patch_list, order, list->patch_merge_key)) {
            return failed("The order in patch list:\n" + go_text(patch_list) +
                          "\n doesn't match $setElementOrder list:\n" + go_text(order) + "\n");
        }
        if (!live.contains(name) && !patch.contains(name)) {
            continue;
        }
        Json merged = live_list;
        if (patch.contains(name)) {
            auto outcome = merge_list(live_list, patch_list, *list);
            BG_TRY(outcome);
            merged = *std::move(outcome);
        }
        live[name] = enforce_order(merged, order, live_list, list->patch_merge_key);
        patch.erase(name);
    }
    return Done{};
}

// $retainKeys: what it does not list leaves the live object; the patch may set nothing else.
Outcome<Done> apply_retained_keys(Json& live, Json& patch) {
    if (!patch.contains(retain_keys)) {
        return Done{};
    }
    const Json retained = patch[std::string(retain_keys)];
    patch.erase(std::string(retain_keys));
    const auto is_retained = [&retained](const std::string& key) {
        return std::find(retained.begin(), retained.end(), key) != retained.end();
    };
    if (!retained.is_array()) {
        return bad_request("invalid patch format of retainKeys");
    }
    for (const auto& [key, value] : patch.items()) {
        if (!key.starts_with('$') && !value.is_null() && !is_retained(key)) {
            return bad_request("invalid patch format of retainKeys");
        }
    }
    Json kept = Json::object();
    for (auto& [key, value] : live.items()) {
        if (is_retained(key)) {
            kept[key] = std::move(value);
        }
    }
    live = std::move(kept);
    return Done{};
}

Json without_nulls(const Json& value) {
    if (!value.is_object()) {
        return value;
    }
    Json kept = Json::object();
    for (const auto& [key, child] : value.items()) {
        if (!child.is_null()) {
            kept[key] = without_nulls(child);
        }
    }
    return kept;
}

// `live` is taken over: most of an object stays as it was, and a copy at each level would cost more
// than the merge.
Outcome<Json> merge_value(Json live, const Json& patch, const TypeSchema* schema) {
    if (live.is_object() && patch.is_object()) {
        const bool replaces = schema != nullptr && schema->patch_replaces;
        return replaces ? Outcome<Json>(patch) : merge_object(std::move(live), patch, schema);
    }
    if (live.is_array() && patch.is_array() && schema != nullptr && schema->patch_merges) {
        return merge_list(live, patch, *schema);
    }
    return patch;
}

Outcome<Json> merge_object(Json live, Json patch, const TypeSchema* schema) {
    if (const Json* action = find(patch, {directive})) {
        if (*action == "replace") {
            patch.erase(std::string(directive));
            return patch;
        }
        if (*action == "delete") {
            return Json(Json::object());
        }
        if (*action != "merge") {
            return failed("unknown patch type: " + go_text(*action) + " in map: " + go_text(patch));
        }
        patch.erase(std::string(directive));
    }
    BG_TRY(apply_retained_keys(live, patch));
    BG_TRY(apply_element_orders(live, patch, schema));
    for (const auto& [key, change] : patch.items()) {
        if (key.starts_with(delete_prefix)) {
            const std::string name = key.substr(delete_prefix.size());
            if (!change.is_array()) {
                return bad_request("invalid patch format of primitive list");
            }
            if (live.contains(name)) {
                live[name] = without(live[name], change);
            }
        } else if (change.is_null()) {
            live.erase(key);
        } else if (!live.contains(key)) {
            // Directives below a value that was absent are stored like any other key.
            live[key] = without_nulls(change);
        } else {
            auto merged = merge_value(std::move(live[key]), change, field_of(schema, key));
            BG_TRY(merged);
            live[key] = *std::move(merged);
        }
    }
    return live;
}

}  // namespace

Outcome<Json> strategic_merge_patch(const Json& live, const Json& patch, const TypeSchema& schema) {
    if (!patch.is_object()) {
        return bad_request("invalid JSON document");
    }
    return merge_object(live, patch, &schema);
}

}  // namespace bestgres::fakekube
