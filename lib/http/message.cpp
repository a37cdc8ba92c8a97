#include "lib/http/message.hpp"

#include <algorithm>
#include <array>

#include "lib/base/encoding.hpp"

namespace bestgres::http {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void append_header(std::string& text, std::string_view name, std::string_view value) {
    const auto append = [&text](std::string_view part) {
        for (const char c : part) {
            text += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
        }
    };
    append(name);
    text += ": ";
    append(value);
    text += "\r\n";
}

struct Reason {
    int status;
    std::string_view text;
};
constexpr std::array<Reason, 31> reasons{{{100, "Continue"},
                                          {101, "Switching Protocols"},
                                          {200, "OK"},
                                          {201, "Created"},
                                          {202, "Accepted"},
                                          {204, "No Content"},
                                          {301, "Moved Permanently"},
                                          {302, "Found"},
                                          {304, "Not Modified"},
                                          {307, "Temporary Redirect"},
                                          {400, "Bad Request"},
                                          {401, "Unauthorized"},
                                          {403, "Forbidden"},
                                          {404, "Not Found"},
                                          {405, "Method Not Allowed"},
                                          {406, "Not Acceptable"},
                                          {408, "Request Timeout"},
                                          {409, "Conflict"},
                                          {410, "Gone"},
                                          {411, "Length Required"},
                                          {412, "Precondition Failed"},
                                          {413, "Request Entity Too Large"},
                                          {415, "Unsupported Media Type"},
                                          {422, "Unprocessable Entity"},
                                          {429, "Too Many Requests"},
                                          {431, "Request Header Fields Too Large"},
                                          {500, "Internal Server Error"},
                                          {501, "Not Implemented"},
                                          {502, "Bad Gateway"},
                                          {503, "Service Unavailable"},
                                          {504, "Gateway Timeout"}}};

}  // namespace

bool equal_without_case(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, {}, lower, lower);
}

const std::string* Headers::find(std::string_view name) const {
    for (const Header& entry : entries_) {
        if (equal_without_case(entry.name, name)) {
            return &entry.value;
        }
    }
    return nullptr;
}

std::string Headers::get(std::string_view name, std::string_view fallback) const {
    const std::string* value = find(name);
    return value != nullptr ? *value : std::string(fallback);
}

void Headers::add(std::string name, std::string value) {
    entries_.push_back({.name = std::move(name), .value = std::move(value)});
}

void Headers::set(std::string name, std::string value) {
    remove(name);
    add(std::move(name), std::move(value));
}

void Headers::remove(std::string_view name) {
    std::erase_if(entries_,
                  [&](const Header& entry) { return equal_without_case(entry.name, name); });
}

std::string_view reason_phrase(int status) {
    const auto* const known = std::ranges::find(reasons, status, &Reason::status);
    return known != reasons.end() ? known->text : "Status";
}

std::string basic_authorization(std::string_view user, std::string_view password) {
    return "Basic " + encode_base64(std::string(user) + ":" + std::string(password));
}

std::string request_head(const Request& request, std::string_view host) {
    std::string text = request.method + " " + request.target + " HTTP/1.1\r\n";
    append_header(text, "Host", host);
    for (const Header& header : request.headers.entries()) {
        append_header(text, header.name, header.value);
    }
    const bool may_have_body = request.method != "GET" && request.method != "HEAD";
    if (may_have_body || !request.body.empty()) {
        append_header(text, "Content-Length", std::to_string(request.body.size()));
    }
    return text + "\r\n";
}

std::string response_head(const Response& response, std::string_view framing) {
    std::string text = "HTTP/1.1 " + std::to_string(response.status) + " " +
                       std::string(reason_phrase(response.status)) + "\r\n";
    for (const Header& header : response.headers.entries()) {
        append_header(text, header.name, header.value);
    }
    text += framing;
    return text + "\r\n";
}

}  // namespace bestgres::http
