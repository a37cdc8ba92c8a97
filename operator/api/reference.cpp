#include "operator/api/reference.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace bestgres::api {
namespace {

std::string type_of(const SchemaNode& node) {
    if (node.facts.contains("x-kubernetes-int-or-string")) {
        return "integer or text";
    }
    const std::string type = string_at(node.facts, {"type"});
    if (type == "array") {
        return "list of " + type_of(node.element.front());
    }
    if (type == "object" && !node.element.empty()) {
        return "map to " + type_of(node.element.front());
    }
    if (node.facts.contains("x-kubernetes-preserve-unknown-fields")) {
        return "Kubernetes object";
    }
    if (node.facts.contains("enum")) {
        std::vector<std::string> words;
        for (const Json& word : node.facts["enum"]) {
            words.push_back("`" + word.get<std::string>() + "`");
        }
        return fmt::format("{}", fmt::join(words, ", "));
    }
    if (string_at(node.facts, {"format"}) == "date-time") {
        return "time";
    }
    return type == "string" ? "text" : type;
}

std::string bounds_of(const SchemaNode& node) {
    const auto least = find_int(node.facts, {"minimum"});
    const auto most = find_int(node.facts, {"maximum"});
    if (least && most) {
        return fmt::format(", {} to {}", *least, *most);
    }
    return least ? fmt::format(", at least {}", *least) : "";
}

std::string default_of(const SchemaField& field) {
    if (field.required) {
        return "required";
    }
    const auto found = field.node.facts.find("default");
    if (found == field.node.facts.end() || found->is_object()) {
        return "";
    }
    return "`" + (found->is_string() ? found->get<std::string>() : dump(*found)) + "`";
}

// A pipe would end the cell of a table.
std::string cell(std::string text) {
    for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) {
        text.insert(at, "\\");
    }
    return text;
}

void add_rules(const SchemaNode& node, std::string& page) {
    for (const Json& rule : array_at(node.facts, {"x-kubernetes-validations"})) {
        page += fmt::format("- {}\n", string_at(rule, {"message"}));
    }
}

void add_object(const std::string& path, const SchemaNode& node, std::string& page) {
    page += fmt::format("\n### {}\n\n", path);
    const std::string doc = string_at(node.facts, {"description"});
    page += doc.empty() ? "" : doc + "\n\n";
    page += "| field | type | default | |\n|---|---|---|---|\n";
    for (const SchemaField& field : node.fields) {
        page += fmt::format("| `{}` | {}{} | {} | {} |\n", field.name, type_of(field.node),
                            bounds_of(field.node), default_of(field),
                            cell(string_at(field.node.facts, {"description"})));
    }
    std::string rules;
    add_rules(node, rules);
    for (const SchemaField& field : node.fields) {
        if (field.node.fields.empty()) {
            add_rules(field.node, rules);
        }
    }
    page += rules.empty() ? "" : "\nRules:\n" + rules;
    for (const SchemaField& field : node.fields) {
        if (!field.node.fields.empty()) {
            add_object(path + "." + field.name, field.node, page);
        } else if (!field.node.element.empty() && !field.node.element.front().fields.empty()) {
            add_object(path + "." + field.name + "[]", field.node.element.front(), page);
        }
    }
}

}  // namespace

std::string reference_section(std::string_view kind, const SchemaNode& root) {
    std::string page =
        fmt::format("\n## {}\n\n{}\n\n", kind, string_at(root.facts, {"description"}));
    add_rules(root, page);
    for (const SchemaField& field : root.fields) {
        if (field.name == "spec" || field.name == "status") {
            add_object(field.name, field.node, page);
        }
    }
    return page;
}

}  // namespace bestgres::api
