#include "fakekube/corpus/scan.hpp"

#include <algorithm>
#include <vector>

namespace bestgres::fakekube::corpus {
namespace {

bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

bool is_hex(char byte) {
    return is_digit(byte) || (byte >= 'a' && byte <= 'f');
}

// `pattern`: '0' any digit, '#' a hexadecimal one, everything else itself.
bool fits(std::string_view text, std::size_t at, std::string_view pattern) {
    if (at > text.size() || text.size() - at < pattern.size()) {
        return false;
    }
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char byte = text[at + i];
        const bool good = pattern[i] == '0'   ? is_digit(byte)
                          : pattern[i] == '#' ? is_hex(byte)
                                              : byte == pattern[i];
        if (!good) {
            return false;
        }
    }
    return true;
}

std::size_t digits_from(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) {
        ++end;
    }
    return end;
}

// The end of an RFC 3339 time, or of Go's form of one, that begins at `at`; `at` if there is none.
std::size_t time_end(std::string_view text, std::size_t at) {
    constexpr std::string_view day = "0000-00-00";
    constexpr std::string_view clock = "00:00:00";
    if (!fits(text, at, day) || at + day.size() >= text.size()) {
        return at;
    }
    const char separator = text[at + day.size()];
    if ((separator != 'T' && separator != ' ') || !fits(text, at + day.size() + 1, clock)) {
        return at;
    }
    std::size_t end = at + day.size() + 1 + clock.size();
    if (end < text.size() && text[end] == '.' && digits_from(text, end + 1) > end + 1) {
        end = digits_from(text, end + 1);
    }
    if (separator == 'T') {
        return end < text.size() && text[end] == 'Z' ? end + 1 : at;
    }
    constexpr std::string_view utc = " +0000 UTC";
    if (!fits(text, end, "") || text.substr(end, utc.size()) != utc) {
        return at;
    }
    return end + utc.size();
}

// `before` digits `after` -> before + "<n>" + after, wherever it stands.
std::string replace_between(std::string_view text, std::string_view before,
                            std::string_view after) {
    std::string result;
    std::size_t at = 0;
    while (true) {
        const std::size_t found = text.find(before, at);
        if (found == std::string_view::npos) {
            return result.append(text.substr(at));
        }
        const std::size_t begin = found + before.size();
        const std::size_t end = digits_from(text, begin);
        result.append(text.substr(at, begin - at));
        at = begin;
        if (end > begin && text.substr(end, after.size()) == after) {
            result.append("<n>");
            at = end;
        }
    }
}

// "(0xc000123456)" and "0xc000123456".
std::string replace_pointers(std::string_view text) {
    std::string result;
    std::size_t at = 0;
    while (at < text.size()) {
        const bool in_parentheses = text[at] == '(' && text.substr(at + 1, 2) == "0x";
        const std::size_t begin = at + (in_parentheses ? 1 : 0);
        std::size_t end = begin;
        if (text.substr(begin, 2) == "0x") {
            end = begin + 2;
            while (end < text.size() && is_hex(text[end])) {
                ++end;
            }
        }
        const bool long_enough = end >= begin + 8;
        if (in_parentheses && long_enough && end < text.size() && text[end] == ')') {
            result += "<ptr>";
            at = end + 1;
        } else if (!in_parentheses && long_enough && text.substr(begin, 3) == "0xc") {
            result += "<ptr>";
            at = end;
        } else {
            result += text[at++];
        }
    }
    return result;
}

}  // namespace

bool uuid_at(std::string_view text, std::size_t at) {
    return fits(text, at, "########-####-####-####-############");
}

bool is_time(std::string_view text) {
    return text.size() == 20 && fits(text, 0, "0000-00-00T00:00:00Z");
}

bool is_micro_time(std::string_view text) {
    return text.size() > 21 && text[19] == '.' && time_end(text, 0) == text.size() &&
           text[10] == 'T';
}

std::string mark_uuids(std::string_view text,
                       const std::function<bool(const std::string&)>& wanted) {
    constexpr std::size_t length = 36;
    std::string result;
    std::size_t at = 0;
    while (at < text.size()) {
        if (uuid_at(text, at)) {
            const std::string uuid(text.substr(at, length));
            result += wanted(uuid) ? "<uid=" + uuid + ">" : uuid;
            at += length;
        } else {
            result += text[at++];
        }
    }
    return result;
}

std::string replace_times(std::string_view text) {
    std::string result;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = is_digit(text[at]) ? time_end(text, at) : at;
        if (end > at) {
            result += "<time>";
            at = end;
        } else {
            result += text[at++];
        }
    }
    return result;
}

// Within a quoted object the recording has lost the backslashes around the version.
std::string without_quoted_versions(std::string text) {
    constexpr std::string_view key = R"(\"resourceVersion\":\")";
    for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + 1)) {
        const std::size_t begin = at + key.size();
        std::size_t end = begin;
        while (end < text.size() && is_digit(text[end])) {
            ++end;
        }
        if (end > begin && text.compare(end, 2, R"(\")") == 0) {
            text.replace(at, end + 2 - at, R"("resourceVersion":"<n>")");
        }
    }
    return text;
}

std::string replace_numbers(std::string_view text) {
    std::string result(text);
    result = replace_between(result, "too old resource version: ", " (");
    result = replace_between(result, "too old resource version: <n> (", ")");
    result = replace_between(result, ", current: ", "");
    result = replace_between(result, "ResourceVersion in object meta: ", "");
    result = replace_between(result, "in record (", ")");
    result = replace_between(result, "\"resourceVersion\":\"", "\"");
    result = without_quoted_versions(std::move(result));
    return replace_pointers(result);
}

std::string replace_generated_names(std::string_view text) {
    std::string result(text);
    for (const std::string_view base : {"kube-api-access-", "default-token-"}) {
        for (std::size_t at = result.find(base); at != std::string::npos;
             at = result.find(base, at + 1)) {
            const std::size_t begin = at + base.size();
            std::size_t end = begin;
            while (end < result.size() &&
                   (is_digit(result[end]) || (result[end] >= 'a' && result[end] <= 'z'))) {
                ++end;
            }
            if (end - begin == 5) {
                result.replace(begin, 5, "<rand>");
            }
        }
    }
    return result;
}

}  // namespace bestgres::fakekube::corpus
