#include "fakekube/crd/formats.hpp"

#include <algorithm>
#include <cctype>

#include "lib/base/encoding.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakekube {
namespace {

bool is_hex_or_dash(char byte) {
    return std::isxdigit(static_cast<unsigned char>(byte)) != 0 || byte == '-';
}

bool is_uuid(std::string_view text) {
    return (text.size() == 36 || text.size() == 32) &&
           std::all_of(text.begin(), text.end(), is_hex_or_dash);
}

bool is_ipv4(std::string_view text) {
    int parts = 0;
    while (true) {
        const std::size_t dot = text.find('.');
        const std::string_view part = text.substr(0, dot);
        const bool is_number = !part.empty() && part.size() <= 3 &&
                               std::all_of(part.begin(), part.end(),
                                           [](char byte) { return byte >= '0' && byte <= '9'; });
        if (!is_number || std::stoi(std::string(part)) > 255) {
            return false;
        }
        ++parts;
        if (dot == std::string_view::npos) {
            return parts == 4;
        }
        text.remove_prefix(dot + 1);
    }
}

bool is_ipv6(std::string_view text) {
    return text.find(':') != std::string_view::npos &&
           std::all_of(text.begin(), text.end(), [](char byte) {
               return is_hex_or_dash(byte) || byte == ':' || byte == '.';
           });
}

bool is_date(std::string_view text) {
    return text.size() == 10 && parse_time(std::string(text) + "T00:00:00Z").ok();
}

bool is_cidr(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
        return false;
    }
    const std::string_view address = text.substr(0, slash);
    return is_ipv4(address) || is_ipv6(address);
}

}  // namespace

bool matches_format(std::string_view text, std::string_view format) {
    if (format == "date-time") {
        return parse_time(text).ok();
    }
    if (format == "date") {
        return is_date(text);
    }
    if (format == "duration") {
        return parse_duration(text).ok();
    }
    if (format == "uuid" || format == "uuid3" || format == "uuid4" || format == "uuid5") {
        return is_uuid(text);
    }
    if (format == "ipv4") {
        return is_ipv4(text);
    }
    if (format == "ipv6") {
        return is_ipv6(text);
    }
    if (format == "ip") {
        return is_ipv4(text) || is_ipv6(text);
    }
    if (format == "cidr") {
        return is_cidr(text);
    }
    if (format == "byte") {
        return decode_base64(text).ok();
    }
    if (format == "email") {
        return text.find('@') != std::string_view::npos;
    }
    if (format == "uri") {
        return text.find(':') != std::string_view::npos || text.substr(0, 1) == "/";
    }
    return true;
}

}  // namespace bestgres::fakekube
