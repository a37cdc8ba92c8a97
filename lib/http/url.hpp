// URLs of http and https, and query strings.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "lib/base/result.hpp"

namespace bestgres::http {

// Where a connection goes.
struct Origin {
    bool tls = false;
    std::string host;  // a name or an address; IPv6 without brackets
    std::uint16_t port = 80;

    auto operator<=>(const Origin&) const = default;
};

// "https://[::1]:6443"; the port is left out where it is the default.
std::string to_string(const Origin& origin);
// What belongs into the header Host.
std::string host_header(const Origin& origin);

struct Url {
    Origin origin;
    std::string target = "/";  // path and query

    bool operator==(const Url&) const = default;
};

Result<Url> parse_url(std::string_view text);

// "127.0.0.1:8080", "[::1]:8080", ":8080" (all addresses).
struct Listen {
    std::string address;
    std::uint16_t port = 0;  // 0: any free one

    bool operator==(const Listen&) const = default;
};
Result<Listen> parse_listen(std::string_view text);

// Decoded; of a repeated key the values stand in their order.
std::multimap<std::string, std::string> parse_query(std::string_view query);

struct Target {
    std::string path;  // still encoded
    std::string query;
};
Target split_target(std::string_view target);

}  // namespace bestgres::http
