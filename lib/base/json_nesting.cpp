#include "lib/base/json_nesting.hpp"

#include <algorithm>

namespace bestgres {
namespace {

bool nests_deeper(std::string_view text, std::size_t deepest) {
    const auto brackets =
        std::count(text.begin(), text.end(), '{') + std::count(text.begin(), text.end(), '[');
    if (static_cast<std::size_t>(brackets) <= deepest) {
        return false;  // nearly every text: no need to look closer
    }
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char byte = text[at];
        if (in_string) {
            at += byte == '\\' ? 1 : 0;
            in_string = byte != '"';
        } else if (byte == '"') {
            in_string = true;
        } else if (byte == '{' || byte == '[') {
            if (++depth > deepest) {
                return true;
            }
        } else if ((byte == '}' || byte == ']') && depth > 0) {
            --depth;
        }
    }
    return false;
}

Result<Json> parsed(std::string_view text, const Json::parser_callback_t& callback) {
    try {
        return Json::parse(text, callback);
    } catch (const Json::exception& exception) {
        return Error{exception.what()};
    }
}

}  // namespace

Result<Json> parse_json_within(std::string_view text, std::size_t deepest) {
    if (nests_deeper(text, deepest)) {
        return Error{"nested deeper than " + std::to_string(deepest) + " levels"};
    }
    return parsed(text, nullptr);
}

Result<Json> parse_json_leniently(std::string_view text) {
    if (!nests_deeper(text, deepest_nesting)) {
        return parsed(text, nullptr);
    }
    return parsed(text, [](int depth, Json::parse_event_t event, Json&) {
        const bool opens =
            event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
        return !opens || depth < static_cast<int>(deepest_nesting);
    });
}

}  // namespace bestgres
