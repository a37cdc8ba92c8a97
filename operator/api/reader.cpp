#include "operator/api/reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>

#include "lib/kube/quantity.hpp"

namespace bestgres::api {
namespace {

// Long values would bury the message; the reader of a status knows his own manifest.
constexpr std::size_t shown_value_bytes = 80;

std::string shown(const Json& value) {
    std::string text = dump(value);
    if (text.size() > shown_value_bytes) {
        std::size_t end = shown_value_bytes;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
            --end;
        }
        text.resize(end);
        text += "...";
    }
    return text;
}

// A field's pattern is one of a few literals, and compiling it costs more than all other checks of
// a spec together.
const std::regex& compiled(std::string_view pattern) {
    static thread_local std::map<std::string_view, std::regex> known;
    const auto found = known.find(pattern);
    return found != known.end()
               ? found->second
               : known.emplace(pattern, std::regex(std::string(pattern))).first->second;
}

std::optional<std::string> what_is_wrong_with(const std::string& text, const Field& field) {
    const auto length = static_cast<std::int64_t>(text.size());
    if (field.min_length && length < *field.min_length) {
        return *field.min_length == 1
                   ? "must not be empty"
                   : fmt::format("must have at least {} characters", *field.min_length);
    }
    if (field.max_length && length > *field.max_length) {
        return fmt::format("must have at most {} characters", *field.max_length);
    }
    if (field.quantity) {
        const auto quantity = kube::Quantity::parse(text);
        if (!quantity.ok() || quantity->is_negative()) {
            return "must be a quantity such as 500m or 10Gi";
        }
    }
    if (!field.pattern.empty() && !std::regex_search(text, compiled(field.pattern))) {
        return fmt::format("must be {}", field.pattern_says);
    }
    return std::nullopt;
}

// 3.0 is how some clients write 3.
bool is_whole(const Json& json) {
    if (!json.is_number_float()) {
        return json.is_number_integer();
    }
    const auto number = json.get<double>();
    return number == std::floor(number) && std::abs(number) < 1e15;
}

bool has_too_many(const Found& found, std::string_view what) {
    const auto most = found.field.max_items;
    if (!most || static_cast<std::int64_t>(found.json.size()) <= *most) {
        return false;
    }
    found.problems.push_back(
        {found.path, fmt::format("must have at most {} {}", *most, what), nullptr});
    return true;
}

}  // namespace

Duration duration_of(const std::string& text) {
    // Its form was checked when it was read. A century is as good as more, which times cannot hold.
    constexpr Duration longest = std::chrono::hours(24 * 365 * 100);
    return std::min(parse_duration(text).value_or(longest), longest);
}

std::string to_string(const Problem& problem) {
    if (problem.value.is_null()) {
        return problem.path + ": " + problem.message;
    }
    return problem.path + ": " + problem.message + ", got " + shown(problem.value);
}

std::string to_string(const Problems& problems) {
    std::string text;
    for (const Problem& problem : problems) {
        text += (text.empty() ? "" : "; ") + to_string(problem);
    }
    return text;
}

bool read_text(const Found& found, std::string& value) {
    const Json& json = found.json;
    std::string text;
    if (json.is_string()) {
        text = json.get<std::string>();
    } else if (found.field.int_or_string && json.is_number_integer()) {
        text = dump(json);
    } else {
        found.problem(found.field.int_or_string ? "must be a text or a whole number"
                                                : "must be a text");
        return false;
    }
    if (const auto wrong = what_is_wrong_with(text, found.field)) {
        found.problem(*wrong);
        return false;
    }
    value = std::move(text);
    return true;
}

bool read_integer(const Found& found, std::int64_t& value) {
    if (!is_whole(found.json)) {
        found.problem("must be a whole number");
        return false;
    }
    const auto number = found.json.get<std::int64_t>();
    if (found.field.minimum && number < *found.field.minimum) {
        found.problem(fmt::format("must be at least {}", *found.field.minimum));
        return false;
    }
    if (found.field.maximum && number > *found.field.maximum) {
        found.problem(fmt::format("must be at most {}", *found.field.maximum));
        return false;
    }
    value = number;
    return true;
}

bool read_bool(const Found& found, bool& value) {
    if (!found.json.is_boolean()) {
        found.problem("must be true or false");
        return false;
    }
    value = found.json.get<bool>();
    return true;
}

bool read_instant(const Found& found, Instant& value) {
    if (found.json.is_string()) {
        if (const auto parsed = parse_time(found.json.get_ref<const std::string&>()); parsed.ok()) {
            value = *parsed;
            return true;
        }
    }
    found.problem("must be a time such as 2026-11-20T16:47:39Z");
    return false;
}

bool read_object(const Found& found, Json& value) {
    if (!found.json.is_object()) {
        found.problem("must be an object");
        return false;
    }
    value = found.json;
    return true;
}

bool read_texts(const Found& found, std::map<std::string, std::string>& value) {
    if (!found.json.is_object()) {
        found.problem("must be an object");
        return false;
    }
    if (has_too_many(found, "entries")) {
        return false;
    }
    value.clear();
    for (const auto& item : found.json.items()) {
        const std::string path = found.path + "." + item.key();
        std::string text;
        if (read_text(Found{item.value(), path, found.field, found.problems}, text)) {
            value[item.key()] = std::move(text);
        }
    }
    return true;
}

std::optional<std::size_t> read_word(const Found& found, std::span<const std::string_view> words) {
    if (found.json.is_string()) {
        const auto at = std::ranges::find(words, found.json.get_ref<const std::string&>());
        if (at != words.end()) {
            return static_cast<std::size_t>(at - words.begin());
        }
    }
    found.problem(fmt::format("must be one of {}", fmt::join(words, ", ")));
    return std::nullopt;
}

bool is_array(const Found& found) {
    if (!found.json.is_array()) {
        found.problem("must be a list");
        return false;
    }
    return !has_too_many(found, "elements");
}

void find_unknown_fields(const Json& json, const std::string& path,
                         const std::vector<std::string_view>& known, Problems& problems) {
    for (const auto& item : json.items()) {
        if (std::ranges::find(known, item.key()) == known.end()) {
            problems.push_back({path + "." + item.key(), "unknown field", nullptr});
        }
    }
}

}  // namespace bestgres::api
