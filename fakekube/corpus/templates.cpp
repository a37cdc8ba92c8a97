#include "fakekube/corpus/templates.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bestgres::fakekube::corpus {
namespace {

// What urllib's quote leaves alone besides letters and digits.
std::string quoted(std::string_view text, std::string_view safe) {
    std::string result;
    for (const char byte : text) {
        const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= '0' && byte <= '9') ||
                           safe.find(byte) != std::string_view::npos;
        result +=
            plain ? std::string(1, byte) : fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    }
    return result;
}

// Python's json.dumps: ", " and ": ", other characters than ASCII escaped.
std::string python_text(const Ordered& value) {
    std::string text;
    if (value.is_object()) {
        for (const auto& [key, member] : value.items()) {
            text += (text.empty() ? "{" : ", ") + Ordered(key).dump(-1, ' ', true) + ": " +
                    python_text(member);
        }
        return text.empty() ? "{}" : text + "}";
    }
    if (value.is_array()) {
        for (const Ordered& element : value) {
            text += (text.empty() ? "[" : ", ") + python_text(element);
        }
        return text.empty() ? "[]" : text + "]";
    }
    return value.dump(-1, ' ', true);
}

void set_header(Headers& headers, const std::string& name, const Ordered& value) {
    const auto same = [&](const std::pair<std::string, std::string>& header) {
        return std::equal(header.first.begin(), header.first.end(), name.begin(), name.end(),
                          [](char left, char right) {
                              return std::tolower(static_cast<unsigned char>(left)) ==
                                     std::tolower(static_cast<unsigned char>(right));
                          });
    };
    headers.erase(std::remove_if(headers.begin(), headers.end(), same), headers.end());
    if (!value.is_null()) {
        headers.emplace_back(name, value.get<std::string>());
    }
}

std::string authorization(const std::string& identity,
                          const std::map<std::string, std::string>& tokens) {
    const auto token = tokens.find(identity);
    return token == tokens.end() ? identity : "Bearer " + token->second;
}

}  // namespace

std::string filled(std::string_view text, const std::map<std::string, std::string>& variables) {
    std::string result;
    while (true) {
        const std::size_t begin = text.find("${");
        const std::size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
        if (end == std::string_view::npos) {
            return result.append(text);
        }
        const std::string name(text.substr(begin + 2, end - begin - 2));
        const auto found = variables.find(name);
        result.append(text.substr(0, begin));
        result.append(found == variables.end() ? "${" + name + "}" : found->second);
        text.remove_prefix(end + 1);
    }
}

Ordered filled_json(const Ordered& value, const std::map<std::string, std::string>& variables) {
    if (value.is_object()) {
        Ordered result = Ordered::object();
        for (const auto& [key, member] : value.items()) {
            result[filled(key, variables)] = filled_json(member, variables);
        }
        return result;
    }
    if (value.is_array()) {
        Ordered result = Ordered::array();
        for (const Ordered& element : value) {
            result.push_back(filled_json(element, variables));
        }
        return result;
    }
    return value.is_string() ? Ordered(filled(value.get<std::string>(), variables)) : value;
}

Request request_of(const Ordered& raw, const std::map<std::string, std::string>& variables,
                   const std::map<std::string, std::string>& tokens) {
    const Ordered request = filled_json(raw, variables);
    Request result{.method = request["method"].get<std::string>(),
                   .path = quoted(request["path"].get<std::string>(), "/:%$,;=@-._~")};
    if (request.contains("query")) {
        result.query = quoted(request["query"].get<std::string>(), "=&%,:;+/*()!@$'-._~");
    }
    result.headers = {{"User-Agent", "corpus-recorder/1.0"}, {"Accept", "application/json"}};
    const std::string identity =
        request.contains("auth") ? request["auth"].get<std::string>() : "admin";
    if (identity != "none") {
        result.headers.emplace_back("Authorization", authorization(identity, tokens));
    }
    if (request.contains("headers")) {
        for (const auto& [name, value] : request["headers"].items()) {
            set_header(result.headers, name, value);
        }
    }
    bool has_body = true;
    if (request.contains("bodyRaw")) {
        result.body = request["bodyRaw"].get<std::string>();
    } else if (request.contains("bodyFill")) {
        const Ordered& fill = request["bodyFill"];
        result.body = fill["prefix"].get<std::string>();
        for (std::size_t i = 0; i < fill["count"].get<std::size_t>(); ++i) {
            result.body += fill["fill"].get<std::string>();
        }
        result.body += fill["suffix"].get<std::string>();
    } else if (request.contains("body")) {
        result.body = python_text(request["body"]);
    } else {
        has_body = false;
    }
    if (has_body && !find_header(result.headers, "Content-Type")) {
        result.headers.emplace_back("Content-Type", "application/json");
    }
    if (find_header(result.headers, "Content-Type").value_or("x").empty()) {
        set_header(result.headers, "Content-Type", nullptr);
    }
    return result;
}

}  // namespace bestgres::fakekube::corpus
