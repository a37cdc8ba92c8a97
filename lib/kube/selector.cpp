#include "lib/kube/selector.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace bestgres::kube {
namespace {

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_name_text(std::string_view text) {
    return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
           std::ranges::all_of(
               text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_dns_label(std::string_view text) {
    return !text.empty() && text.front() != '-' && text.back() != '-' &&
           std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

bool is_dns_subdomain(std::string_view text) {
    if (text.empty() || text.size() > 253) {
        return false;
    }
    while (true) {
        const std::size_t dot = text.find('.');
        if (!is_dns_label(text.substr(0, dot))) {
            return false;
        }
        if (dot == std::string_view::npos) {
            return true;
        }
        text.remove_prefix(dot + 1);
    }
}

std::optional<std::int64_t> integer_of(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc() && end == text.data() + text.size() && !text.empty()
               ? std::optional(value)
               : std::nullopt;
}

Result<LabelRequirement> checked(LabelRequirement requirement) {
    BG_TRY(check_label_key(requirement.key));
    for (const std::string& value : requirement.values) {
        const bool is_bound =
            requirement.op == LabelOperator::greater || requirement.op == LabelOperator::less;
        if (is_bound && !integer_of(value)) {
            return Error{"for 'Gt', 'Lt' operators, the value must be an integer"};
        }
        BG_TRY(check_label_value(value));
    }
    std::ranges::sort(requirement.values);
    requirement.values.erase(std::unique(requirement.values.begin(), requirement.values.end()),
                             requirement.values.end());
    return requirement;
}

LabelSelector sorted(LabelSelector selector) {
    std::ranges::stable_sort(selector.requirements, {}, &LabelRequirement::key);
    return selector;
}

// One token is a symbol of one or two characters or a run of other characters; blanks separate.
class Tokens {
public:
    explicit Tokens(std::string_view text) : rest_(text) {}

    // Empty at the end.
    std::string_view peek() const {
        std::string_view text = rest_;
        skip_blanks(text);
        if (text.empty() || !is_symbol(text.front())) {
            const auto* end = std::ranges::find_if(
                text, [](char c) { return is_symbol(c) || c == ' ' || c == '\t'; });
            return text.substr(0, static_cast<std::size_t>(end - text.begin()));
        }
        const bool doubled = text.starts_with("==") || text.starts_with("!=");
        return text.substr(0, doubled ? 2 : 1);
    }
    std::string_view take() {
        const std::string_view token = peek();
        skip_blanks(rest_);
        rest_.remove_prefix(token.size());
        return token;
    }

private:
    static bool is_symbol(char c) {
        return std::string_view("=!(),<>").find(c) != std::string_view::npos;
    }
    static void skip_blanks(std::string_view& text) {
        while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
            text.remove_prefix(1);
        }
    }

    std::string_view rest_;
};

bool is_word(std::string_view token) {
    return !token.empty() && std::string_view("=!(),<>").find(token[0]) == std::string_view::npos;
}

Error unexpected(std::string_view found, std::string_view expected) {
    return Error{"unable to parse requirement: found '" + std::string(found) +
                 "', expected: " + std::string(expected)};
}

// "(x,y)"; an element may be empty.
Result<std::vector<std::string>> parse_set(Tokens& tokens) {
    if (const std::string_view open = tokens.take(); open != "(") {
        return unexpected(open, "'('");
    }
    std::vector<std::string> values;
    while (true) {
        values.emplace_back(is_word(tokens.peek()) ? tokens.take() : std::string_view());
        const std::string_view separator = tokens.take();
        if (separator == ")") {
            return values;
        }
        if (separator != ",") {
            const bool nothing_yet = values.size() == 1 && values.front().empty();
            return unexpected(separator, nothing_yet ? "',', ')' or identifier" : "',' or ')'");
        }
    }
}

std::optional<LabelOperator> operator_of(std::string_view token) {
    if (token == "=" || token == "==") {
        return LabelOperator::equals;
    }
    if (token == "!=") {
        return LabelOperator::not_equals;
    }
    if (token == "in") {
        return LabelOperator::in;
    }
    if (token == "notin") {
        return LabelOperator::not_in;
    }
    if (token == ">") {
        return LabelOperator::greater;
    }
    return token == "<" ? std::optional(LabelOperator::less) : std::nullopt;
}

Result<LabelRequirement> parse_requirement(Tokens& tokens) {
    LabelRequirement requirement;
    const bool negated = tokens.peek() == "!";
    if (negated) {
        tokens.take();
    }
    const std::string_view key = tokens.take();
    if (!is_word(key)) {
        return unexpected(key, "identifier");
    }
    requirement.key = key;
    const std::string_view next = tokens.peek();
    if (negated || next.empty() || next == ",") {
        requirement.op = negated ? LabelOperator::absent : LabelOperator::exists;
        return checked(std::move(requirement));
    }
    const std::optional<LabelOperator> op = operator_of(next);
    if (!op) {
        return unexpected(next, "'=', '!=', '==', 'in', notin'");
    }
    tokens.take();
    requirement.op = *op;
    if (*op == LabelOperator::in || *op == LabelOperator::not_in) {
        Result<std::vector<std::string>> values = parse_set(tokens);
        BG_TRY(values);
        requirement.values = *std::move(values);
    } else {
        const std::string_view value = tokens.peek();
        if (!value.empty() && value != "," && !is_word(value)) {
            return unexpected(value, "identifier");
        }
        requirement.values.emplace_back(is_word(value) ? tokens.take() : std::string_view());
    }
    Result<LabelRequirement> good = checked(std::move(requirement));
    if (!good.ok()) {
        return std::move(good).error().within("unable to parse requirement");
    }
    return good;
}

Result<LabelRequirement> requirement_of(const Json& expression) {
    LabelRequirement requirement{.key = string_at(expression, {"key"}), .op = {}, .values = {}};
    for (const Json& value : array_at(expression, {"values"})) {
        requirement.values.push_back(value.is_string() ? value.get<std::string>() : dump(value));
    }
    const std::string op = string_at(expression, {"operator"});
    const bool wants_values = op == "In" || op == "NotIn";
    if (wants_values && requirement.values.empty()) {
        return Error{"for 'in', 'notin' operators, values set can't be empty"};
    }
    if (!wants_values && !requirement.values.empty()) {
        return Error{"values set must be empty for exists and does not exist"};
    }
    if (op == "In") {
        requirement.op = LabelOperator::in;
    } else if (op == "NotIn") {
        requirement.op = LabelOperator::not_in;
    } else if (op == "Exists") {
        requirement.op = LabelOperator::exists;
    } else if (op == "DoesNotExist") {
        requirement.op = LabelOperator::absent;
    } else {
        return Error{"\"" + op + "\" is not a valid label selector operator"};
    }
    return checked(std::move(requirement));
}

bool bound_holds(const LabelRequirement& requirement, const std::string& label) {
    const std::optional<std::int64_t> value = integer_of(label);
    const std::optional<std::int64_t> bound = integer_of(requirement.values.front());
    if (!value || !bound) {
        return false;
    }
    return requirement.op == LabelOperator::greater ? *value > *bound : *value < *bound;
}

bool holds(const LabelRequirement& requirement, const Json& labels) {
    const std::optional<std::string> label = find_string(labels, {requirement.key});
    const auto is_listed = [&] {
        return std::ranges::find(requirement.values, *label) != requirement.values.end();
    };
    switch (requirement.op) {
        case LabelOperator::equals:
        case LabelOperator::in:
            return label && is_listed();
        case LabelOperator::not_equals:
        case LabelOperator::not_in:
            return !label || !is_listed();
        case LabelOperator::exists:
            return label.has_value();
        case LabelOperator::absent:
            return !label;
        case LabelOperator::greater:
        case LabelOperator::less:
            return label && bound_holds(requirement, *label);
    }
    return false;
}

std::string set_text(const std::vector<std::string>& values) {
    std::string text = " (";
    for (std::size_t i = 0; i < values.size(); ++i) {
        text += (i == 0 ? "" : ",") + values[i];
    }
    return text + ")";
}

std::string to_string(const LabelRequirement& requirement) {
    switch (requirement.op) {
        case LabelOperator::equals:
            return requirement.key + "=" + requirement.values.front();
        case LabelOperator::not_equals:
            return requirement.key + "!=" + requirement.values.front();
        case LabelOperator::in:
            return requirement.key + " in" + set_text(requirement.values);
        case LabelOperator::not_in:
            return requirement.key + " notin" + set_text(requirement.values);
        case LabelOperator::exists:
            return requirement.key;
        case LabelOperator::absent:
            return "!" + requirement.key;
        case LabelOperator::greater:
            return requirement.key + ">" + requirement.values.front();
        case LabelOperator::less:
            return requirement.key + "<" + requirement.values.front();
    }
    return {};
}

Error invalid_label(std::string_view text, std::string_view why) {
    return Error{"\"" + std::string(text) + "\": " + std::string(why)};
}

}  // namespace

Result<LabelSelector> parse_label_selector(std::string_view text) {
    LabelSelector selector;
    Tokens tokens(text);
    if (tokens.peek().empty()) {
        return selector;
    }
    while (true) {
        Result<LabelRequirement> requirement = parse_requirement(tokens);
        BG_TRY(requirement);
        selector.requirements.push_back(*std::move(requirement));
        const std::string_view separator = tokens.take();
        if (separator.empty()) {
            return sorted(std::move(selector));
        }
        if (separator != ",") {
            return unexpected(separator, "',' or 'end of string'");
        }
        if (const std::string_view next = tokens.peek(); !is_word(next) && next != "!") {
            return Error{"found '" + std::string(next) + "', expected: identifier after ','"};
        }
    }
}

Result<LabelSelector> label_selector_of(const Json& structured) {
    LabelSelector selector = selector_of_map(object_at(structured, {"matchLabels"}));
    for (const LabelRequirement& requirement : selector.requirements) {
        BG_TRY(checked(requirement));
    }
    for (const Json& expression : array_at(structured, {"matchExpressions"})) {
        Result<LabelRequirement> requirement = requirement_of(expression);
        BG_TRY(requirement);
        selector.requirements.push_back(*std::move(requirement));
    }
    return sorted(std::move(selector));
}

LabelSelector selector_of_map(const Json& labels) {
    LabelSelector selector;
    if (!labels.is_object()) {
        return selector;
    }
    for (const auto& [key, value] : labels.items()) {
        selector.requirements.push_back(
            {.key = key,
             .op = LabelOperator::equals,
             .values = {value.is_string() ? value.get<std::string>() : dump(value)}});
    }
    return selector;
}

bool matches(const LabelSelector& selector, const Json& labels) {
    return std::ranges::all_of(selector.requirements, [&](const LabelRequirement& requirement) {
        return holds(requirement, labels);
    });
}

std::string to_string(const LabelSelector& selector) {
    std::string text;
    for (const LabelRequirement& requirement : selector.requirements) {
        text += (text.empty() ? "" : ",") + to_string(requirement);
    }
    return text;
}

Result<Done> check_label_value(std::string_view value) {
    if (value.size() > 63) {
        return invalid_label(value, "must be no more than 63 characters");
    }
    if (!value.empty() && !is_name_text(value)) {
        return invalid_label(value,
                             "a valid label must be an empty string or consist of alphanumeric "
                             "characters, '-', '_' or '.', and must start and end with an "
                             "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', "
                             "regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?"
                             "[A-Za-z0-9])?')");
    }
    return Done{};
}

Result<Done> check_label_key(std::string_view key) {
    const std::size_t slash = key.find('/');
    const std::string_view name = slash == std::string_view::npos ? key : key.substr(slash + 1);
    if (slash != std::string_view::npos && !is_dns_subdomain(key.substr(0, slash))) {
        return invalid_label(key,
                             "prefix part a lowercase RFC 1123 subdomain must consist of lower "
                             "case alphanumeric characters, '-' or '.', and must start and end "
                             "with an alphanumeric character");
    }
    if (name.size() > 63) {
        return invalid_label(key, "name part must be no more than 63 characters");
    }
    if (!is_name_text(name)) {
        return invalid_label(
            key,
            "name part must consist of alphanumeric characters, '-', '_' or '.', and must start "
            "and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', "
            "regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')");
    }
    return Done{};
}

}  // namespace bestgres::kube
