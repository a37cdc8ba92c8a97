#include "fakekube/kinds/go_text.hpp"

#include <fmt/format.h>

#include <vector>

#include "fakekube/field_error.hpp"

namespace bestgres::fakekube {
namespace {

std::string go_string_list(const Json& values, std::string_view type) {
    if (!values.is_array() || values.empty()) {
        return fmt::format("{}(nil)", type);
    }
    std::string text;
    for (const Json& value : values) {
        text += (text.empty() ? "" : ", ") +
                (value.is_string() ? go_quote(value.get<std::string>()) : dump(value));
    }
    return fmt::format("{}{{{}}}", type, text);
}

std::string go_requirement(const Json& requirement) {
    return fmt::format("v1.LabelSelectorRequirement{{Key:{}, Operator:{}, Values:{}}}",
                       go_quote(string_at(requirement, {"key"})),
                       go_quote(string_at(requirement, {"operator"})),
                       go_string_list(array_at(requirement, {"values"}), "[]string"));
}

}  // namespace

std::string go_text(const Json& value) {
    if (value.is_null()) {
        return "<nil>";
    }
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (!value.is_structured()) {
        return dump(value);
    }
    std::string text;
    for (const auto& [key, child] : value.items()) {
        text += text.empty() ? "" : " ";
        text += value.is_object() ? key + ":" + go_text(child) : go_text(child);
    }
    return (value.is_object() ? "map[" : "[") + text + "]";
}

std::string go_string_map(const Json& value) {
    if (!value.is_object() || value.empty()) {
        return "map[string]string(nil)";
    }
    std::string text;
    for (const auto& [key, child] : value.items()) {
        text += (text.empty() ? "" : ", ") + go_quote(key) + ":" +
                (child.is_string() ? go_quote(child.get<std::string>()) : dump(child));
    }
    return "map[string]string{" + text + "}";
}

std::string go_int_or_string(const Json& value) {
    if (value.is_string()) {
        return fmt::format("intstr.IntOrString{{Type:1, IntVal:0, StrVal:{}}}",
                           go_quote(value.get<std::string>()));
    }
    return fmt::format("intstr.IntOrString{{Type:0, IntVal:{}, StrVal:\"\"}}",
                       value.is_number() ? value.get<std::int64_t>() : 0);
}

std::string go_label_selector(const Json& selector) {
    const Json& expressions = array_at(selector, {"matchExpressions"});
    std::string list;
    for (const Json& requirement : expressions) {
        list += (list.empty() ? "" : ", ") + go_requirement(requirement);
    }
    const std::string shown = expressions.empty() ? "[]v1.LabelSelectorRequirement(nil)"
                                                  : "[]v1.LabelSelectorRequirement{" + list + "}";
    return fmt::format("v1.LabelSelector{{MatchLabels:{}, MatchExpressions:{}}}",
                       go_string_map(object_at(selector, {"matchLabels"})), shown);
}

Json verbatim(std::string_view text) {
    return Json::binary(std::vector<std::uint8_t>(text.begin(), text.end()));
}

}  // namespace bestgres::fakekube
