#include "fakekube/names.hpp"

#include <algorithm>

namespace bestgres::fakekube {
namespace {

bool is_lower(char byte) {
    return byte >= 'a' && byte <= 'z';
}

bool is_lower_alphanumeric(char byte) {
    return is_lower(byte) || (byte >= '0' && byte <= '9');
}

bool is_alphanumeric(char byte) {
    return is_lower_alphanumeric(byte) || (byte >= 'A' && byte <= 'Z');
}

bool is_dns_label(std::string_view label) {
    return !label.empty() && is_lower_alphanumeric(label.front()) &&
           is_lower_alphanumeric(label.back()) &&
           std::all_of(label.begin(), label.end(),
                       [](char byte) { return is_lower_alphanumeric(byte) || byte == '-'; });
}

bool is_dns_subdomain(std::string_view name) {
    while (true) {
        const std::size_t dot = name.find('.');
        if (!is_dns_label(name.substr(0, dot))) {
            return false;
        }
        if (dot == std::string_view::npos) {
            return true;
        }
        name.remove_prefix(dot + 1);
    }
}

bool is_label_text(std::string_view text) {
    return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
           std::all_of(text.begin(), text.end(), [](char byte) {
               return is_alphanumeric(byte) || byte == '-' || byte == '_' || byte == '.';
           });
}

void check_length(Problems& problems, std::string_view text, std::size_t most,
                  std::string_view what = "") {
    if (text.size() > most) {
        problems.push_back(std::string(what) + "must be no more than " + std::to_string(most) +
                           " characters");
    }
}

}  // namespace

Problems dns_subdomain_problems(std::string_view name) {
    Problems problems;
    check_length(problems, name, 253);
    if (!is_dns_subdomain(name)) {
        problems.emplace_back(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "
            "'-' or '.', and must start and end with an alphanumeric character (e.g. "
            "'example.com', regex used for validation is "
            "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
    }
    return problems;
}

Problems dns_label_problems(std::string_view name) {
    Problems problems;
    check_length(problems, name, 63);
    if (!is_dns_label(name)) {
        problems.emplace_back(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or "
            "'-', and must start and end with an alphanumeric character (e.g. 'my-name',  or "
            "'123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')");
    }
    return problems;
}

Problems dns_1035_label_problems(std::string_view name) {
    Problems problems;
    check_length(problems, name, 63);
    if (!is_dns_label(name) || !is_lower(name.front())) {
        problems.emplace_back(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start "
            "with an alphabetic character, and end with an alphanumeric character (e.g. "
            "'my-name',  or 'abc-123', regex used for validation is "
            "'[a-z]([-a-z0-9]*[a-z0-9])?')");
    }
    return problems;
}

Problems path_segment_problems(std::string_view name) {
    if (name == "." || name == "..") {
        return {"may not be '" + std::string(name) + "'"};
    }
    Problems problems;
    for (const char illegal : {'/', '%'}) {
        if (name.find(illegal) != std::string_view::npos) {
            problems.push_back(std::string("may not contain '") + illegal + "'");
        }
    }
    return problems;
}

Problems name_problems(NameRule rule, std::string_view name, bool is_prefix) {
    std::string masked(name);
    if (is_prefix && masked.size() > 1 && masked.back() == '-') {
        masked.back() = 'a';
    }
    switch (rule) {
        case NameRule::dns_subdomain:
            return dns_subdomain_problems(masked);
        case NameRule::dns_label:
            return dns_label_problems(masked);
        case NameRule::dns_1035_label:
            return dns_1035_label_problems(masked);
        case NameRule::path_segment:
            return path_segment_problems(name);
    }
    return {};
}

Problems qualified_name_problems(std::string_view key) {
    Problems problems;
    std::string_view name = key;
    const std::size_t slash = key.find('/');
    if (slash != std::string_view::npos) {
        const std::string_view prefix = key.substr(0, slash);
        name = key.substr(slash + 1);
        if (name.find('/') != std::string_view::npos) {
            return {
                "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and "
                "must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  "
                "or '123-abc', regex used for validation is "
                "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix "
                "and '/' (e.g. 'example.com/MyName')"};
        }
        if (prefix.empty()) {
            problems.emplace_back("prefix part must be non-empty");
        } else {
            for (const std::string& problem : dns_subdomain_problems(prefix)) {
                problems.push_back("prefix part " + problem);
            }
        }
    }
    if (name.empty()) {
        problems.emplace_back("name part must be non-empty");
    }
    check_length(problems, name, 63, "name part ");
    if (!is_label_text(name)) {
        problems.emplace_back(
            "name part must consist of alphanumeric characters, '-', '_' or '.', and must start "
            "and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', "
            "regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')");
    }
    return problems;
}

Problems label_value_problems(std::string_view value) {
    Problems problems;
    check_length(problems, value, 63);
    if (!value.empty() && !is_label_text(value)) {
        problems.emplace_back(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', "
            "'_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  "
            "or 'my_value',  or '12345', regex used for validation is "
            "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
    }
    return problems;
}

}  // namespace bestgres::fakekube
