// The field selectors of selector.hpp.

#include <algorithm>
#include <optional>

#include "lib/kube/selector.hpp"

namespace bestgres::kube {
namespace {

// One comma-separated term with its escapes resolved; `split` is the position of the operator.
struct Term {
    std::string text;
    std::optional<std::size_t> split;
    std::size_t operator_length = 0;
};

std::size_t operator_length_at(std::string_view text) {
    if (text.starts_with("!=") || text.starts_with("==")) {
        return 2;
    }
    return text.starts_with("=") ? 1 : 0;
}

Result<std::vector<Term>> terms_of(std::string_view text) {
    std::vector<Term> terms(1);
    for (std::size_t i = 0; i < text.size(); ++i) {
        Term& term = terms.back();
        const std::size_t length = term.split ? 0 : operator_length_at(text.substr(i));
        if (text[i] == '\\') {
            if (i + 1 == text.size()) {
                return Error{"invalid field selector: it ends with a backslash"};
            }
            term.text += text[++i];
        } else if (text[i] == ',') {
            terms.emplace_back();
        } else if (length > 0) {
            term.split = term.text.size();
            term.operator_length = length;
            term.text += text.substr(i, length);
            i += length - 1;
        } else {
            term.text += text[i];
        }
    }
    return terms;
}

std::string escaped(std::string_view value) {
    std::string text;
    for (const char c : value) {
        if (c == ',' || c == '=' || c == '\\') {
            text += '\\';
        }
        text += c;
    }
    return text;
}

std::string field_text(const Json& object, std::string_view field) {
    const Json* value = &object;
    while (!field.empty()) {
        const std::size_t dot = field.find('.');
        const std::string key(field.substr(0, dot));
        field = dot == std::string_view::npos ? std::string_view() : field.substr(dot + 1);
        const auto found = value->is_object() ? value->find(key) : value->end();
        if (!value->is_object() || found == value->end()) {
            return {};
        }
        value = &*found;
    }
    if (value->is_null()) {
        return {};
    }
    return value->is_string() ? value->get<std::string>() : dump(*value);
}

}  // namespace

Result<FieldSelector> parse_field_selector(std::string_view text) {
    FieldSelector selector;
    Result<std::vector<Term>> terms = terms_of(text);
    BG_TRY(terms);
    for (const Term& term : *terms) {
        if (term.text.empty()) {
            continue;
        }
        if (!term.split || *term.split == 0) {
            return Error{"invalid selector: '" + std::string(text) + "'; can't understand '" +
                         term.text + "'"};
        }
        selector.requirements.push_back(
            {.field = term.text.substr(0, *term.split),
             .value = term.text.substr(*term.split + term.operator_length),
             .equal = term.text[*term.split] != '!'});
    }
    return selector;
}

bool matches(const FieldSelector& selector, const Json& object) {
    return std::ranges::all_of(selector.requirements, [&](const FieldRequirement& requirement) {
        return (field_text(object, requirement.field) == requirement.value) == requirement.equal;
    });
}

std::string to_string(const FieldSelector& selector) {
    std::string text;
    for (const FieldRequirement& requirement : selector.requirements) {
        text += (text.empty() ? "" : ",") + requirement.field + (requirement.equal ? "=" : "!=") +
                escaped(requirement.value);
    }
    return text;
}

}  // namespace bestgres::kube
