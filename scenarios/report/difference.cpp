#include "scenarios/report/difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace bestgres::scenarios {
namespace {

using Changes = std::vector<FieldChange>;

void compare(const Json& before, const Json& after, const std::string& path, Changes& changes);

std::string in_path(const std::string& path, const std::string& key) {
    if (key.find_first_of("./") != std::string::npos) {
        return fmt::format("{}[{}]", path, key);
    }
    return path.empty() ? key : path + "." + key;
}

// On one line, whatever it is.
std::string text_of(const Json& value) {
    const bool plain = value.is_string() && !value.get_ref<const std::string&>().empty() &&
                       value.get_ref<const std::string&>().find('\n') == std::string::npos;
    return plain ? value.get<std::string>() : dump(value);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::stringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

// Of texts of several lines, those that differ, as a set: files of settings have no order.
void compare_texts(const std::string& before, const std::string& after, const std::string& path,
                   Changes& changes) {
    const std::vector<std::string> was = lines_of(before);
    const std::vector<std::string> is = lines_of(after);
    for (const std::string& line : was) {
        if (std::find(is.begin(), is.end(), line) == is.end()) {
            changes.push_back({.path = path, .before = line, .after = ""});
        }
    }
    for (const std::string& line : is) {
        if (std::find(was.begin(), was.end(), line) == was.end()) {
            changes.push_back({.path = path, .before = "", .after = line});
        }
    }
}

bool has_lines(const Json& value) {
    return value.is_string() && value.get_ref<const std::string&>().find('\n') != std::string::npos;
}

// Every leaf of what is on one side only, so that a new field reads as one line.
void add_alone(const Json& value, const std::string& path, bool is_new, Changes& changes) {
    changes.push_back({.path = path,
                       .before = is_new ? "" : text_of(value),
                       .after = is_new ? text_of(value) : ""});
}

void compare_objects(const Json& before, const Json& after, const std::string& path,
                     Changes& changes) {
    for (const auto& [key, value] : before.items()) {
        const auto other = after.find(key);
        if (other == after.end()) {
            add_alone(value, in_path(path, key), false, changes);
        } else {
            compare(value, *other, in_path(path, key), changes);
        }
    }
    for (const auto& [key, value] : after.items()) {
        if (!before.contains(key)) {
            add_alone(value, in_path(path, key), true, changes);
        }
    }
}

// The field that tells the elements of both lists apart; empty: there is none.
std::string key_field(const Json& before, const Json& after) {
    for (const char* field : {"name", "type", "uid"}) {
        const auto has = [field](const Json& element) {
            return element.is_object() && find_string(element, {field});
        };
        if (std::all_of(before.begin(), before.end(), has) &&
            std::all_of(after.begin(), after.end(), has)) {
            return field;
        }
    }
    return "";
}

std::map<std::string, Json> by_key(const Json& list, const std::string& field) {
    std::map<std::string, Json> elements;
    std::size_t place = 0;
    for (const Json& element : list) {
        const std::string key =
            field.empty() ? fmt::format("{:03}", place) : string_at(element, {field});
        elements[key] = element;
        ++place;
    }
    return elements;
}

void compare_lists(const Json& before, const Json& after, const std::string& path,
                   Changes& changes) {
    const std::string field = key_field(before, after);
    const auto was = by_key(before, field);
    const auto is = by_key(after, field);
    const auto place = [&](const std::string& key) {
        return fmt::format("{}[{}]", path, field.empty() ? std::to_string(std::stoul(key)) : key);
    };
    for (const auto& [key, value] : was) {
        const auto other = is.find(key);
        if (other == is.end()) {
            add_alone(value, place(key), false, changes);
        } else {
            compare(value, other->second, place(key), changes);
        }
    }
    for (const auto& [key, value] : is) {
        if (!was.contains(key)) {
            add_alone(value, place(key), true, changes);
        }
    }
}

Json inside(const Json& text) {
    if (!text.is_string() || !text.get_ref<const std::string&>().starts_with("{")) {
        return nullptr;
    }
    const Result<Json> parsed = parse_json(text.get_ref<const std::string&>());
    return parsed.ok() ? *parsed : Json(nullptr);
}

void compare(const Json& before, const Json& after, const std::string& path, Changes& changes) {
    if (before == after) {
        return;
    }
    if (before.is_object() && after.is_object()) {
        compare_objects(before, after, path, changes);
        return;
    }
    if (before.is_array() && after.is_array()) {
        compare_lists(before, after, path, changes);
        return;
    }
    const Json was = inside(before);
    const Json is = inside(after);
    if (was.is_object() && is.is_object() && was != is) {
        compare_objects(was, is, path, changes);
        return;
    }
    if (has_lines(before) && has_lines(after)) {
        compare_texts(before.get<std::string>(), after.get<std::string>(), path, changes);
        return;
    }
    changes.push_back({.path = path, .before = text_of(before), .after = text_of(after)});
}

}  // namespace

std::vector<FieldChange> difference(const Json& before, const Json& after) {
    Changes changes;
    compare(before, after, "", changes);
    return changes;
}

std::vector<FieldChange> difference(const kube::Object& before, const kube::Object& after) {
    Changes changes = difference(before.json(), after.json());
    std::erase_if(changes, [](const FieldChange& change) {
        return change.path == "metadata.resourceVersion" ||
               change.path.starts_with("metadata.managedFields");
    });
    return changes;
}

std::string in_words(const FieldChange& change) {
    if (change.before.empty()) {
        return fmt::format("+ {}: {}", change.path, change.after);
    }
    if (change.after.empty()) {
        return fmt::format("- {}: {}", change.path, change.before);
    }
    return fmt::format("{}: {} -> {}", change.path, change.before, change.after);
}

std::string shortened(const std::string& text, std::size_t most) {
    if (text.size() <= most) {
        return text;
    }
    std::size_t end = most - std::min<std::size_t>(most, 3);
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
        --end;
    }
    return text.substr(0, end) + "...";
}

}  // namespace bestgres::scenarios
