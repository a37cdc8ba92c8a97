#include <algorithm>
#include <cctype>
#include <regex>

#include "fakekube/cel/functions.hpp"

namespace bestgres::fakekube::cel {
namespace {

// Positions and lengths count characters, not bytes.
using Characters = std::vector<std::string>;

Characters characters_of(std::string_view content) {
    Characters characters;
    for (const char byte : content) {
        const bool is_continuation = (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
        if (is_continuation && !characters.empty()) {
            characters.back() += byte;
        } else {
            characters.emplace_back(1, byte);
        }
    }
    return characters;
}

std::string join(const Characters& characters, std::size_t from, std::size_t to) {
    std::string joined;
    for (std::size_t index = from; index < to; ++index) {
        joined += characters[index];
    }
    return joined;
}

const std::string* text_at(const Values& arguments, std::size_t index) {
    return index < arguments.size() ? arguments[index].get<std::string>() : nullptr;
}

const std::int64_t* int_at(const Values& arguments, std::size_t index) {
    return index < arguments.size() ? arguments[index].get<std::int64_t>() : nullptr;
}

Result<Value> starts_with(const Values& arguments) {
    const std::string* whole = text_at(arguments, 0);
    const std::string* part = text_at(arguments, 1);
    if (whole == nullptr || part == nullptr) {
        return no_overload();
    }
    return Value{whole->rfind(*part, 0) == 0};
}

Result<Value> ends_with(const Values& arguments) {
    const std::string* whole = text_at(arguments, 0);
    const std::string* part = text_at(arguments, 1);
    if (whole == nullptr || part == nullptr) {
        return no_overload();
    }
    return Value{whole->size() >= part->size() &&
                 whole->compare(whole->size() - part->size(), part->size(), *part) == 0};
}

Result<Value> contains(const Values& arguments) {
    const std::string* whole = text_at(arguments, 0);
    const std::string* part = text_at(arguments, 1);
    if (whole == nullptr || part == nullptr) {
        return no_overload();
    }
    return Value{whole->find(*part) != std::string::npos};
}

Result<std::regex> compile(const std::string& pattern) {
    try {
        return std::regex(pattern, std::regex::ECMAScript);
    } catch (const std::regex_error& error) {
        return Error{"error parsing regexp: " + pattern};
    }
}

Result<Value> matches(const Values& arguments) {
    const std::string* whole = text_at(arguments, 0);
    const std::string* pattern = text_at(arguments, 1);
    if (whole == nullptr || pattern == nullptr) {
        return no_overload();
    }
    const Result<std::regex> expression = compile(*pattern);
    BG_TRY(expression);
    return Value{std::regex_search(*whole, *expression)};
}

Result<Value> find_all(const Values& arguments) {
    const std::string* whole = text_at(arguments, 0);
    const std::string* pattern = text_at(arguments, 1);
    if (whole == nullptr || pattern == nullptr) {
        return no_overload();
    }
    const std::int64_t* limit = int_at(arguments, 2);
    const Result<std::regex> expression = compile(*pattern);
    BG_TRY(expression);
    Values found;
    for (std::sregex_iterator next(whole->begin(), whole->end(), *expression), end; next != end;
         ++next) {
        if (limit != nullptr && *limit >= 0 && found.size() >= static_cast<std::size_t>(*limit)) {
            break;
        }
        found.push_back(text(next->str()));
    }
    return list(std::move(found));
}

Result<Value> find_first(const Values& arguments) {
    const Result<Value> found = find_all(arguments);
    BG_TRY(found);
    const Values items = items_of(*found);
    return items.empty() ? text("") : items.front();
}

Result<Value> split(const Values& arguments) {
    const std::string* whole = text_at(arguments, 0);
    const std::string* separator = text_at(arguments, 1);
    if (whole == nullptr || separator == nullptr) {
        return no_overload();
    }
    const std::int64_t limit = int_at(arguments, 2) == nullptr ? -1 : *int_at(arguments, 2);
    Values parts;
    if (limit == 0) {
        return list(std::move(parts));
    }
    if (separator->empty()) {
        for (std::string& character : characters_of(*whole)) {
            parts.push_back(text(std::move(character)));
        }
        return list(std::move(parts));
    }
    std::size_t from = 0;
    while (limit < 0 || static_cast<std::int64_t>(parts.size()) + 1 < limit) {
        const std::size_t at = whole->find(*separator, from);
        if (at == std::string::npos) {
            break;
        }
        parts.push_back(text(whole->substr(from, at - from)));
        from = at + separator->size();
    }
    parts.push_back(text(whole->substr(from)));
    return list(std::move(parts));
}

Result<Value> join_list(const Values& arguments) {
    const std::string separator = text_at(arguments, 1) == nullptr ? "" : *text_at(arguments, 1);
    if (!arguments[0].is_list()) {
        return no_overload();
    }
    std::string joined;
    bool is_first = true;
    for (const Value& item : items_of(arguments[0])) {
        const std::string* part = item.get<std::string>();
        if (part == nullptr) {
            return no_overload();
        }
        joined += (is_first ? "" : separator) + *part;
        is_first = false;
    }
    return text(std::move(joined));
}

template <int change(int)>
Result<Value> change_case(const Values& arguments) {
    const std::string* whole = text_at(arguments, 0);
    if (whole == nullptr) {
        return no_overload();
    }
    std::string changed = *whole;
    for (char& byte : changed) {
        const auto code = static_cast<unsigned char>(byte);
        byte = code < 0x80 ? static_cast<char>(change(code)) : byte;
    }
    return text(std::move(changed));
}

int to_lower(int code) {
    return code >= 'A' && code <= 'Z' ? code - 'A' + 'a' : code;
}
int to_upper(int code) {
    return code >= 'a' && code <= 'z' ? code - 'a' + 'A' : code;
}

Result<Value> replace(const Values& arguments) {
    const std::string* whole = text_at(arguments, 0);
    const std::string* from = text_at(arguments, 1);
    const std::string* to = text_at(arguments, 2);
    if (whole == nullptr || from == nullptr || to == nullptr) {
        return no_overload();
    }
    std::int64_t left = int_at(arguments, 3) == nullptr ? -1 : *int_at(arguments, 3);
    std::string replaced;
    std::size_t at = 0;
    while (left != 0 && !from->empty()) {
        const std::size_t found = whole->find(*from, at);
        if (found == std::string::npos) {
            break;
        }
        replaced += whole->substr(at, found - at) + *to;
        at = found + from->size();
        --left;
    }
    return text(replaced + whole->substr(at));
}

Result<Value> substring(const Values& arguments) {
    const std::string* whole = text_at(arguments, 0);
    const std::int64_t* from = int_at(arguments, 1);
    if (whole == nullptr || from == nullptr) {
        return no_overload();
    }
    const Characters characters = characters_of(*whole);
    const auto size = static_cast<std::int64_t>(characters.size());
    const std::int64_t to = int_at(arguments, 2) == nullptr ? size : *int_at(arguments, 2);
    if (*from < 0 || to > size || *from > to) {
        return Error{"index out of range: " + std::to_string(*from < 0 || *from > to ? *from : to)};
    }
    return text(join(characters, static_cast<std::size_t>(*from), static_cast<std::size_t>(to)));
}

Result<Value> char_at(const Values& arguments) {
    const std::string* whole = text_at(arguments, 0);
    const std::int64_t* at = int_at(arguments, 1);
    if (whole == nullptr || at == nullptr) {
        return no_overload();
    }
    const Characters characters = characters_of(*whole);
    const auto size = static_cast<std::int64_t>(characters.size());
    if (*at < 0 || *at > size) {
        return Error{"index out of range: " + std::to_string(*at)};
    }
    return text(*at == size ? "" : characters[static_cast<std::size_t>(*at)]);
}

Result<Value> trim(const Values& arguments) {
    const std::string* whole = text_at(arguments, 0);
    if (whole == nullptr) {
        return no_overload();
    }
    constexpr std::string_view blank = " \t\n\v\f\r";
    const std::size_t from = whole->find_first_not_of(blank);
    if (from == std::string::npos) {
        return text("");
    }
    return text(whole->substr(from, whole->find_last_not_of(blank) - from + 1));
}

Result<Value> index_in_text(const Values& arguments) {
    const Characters whole = characters_of(*text_at(arguments, 0));
    const Characters part = characters_of(*text_at(arguments, 1));
    const std::int64_t* start = int_at(arguments, 2);
    const auto from =
        whole.begin() + (start == nullptr
                             ? 0
                             : std::min<std::int64_t>(std::max<std::int64_t>(*start, 0),
                                                      static_cast<std::int64_t>(whole.size())));
    const auto found = std::search(from, whole.end(), part.begin(), part.end());
    return Value{found == whole.end() && !part.empty()
                     ? std::int64_t{-1}
                     : static_cast<std::int64_t>(found - whole.begin())};
}

Result<Value> index_of(const Values& arguments) {
    if (text_at(arguments, 0) != nullptr && text_at(arguments, 1) != nullptr) {
        return index_in_text(arguments);
    }
    if (!arguments[0].is_list()) {
        return no_overload();
    }
    const Values items = items_of(arguments[0]);
    for (std::size_t index = 0; index < items.size(); ++index) {
        if (equal(items[index], arguments[1])) {
            return Value{static_cast<std::int64_t>(index)};
        }
    }
    return Value{std::int64_t{-1}};
}

Result<Value> last_index_of(const Values& arguments) {
    if (text_at(arguments, 0) != nullptr && text_at(arguments, 1) != nullptr) {
        const Characters whole = characters_of(*text_at(arguments, 0));
        const Characters part = characters_of(*text_at(arguments, 1));
        const auto found = std::find_end(whole.begin(), whole.end(), part.begin(), part.end());
        if (part.empty()) {
            return Value{static_cast<std::int64_t>(whole.size())};
        }
        return Value{found == whole.end() ? std::int64_t{-1}
                                          : static_cast<std::int64_t>(found - whole.begin())};
    }
    if (!arguments[0].is_list()) {
        return no_overload();
    }
    const Values items = items_of(arguments[0]);
    for (std::size_t index = items.size(); index-- > 0;) {
        if (equal(items[index], arguments[1])) {
            return Value{static_cast<std::int64_t>(index)};
        }
    }
    return Value{std::int64_t{-1}};
}

Result<Value> size(const Values& arguments) {
    const Value& container = arguments[0];
    if (const auto* whole = container.get<std::string>()) {
        return Value{static_cast<std::int64_t>(characters_of(*whole).size())};
    }
    if (const auto* bytes = container.get<Bytes>()) {
        return Value{static_cast<std::int64_t>(bytes->bytes.size())};
    }
    if (!container.is_list() && !container.is_map()) {
        return no_overload();
    }
    return Value{static_cast<std::int64_t>(size_of(container))};
}

Result<Value> reverse(const Values& arguments) {
    const std::string* whole = text_at(arguments, 0);
    if (whole == nullptr) {
        return no_overload();
    }
    Characters characters = characters_of(*whole);
    std::reverse(characters.begin(), characters.end());
    return text(join(characters, 0, characters.size()));
}

}  // namespace

std::vector<Function> text_functions() {
    return {{"startsWith", true, 2, 2, starts_with},
            {"endsWith", true, 2, 2, ends_with},
            {"contains", true, 2, 2, contains},
            {"matches", true, 2, 2, matches},
            {"matches", false, 2, 2, matches},
            {"find", true, 2, 2, find_first},
            {"findAll", true, 2, 3, find_all},
            {"split", true, 2, 3, split},
            {"join", true, 1, 2, join_list},
            {"lowerAscii", true, 1, 1, change_case<to_lower>},
            {"upperAscii", true, 1, 1, change_case<to_upper>},
            {"replace", true, 3, 4, replace},
            {"substring", true, 2, 3, substring},
            {"charAt", true, 2, 2, char_at},
            {"trim", true, 1, 1, trim},
            {"indexOf", true, 2, 3, index_of},
            {"lastIndexOf", true, 2, 2, last_index_of},
            {"reverse", true, 1, 1, reverse},
            {"size", true, 1, 1, size},
            {"size", false, 1, 1, size}};
}

}  // namespace bestgres::fakekube::cel
