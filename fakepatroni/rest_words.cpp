#include "fakepatroni/rest_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace bestgres::fakepatroni {

namespace {

struct Halves {
    std::string_view before;
    std::string_view after;
};

// Around the first `mark`; all of `text` before it where there is none. Not by string_view::find:
// g++ 12 at -O2 warns of bounds that this loop's sizes cannot have.
Halves split_at(std::string_view text, char mark) {
    const auto found = std::find(text.begin(), text.end(), mark);
    const auto length = static_cast<std::size_t>(found - text.begin());
    return {text.substr(0, length), text.substr(std::min(length + 1, text.size()))};
}

}  // namespace

RestPath parse_rest_path(std::string_view text) {
    RestPath out;
    const Halves whole = split_at(text, '?');
    out.path = whole.before;
    std::string_view rest = whole.after;
    while (!rest.empty()) {
        const Halves halves = split_at(rest, '&');
        const Halves pair = split_at(halves.before, '=');
        out.query[std::string(pair.before)] = pair.after;
        rest = halves.after;
    }
    return out;
}

RestReply text_reply(int status, std::string body) {
    return {.status = status, .body = std::move(body), .lsn = std::nullopt};
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
