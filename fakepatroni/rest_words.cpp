#include "fakepatroni/rest_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace bestgres::fakepatroni {

RestPath parse_rest_path(std::string_view text) {
    RestPath out;
    const std::size_t mark = std::min(text.find('?'), text.size());
    out.path = text.substr(0, mark);
    std::string_view rest = text.substr(std::min(mark + 1, text.size()));
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, end);
        const std::size_t equals = std::min(pair.find('='), pair.size());
        out.query[std::string(pair.substr(0, equals))] =
            pair.substr(std::min(equals + 1, pair.size()));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return out;
}

std::string error_page(int status) {
    const char* const words = status == 400   ? "Bad Request"
                              : status == 501 ? "Unsupported method"
                              : status == 502 ? "Bad Gateway"
                                              : "Error";
    return fmt::format(
        "<!DOCTYPE HTML>\n<html lang=\"en\">\n<p>Error code: {}</p>\n"
        "<p>Message: {}.</p>\n</html>\n",
        status, words);
}

bool has_time_zone(std::string_view time) {
    return time.find_first_of("Z+-", std::min<std::size_t>(10, time.size())) !=
           std::string_view::npos;
}

void add_address(std::string_view conn_url, Json& member) {
    const std::size_t scheme = conn_url.find("://");
    if (scheme == std::string_view::npos) {
        return;
    }
    const std::string_view rest = conn_url.substr(scheme + 3);
    const std::string_view place = rest.substr(0, std::min(rest.find('/'), rest.size()));
    const std::size_t colon = place.rfind(':');
    member["host"] = std::string(place.substr(0, std::min(colon, place.size())));
    int port = 5432;
    if (colon != std::string_view::npos) {
        std::from_chars(place.data() + colon + 1, place.data() + place.size(), port);
    }
    member["port"] = port;
}

}  // namespace bestgres::fakepatroni
