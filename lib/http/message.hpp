// HTTP requests and responses as plain values: what travels between this library and its users.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bestgres::http {

struct Header {
    std::string name;
    std::string value;

    bool operator==(const Header&) const = default;
};

// In the order of arrival; names compare without case.
class Headers {
public:
    Headers() = default;
    Headers(std::initializer_list<Header> entries) : entries_(entries) {}

    const std::vector<Header>& entries() const { return entries_; }
    // The first value, or null. The pointer lives until the next change.
    const std::string* find(std::string_view name) const;
    std::string get(std::string_view name, std::string_view fallback = "") const;
    void add(std::string name, std::string value);
    // Replaces all of that name.
    void set(std::string name, std::string value);
    void remove(std::string_view name);

    bool operator==(const Headers&) const = default;

private:
    std::vector<Header> entries_;
};

struct Request {
    std::string method = "GET";
    std::string target = "/";  // path and query, percent-encoded
    Headers headers = {};
    std::string body = {};

    bool operator==(const Request&) const = default;
};

struct Response {
    int status = 200;
    Headers headers = {};
    std::string body = {};

    bool operator==(const Response&) const = default;
};

// "Not Found"; "Status" for a code without a name.
std::string_view reason_phrase(int status);

bool equal_without_case(std::string_view left, std::string_view right);

// "Basic dXNlcjpwYXNz".
std::string basic_authorization(std::string_view user, std::string_view password);

// What goes over the wire before the body. Line breaks in names and values become blanks, so that
// no value can smuggle a header.
std::string request_head(const Request& request, std::string_view host);
std::string response_head(const Response& response, std::string_view framing);

}  // namespace bestgres::http
