// Small words of the REST API: paths with queries, and Python's error pages.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "fakepatroni/member_io.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakepatroni {

struct RestPath {
    std::string path = {};
    std::map<std::string, std::string> query = {};

    bool operator==(const RestPath&) const = default;
};
RestPath parse_rest_path(std::string_view text);

RestReply text_reply(int status, std::string body);

// What Python's http.server answers by itself.
std::string error_page(int status);

// "2030-01-01T00:00:00+00:00" has one.
bool has_time_zone(std::string_view time);

// `host` and `port` of "postgres://10.1.2.3:5432/postgres".
void add_address(std::string_view conn_url, Json& member);

}  // namespace bestgres::fakepatroni
