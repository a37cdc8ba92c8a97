#include "operator/api/reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
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
    if (!field.pattern.empty() &&
        !std::regex_search(text, std::regex(std::string(field.pattern)))) {
        return fmt::format("must be {}", field.pattern_says);
    }
    return std::nullopt;
}

}  // namespace

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

bool read_text(const Json& json, const std::string& path, const Field& field, std::string& value,
               Problems& problems) {
    std::string text;
    if (json.is_string()) {
        text = json.get<std::string>();
    } else if (field.int_or_string && json.is_number_integer()) {
        text = dump(json);
    } else {
        problems.push_back(
            {path, field.int_or_string ? "must be a text or a whole number" : "must be a text",
             json});
        return false;
    }
    if (const auto wrong = what_is_wrong_with(text, field)) {
        problems.push_back({path, *wrong, json});
        return false;
    }
    value = std::move(text);
    return true;
}

bool read_integer(const Json& json, const std::string& path, const Field& field,
                  std::int64_t& value, Problems& problems) {
    // 3.0 is how some clients write 3.
    const bool whole =
        json.is_number_integer() ||
        (json.is_number_float() && json.get<double>() == std::floor(json.get<double>()) &&
         std::abs(json.get<double>()) < 1e15);
    if (!whole) {
        problems.push_back({path, "must be a whole number", json});
        return false;
    }
    const auto number = json.get<std::int64_t>();
    if (field.minimum && number < *field.minimum) {
        problems.push_back({path, fmt::format("must be at least {}", *field.minimum), json});
        return false;
    }
    if (field.maximum && number > *field.maximum) {
        problems.push_back({path, fmt::format("must be at most {}", *field.maximum), json});
        return false;
    }
    value = number;
    return true;
}

bool read_bool(const Json& json, const std::string& path, bool& value, Problems& problems) {
    if (!json.is_boolean()) {
        problems.push_back({path, "must be true or false", json});
        return false;
    }
    value = json.get<bool>();
    return true;
}

bool read_instant(const Json& json, const std::string& path, Instant& value, Problems& problems) {
    if (json.is_string()) {
        if (const auto parsed = parse_time(json.get_ref<const std::string&>()); parsed.ok()) {
            value = *parsed;
            return true;
        }
    }
    problems.push_back({path, "must be a time such as 2026-11-20T16:47:39Z", json});
    return false;
}

bool read_object(const Json& json, const std::string& path, Json& value, Problems& problems) {
    if (!json.is_object()) {
        problems.push_back({path, "must be an object", json});
        return false;
    }
    value = json;
    return true;
}

bool read_texts(const Json& json, const std::string& path, const Field& field,
                std::map<std::string, std::string>& value, Problems& problems) {
    if (!json.is_object()) {
        problems.push_back({path, "must be an object", json});
        return false;
    }
    if (field.max_items && static_cast<std::int64_t>(json.size()) > *field.max_items) {
        problems.push_back(
            {path, fmt::format("must have at most {} entries", *field.max_items), nullptr});
        return false;
    }
    value.clear();
    for (const auto& item : json.items()) {
        std::string text;
        if (read_text(item.value(), path + "." + item.key(), field, text, problems)) {
            value[item.key()] = std::move(text);
        }
    }
    return true;
}

std::optional<std::size_t> read_word(const Json& json, const std::string& path,
                                     std::span<const std::string_view> words, Problems& problems) {
    if (json.is_string()) {
        const auto found = std::ranges::find(words, json.get_ref<const std::string&>());
        if (found != words.end()) {
            return static_cast<std::size_t>(found - words.begin());
        }
    }
    problems.push_back({path, fmt::format("must be one of {}", fmt::join(words, ", ")), json});
    return std::nullopt;
}

bool read_array(const Json& json, const std::string& path, const Field& field, Problems& problems) {
    if (!json.is_array()) {
        problems.push_back({path, "must be a list", json});
        return false;
    }
    if (field.max_items && static_cast<std::int64_t>(json.size()) > *field.max_items) {
        problems.push_back(
            {path, fmt::format("must have at most {} elements", *field.max_items), nullptr});
        return false;
    }
    return true;
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
