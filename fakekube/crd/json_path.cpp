#include "fakekube/crd/json_path.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

namespace bestgres::fakekube {
namespace {

using Found = std::vector<const Json*>;

// Everything up to `end` outside of quotes, taken off the front of `text`.
std::string_view take_until(std::string_view& text, char end) {
    char quote = 0;
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if (quote != 0) {
            quote = text[at] == quote ? '\0' : quote;
        } else if (text[at] == '"' || text[at] == '\'') {
            quote = text[at];
        } else if (text[at] == end) {
            break;
        }
    }
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at < text.size() ? at + 1 : at);
    return taken;
}

// A name up to the next "." or "[", with "\." for a dot in it.
std::string take_name(std::string_view& text) {
    std::string name;
    while (!text.empty() && text[0] != '.' && text[0] != '[') {
        if (text[0] == '\\' && text.size() > 1) {
            text.remove_prefix(1);
        }
        name += text[0];
        text.remove_prefix(1);
    }
    return name;
}

std::string_view without_quotes(std::string_view text) {
    const bool is_quoted =
        text.size() >= 2 && (text[0] == '"' || text[0] == '\'') && text.back() == text[0];
    return is_quoted ? text.substr(1, text.size() - 2) : text;
}

void push_child(Found& found, const Json& value, std::string_view name) {
    if (!value.is_object()) {
        return;
    }
    if (const Json* child = find(value, {name})) {
        found.push_back(child);
    }
}

void push_all(Found& found, const Json& value) {
    if (value.is_structured()) {
        for (const Json& child : value) {
            found.push_back(&child);
        }
    }
}

// ?(@.type=="Ready") without its frame: @.type=="Ready".
bool matches_filter(const Json& item, std::string_view condition) {
    const std::size_t sign = condition.find("==");
    if (condition.substr(0, 1) != "@") {
        return false;
    }
    const auto trim = [](std::string_view text) {
        while (!text.empty() && text.front() == ' ') {
            text.remove_prefix(1);
        }
        while (!text.empty() && text.back() == ' ') {
            text.remove_suffix(1);
        }
        return text;
    };
    const Found values =
        find_all(item, trim(condition.substr(1, sign == std::string_view::npos ? sign : sign - 1)));
    if (sign == std::string_view::npos) {
        return !values.empty();
    }
    const std::string_view wanted = without_quotes(trim(condition.substr(sign + 2)));
    return !values.empty() &&
           (values[0]->is_string() ? values[0]->get_ref<const std::string&>() == wanted
                                   : dump(*values[0]) == wanted);
}

void push_selected(Found& found, const Json& value, std::string_view selector) {
    if (selector == "*") {
        return push_all(found, value);
    }
    if (selector.substr(0, 2) == "?(" && value.is_array()) {
        const std::string_view condition = selector.substr(2, selector.size() - 3);
        for (const Json& item : value) {
            if (matches_filter(item, condition)) {
                found.push_back(&item);
            }
        }
        return;
    }
    std::int64_t index = 0;
    const auto parsed = std::from_chars(selector.data(), selector.data() + selector.size(), index);
    if (parsed.ec == std::errc() && parsed.ptr == selector.data() + selector.size()) {
        const auto size = value.is_array() ? static_cast<std::int64_t>(value.size()) : 0;
        const std::int64_t at = index < 0 ? index + size : index;
        if (at >= 0 && at < size) {
            found.push_back(&value[static_cast<std::size_t>(at)]);
        }
        return;
    }
    push_child(found, value, without_quotes(selector));
}

}  // namespace

bool is_json_path(std::string_view path) {
    return path.size() > 1 && path[0] == '.';
}

std::vector<const Json*> find_all(const Json& value, std::string_view path) {
    Found found = {&value};
    while (!path.empty() && !found.empty()) {
        Found next;
        if (path[0] == '[') {
            path.remove_prefix(1);
            const std::string_view selector = take_until(path, ']');
            for (const Json* one : found) {
                push_selected(next, *one, selector);
            }
        } else {
            if (path[0] == '.') {
                path.remove_prefix(1);
            }
            const std::string name = take_name(path);
            if (name.empty()) {
                continue;
            }
            for (const Json* one : found) {
                if (name == "*") {
                    push_all(next, *one);
                } else {
                    push_child(next, *one, name);
                }
            }
        }
        found = std::move(next);
    }
    return found;
}

}  // namespace bestgres::fakekube
