#include "fakekube/apply/field_set.hpp"

#include <fmt/format.h>

#include <utility>

namespace bestgres::fakekube {
namespace {

bool is_element(std::string_view text) {
    return text.size() >= 2 && text[1] == ':' &&
           (text[0] == 'f' || text[0] == 'k' || text[0] == 'v' || text[0] == 'i');
}

// Keeps the rule that a child exists only when there is something in it.
void set_child(FieldSet& parent, const std::string& element, FieldSet child) {
    if (!child.empty()) {
        parent.children[element] = std::move(child);
    }
}

void collect_paths(const FieldSet& set, const std::string& prefix,
                   std::vector<std::string>& found) {
    if (set.is_member) {
        found.push_back(prefix);
    }
    for (const auto& [element, child] : set.children) {
        collect_paths(child, prefix + print_element(element), found);
    }
}

}  // namespace

std::string field_element(std::string_view name) {
    return fmt::format("f:{}", name);
}

std::string key_element(const Json& keys) {
    return "k:" + dump(keys);
}

std::string value_element(const Json& value) {
    return "v:" + dump(value);
}

std::string print_element(std::string_view element) {
    const std::string_view body = element.substr(2);
    if (element[0] == 'f') {
        return fmt::format(".{}", body);
    }
    if (element[0] == 'v') {
        return fmt::format("[={}]", body);
    }
    if (element[0] == 'i') {
        return fmt::format("[{}]", body);
    }
    const Result<Json> keys = parse_json(body);
    if (!keys.ok() || !keys->is_object()) {
        return fmt::format("[{}]", body);
    }
    std::string text;
    for (const auto& [key, value] : keys->items()) {
        text += fmt::format("{}{}={}", text.empty() ? "" : ",", key, dump(value));
    }
    return fmt::format("[{}]", text);
}

const FieldSet* FieldSet::find(std::string_view element) const {
    const auto found = children.find(element);
    return found == children.end() ? nullptr : &found->second;
}

void FieldSet::insert(const std::vector<std::string>& path) {
    FieldSet* node = this;
    for (const std::string& element : path) {
        node = &node->children[element];
    }
    node->is_member = true;
}

bool FieldSet::has(const std::vector<std::string>& path) const {
    const FieldSet* node = this;
    for (const std::string& element : path) {
        node = node->find(element);
        if (node == nullptr) {
            return false;
        }
    }
    return node->is_member;
}

void add_to(FieldSet& left, const FieldSet& right) {
    left.is_member = left.is_member || right.is_member;
    for (const auto& [element, child] : right.children) {
        const auto [mine, is_new] = left.children.try_emplace(element);
        if (is_new) {
            mine->second = child;
        } else {
            add_to(mine->second, child);
        }
    }
}

void remove_from(FieldSet& left, const FieldSet& right) {
    left.is_member = left.is_member && !right.is_member;
    for (const auto& [element, child] : right.children) {
        const auto mine = left.children.find(element);
        if (mine == left.children.end()) {
            continue;
        }
        remove_from(mine->second, child);
        if (mine->second.empty()) {
            left.children.erase(mine);
        }
    }
}

FieldSet unite(const FieldSet& left, const FieldSet& right) {
    FieldSet result = left;
    add_to(result, right);
    return result;
}

FieldSet intersect(const FieldSet& left, const FieldSet& right) {
    FieldSet result;
    result.is_member = left.is_member && right.is_member;
    for (const auto& [element, child] : left.children) {
        if (const FieldSet* other = right.find(element)) {
            set_child(result, element, intersect(child, *other));
        }
    }
    return result;
}

FieldSet subtract(const FieldSet& left, const FieldSet& right) {
    FieldSet result = left;
    remove_from(result, right);
    return result;
}

FieldSet subtract_trees(const FieldSet& left, const FieldSet& right) {
    FieldSet result;
    if (right.is_member) {
        return result;
    }
    result.is_member = left.is_member;
    for (const auto& [element, child] : left.children) {
        const FieldSet* other = right.find(element);
        set_child(result, element, other == nullptr ? child : subtract_trees(child, *other));
    }
    return result;
}

Json to_fields_v1(const FieldSet& set) {
    Json::object_t json;
    if (set.is_member && !set.children.empty()) {
        json.emplace(".", Json::object());
    }
    for (const auto& [element, child] : set.children) {
        json.emplace_hint(json.end(), element, to_fields_v1(child));
    }
    return json;
}

Result<FieldSet> parse_fields_v1(const Json& json) {
    FieldSet set;
    if (!json.is_object()) {
        return Error{"fieldsV1 is not an object"};
    }
    for (const auto& [element, below] : json.items()) {
        if (element == ".") {
            set.is_member = true;
            continue;
        }
        if (!is_element(element)) {
            return Error{fmt::format("unknown path element {}", element)};
        }
        Result<FieldSet> child = parse_fields_v1(below);
        BG_TRY(child);
        child->is_member = child->is_member || child->children.empty();
        set.children.emplace_hint(set.children.end(), element, *std::move(child));
    }
    return set;
}

std::vector<std::string> print_paths(const FieldSet& set) {
    std::vector<std::string> found;
    collect_paths(set, "", found);
    return found;
}

}  // namespace bestgres::fakekube
