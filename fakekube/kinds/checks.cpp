#include "fakekube/kinds/checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fakekube/kinds/go_text.hpp"
#include "lib/kube/selector.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view not_negative = "must be greater than or equal to 0";
constexpr std::string_view percent_text =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or "
    "'93%', regex used for validation is '[0-9]+%')";

bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

bool is_percent(std::string_view text) {
    return text.size() > 1 && text.back() == '%' &&
           std::all_of(text.begin(), text.end() - 1, is_digit);
}

bool is_hex_group(std::string_view group) {
    return !group.empty() && group.size() <= 4 &&
           group.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

FieldErrors check_requirement(const Json& requirement, const std::string& path) {
    FieldErrors errors;
    const std::string op = text_of(requirement, "operator");
    const bool has_values = !array_at(requirement, {"values"}).empty();
    if ((op == "In" || op == "NotIn") && !has_values) {
        errors.push_back(
            required(path + ".values", "must be specified when `operator` is 'In' or 'NotIn'"));
    } else if ((op == "Exists" || op == "DoesNotExist") && has_values) {
        errors.push_back(
            forbidden(path + ".values",
                      "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    } else if (op != "In" && op != "NotIn" && op != "Exists" && op != "DoesNotExist") {
        errors.push_back(invalid(path + ".operator", op, "not a valid selector operator"));
    }
    const std::string key = text_of(requirement, "key");
    append(errors, invalid_each(path + ".key", key, qualified_name_problems(key)));
    return errors;
}

}  // namespace

std::string at_index(std::string_view path, std::size_t index) {
    return fmt::format("{}[{}]", path, index);
}

std::string at_key(std::string_view path, std::string_view key) {
    return fmt::format("{}[{}]", path, key);
}

FieldErrors invalid_each(const std::string& path, const Json& bad_value, const Problems& problems) {
    FieldErrors errors;
    for (const std::string& problem : problems) {
        errors.push_back(invalid(path, bad_value, problem));
    }
    return errors;
}

std::string text_of(const Json& object, std::string_view field) {
    return string_at(object, {field});
}

bool is_set(const Json& object, std::string_view field) {
    return !value_of(object, field).is_null();
}

const Json& value_of(const Json& object, std::string_view field) {
    static const Json absent;
    const Json* value = find(object, {field});
    return value == nullptr ? absent : *value;
}

void check_not_negative(FieldErrors& errors, const Json& object, std::string_view field,
                        const std::string& path) {
    const auto number = find_int(object, {field});
    if (number && *number < 0) {
        errors.push_back(
            invalid(path + "." + std::string(field), *number, std::string(not_negative)));
    }
}

void check_required(FieldErrors& errors, const Json& object, std::string_view field,
                    const std::string& path) {
    if (text_of(object, field).empty()) {
        errors.push_back(required(path + "." + std::string(field)));
    }
}

void check_one_of(FieldErrors& errors, const std::string& value, const std::string& path,
                  const std::vector<std::string>& supported) {
    if (std::find(supported.begin(), supported.end(), value) == supported.end()) {
        errors.push_back(not_supported(path, value, supported));
    }
}

FieldErrors check_immutable(const Json& now, const Json& before, const std::string& path) {
    if (now == before) {
        return {};
    }
    return {invalid(path, now, std::string(immutable_text))};
}

Problems port_number_problems(std::int64_t port) {
    if (port >= 1 && port <= 65535) {
        return {};
    }
    return {"must be between 1 and 65535, inclusive"};
}

Problems port_name_problems(std::string_view name) {
    Problems problems;
    if (name.size() > 15) {
        problems.emplace_back("must be no more than 15 characters");
    }
    if (name.empty() ||
        name.find_first_not_of("-abcdefghijklmnopqrstuvwxyz0123456789") != std::string_view::npos) {
        problems.emplace_back(
            "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    }
    if (name.find_first_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos) {
        problems.emplace_back("must contain at least one letter or number (a-z, 0-9)");
    }
    if (name.find("--") != std::string_view::npos) {
        problems.emplace_back("must not contain consecutive hyphens");
    }
    if (name.starts_with('-') || name.ends_with('-')) {
        problems.emplace_back("must not begin or end with a hyphen");
    }
    return problems;
}

Problems environment_name_problems(std::string_view name) {
    Problems problems;
    const bool known_characters = std::all_of(name.begin(), name.end(), [](char byte) {
        return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
               byte == '-' || byte == '.' || byte == '_';
    });
    if (name.empty() || !known_characters || is_digit(name.front())) {
        problems.emplace_back(
            "a valid environment variable name must consist of alphabetic characters, digits, "
            "'_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or "
            "'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is "
            "'[-._a-zA-Z][-._a-zA-Z0-9]*')");
    }
    if (name == "." || name == "..") {
        problems.push_back(fmt::format("must not be '{}'", name));
    } else if (name.starts_with("..")) {
        problems.emplace_back("must not start with '..'");
    }
    return problems;
}

Problems config_key_problems(std::string_view key) {
    Problems problems;
    if (key.size() > 253) {
        problems.emplace_back("must be no more than 253 characters");
    }
    const bool known_characters = std::all_of(key.begin(), key.end(), [](char byte) {
        return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
               byte == '-' || byte == '.' || byte == '_';
    });
    if (key.empty() || !known_characters) {
        problems.emplace_back(
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
            "'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is "
            "'[-._a-zA-Z0-9]+')");
    }
    if (key == "." || key == "..") {
        problems.push_back(fmt::format("must not be '{}'", key));
    } else if (key.starts_with("..")) {
        problems.emplace_back("must not start with '..'");
    }
    return problems;
}

bool is_ipv4(std::string_view address) {
    for (int part = 0; part < 4; ++part) {
        const std::size_t dot = part == 3 ? address.size() : address.find('.');
        if (dot == std::string_view::npos || dot == 0 || dot > 3) {
            return false;
        }
        int value = 0;
        for (const char byte : address.substr(0, dot)) {
            if (!is_digit(byte)) {
                return false;
            }
            value = value * 10 + (byte - '0');
        }
        if (value > 255) {
            return false;
        }
        address = part == 3 ? "" : address.substr(dot + 1);
    }
    return true;
}

bool is_ipv6(std::string_view address) {
    const std::size_t gap = address.find("::");
    if (gap != std::string_view::npos && address.find("::", gap + 1) != std::string_view::npos) {
        return false;
    }
    int groups = 0;
    for (std::string_view half :
         {address.substr(0, gap),
          gap == std::string_view::npos ? std::string_view() : address.substr(gap + 2)}) {
        while (!half.empty()) {
            const std::size_t colon = half.find(':');
            if (!is_hex_group(half.substr(0, colon)) || colon + 1 == half.size()) {
                return false;
            }
            ++groups;
            half = colon == std::string_view::npos ? "" : half.substr(colon + 1);
        }
    }
    return gap == std::string_view::npos ? groups == 8 : groups < 8;
}

bool is_cidr(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
        return false;
    }
    const std::string_view bits = text.substr(slash + 1);
    if (bits.empty() || bits.size() > 3 || !std::all_of(bits.begin(), bits.end(), is_digit)) {
        return false;
    }
    const int length = std::stoi(std::string(bits));
    const std::string_view address = text.substr(0, slash);
    return (is_ipv4(address) && length <= 32) || (is_ipv6(address) && length <= 128);
}

Problems ip_problems(std::string_view address) {
    if (is_ipv4(address) || is_ipv6(address)) {
        return {};
    }
    return {"must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"};
}

FieldErrors check_int_or_percent(const Json& value, const std::string& path) {
    if (value.is_string() && !is_percent(value.get<std::string>())) {
        return {invalid(path, verbatim(go_int_or_string(value)), std::string(percent_text))};
    }
    if (value.is_number() && value.get<std::int64_t>() < 0) {
        return {invalid(path, value, std::string(not_negative))};
    }
    return {};
}

FieldErrors check_not_above_100_percent(const Json& value, const std::string& path) {
    if (!value.is_string() || !is_percent(value.get<std::string>())) {
        return {};
    }
    std::string digits = value.get<std::string>();
    digits.pop_back();
    if (digits.size() > 3 || std::stoi(digits) > 100) {
        return {invalid(path, verbatim(go_int_or_string(value)), "must not be greater than 100%")};
    }
    return {};
}

FieldErrors check_port(const Json& port, const std::string& path) {
    if (port.is_string()) {
        return invalid_each(path, port, port_name_problems(port.get<std::string>()));
    }
    const std::int64_t number = port.is_number() ? port.get<std::int64_t>() : 0;
    return invalid_each(path, number, port_number_problems(number));
}

FieldErrors check_labels(const Json& labels, const std::string& path) {
    FieldErrors errors;
    if (!labels.is_object()) {
        return errors;
    }
    for (const auto& [key, value] : labels.items()) {
        append(errors, invalid_each(path, key, qualified_name_problems(key)));
        append(errors, invalid_each(path, value,
                                    label_value_problems(value.get_ref<const std::string&>())));
    }
    return errors;
}

FieldErrors check_label_selector(const Json& selector, const std::string& path) {
    FieldErrors errors = check_labels(value_of(selector, "matchLabels"), path + ".matchLabels");
    const Json& expressions = array_at(selector, {"matchExpressions"});
    for (std::size_t i = 0; i < expressions.size(); ++i) {
        append(errors, check_requirement(expressions[i], at_index(path + ".matchExpressions", i)));
    }
    return errors;
}

bool selects(const Json& selector, const Json& labels) {
    const bool is_empty = array_at(selector, {"matchExpressions"}).empty() &&
                          object_at(selector, {"matchLabels"}).empty();
    if (!selector.is_object() || is_empty) {
        return false;
    }
    const auto parsed = kube::label_selector_of(selector);
    return parsed && kube::matches(*parsed, labels);
}

}  // namespace bestgres::fakekube
