#include "lib/http/url.hpp"

#include <charconv>

#include "lib/base/encoding.hpp"

namespace bestgres::http {
namespace {

std::uint16_t default_port(bool tls) {
    return tls ? 443 : 80;
}

Result<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (problem != std::errc() || end != text.data() + text.size()) {
        return Error{"\"" + std::string(text) + "\" is not a port"};
    }
    return port;
}

struct HostPort {
    std::string host;
    std::string_view port;
};

// The text after the last colon outside brackets is the port.
HostPort split_host(std::string_view text) {
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
    if (bracket != std::string_view::npos) {
        const std::string_view rest = text.substr(bracket + 1);
        return {std::string(text.substr(1, bracket - 1)),
                rest.starts_with(':') ? rest.substr(1) : std::string_view()};
    }
    const std::size_t colon = text.rfind(':');
    return colon == std::string_view::npos
               ? HostPort{std::string(text), std::string_view()}
               : HostPort{std::string(text.substr(0, colon)), text.substr(colon + 1)};
}

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace

std::string host_header(const Origin& origin) {
    return bracketed(origin.host) +
           (origin.port == default_port(origin.tls) ? "" : ":" + std::to_string(origin.port));
}

std::string to_string(const Origin& origin) {
    return (origin.tls ? "https://" : "http://") + host_header(origin);
}

Result<Url> parse_url(std::string_view text) {
    const Error malformed{"\"" + std::string(text) + "\" is not a URL of http or https"};
    Url url;
    if (text.starts_with("https://")) {
        url.origin.tls = true;
        text.remove_prefix(8);
    } else if (text.starts_with("http://")) {
        text.remove_prefix(7);
    } else {
        return malformed;
    }
    const std::size_t end = text.find_first_of("/?#");
    std::string_view authority = text.substr(0, end);
    if (end != std::string_view::npos) {
        const std::string_view rest = text.substr(end);
        url.target =
            (rest.starts_with('/') ? "" : "/") + std::string(rest.substr(0, rest.find('#')));
    }
    HostPort parts = split_host(authority);
    if (parts.host.empty() || authority.find('@') != std::string_view::npos) {
        return malformed;
    }
    url.origin.host = std::move(parts.host);
    url.origin.port = default_port(url.origin.tls);
    if (!parts.port.empty()) {
        const Result<std::uint16_t> port = parse_port(parts.port);
        BG_TRY(port);
        url.origin.port = *port;
    }
    return url;
}

Result<Listen> parse_listen(std::string_view text) {
    HostPort parts = split_host(text);
    if (parts.port.empty()) {
        return Error{"\"" + std::string(text) + "\" is not ADDRESS:PORT"};
    }
    const Result<std::uint16_t> port = parse_port(parts.port);
    BG_TRY(port);
    return Listen{.address = parts.host.empty() ? "0.0.0.0" : std::move(parts.host), .port = *port};
}

std::multimap<std::string, std::string> parse_query(std::string_view query) {
    std::multimap<std::string, std::string> values;
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
        const std::size_t equals = pair.find('=');
        const Result<std::string> key = decode_percent(pair.substr(0, equals), true);
        const Result<std::string> value = decode_percent(
            equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
        if (!pair.empty() && key.ok() && value.ok()) {
            values.emplace(*key, *value);
        }
    }
    return values;
}

Target split_target(std::string_view target) {
    const std::size_t mark = target.find('?');
    return {.path = std::string(target.substr(0, mark)),
            .query = mark == std::string_view::npos ? std::string()
                                                    : std::string(target.substr(mark + 1))};
}

}  // namespace bestgres::http
