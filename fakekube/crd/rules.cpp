#include "fakekube/crd/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "fakekube/cel/program.hpp"
#include "fakekube/kinds/go_text.hpp"

namespace bestgres::fakekube {
namespace {

struct Rule {
    cel::Program program;
    std::optional<cel::Program> message_program;
    std::string message;
    std::string reason;
    std::string field_path;
    bool runs_without_old = true;
    bool old_is_optional = false;
};

cel::Scope scope_of(const Json& rule, const TypeSchema& type) {
    return cel::Scope{.self = &type,
                      .old_self_is_optional = find_bool(rule, {"optionalOldSelf"}).value_or(false)};
}

Result<cel::Program> compile_rule(const Json& rule, const TypeSchema& type) {
    const std::string expression = string_at(rule, {"rule"});
    Result<cel::Program> program = cel::Program::compile(expression, scope_of(rule, type));
    BG_TRY(program);
    if (program->result_type().value_or("bool") != "bool") {
        return Error{"cel expression must evaluate to a bool"};
    }
    return program;
}

// What a rule is called where its own message is not given.
std::string message_of(const Json& rule) {
    const std::string message = string_at(rule, {"message"});
    return message.empty() ? fmt::format("failed rule: {}", string_at(rule, {"rule"})) : message;
}

std::optional<Rule> make_rule(const Json& json, const TypeSchema& type) {
    Result<cel::Program> program = compile_rule(json, type);
    if (!program.ok()) {
        return std::nullopt;
    }
    const bool is_optional = find_bool(json, {"optionalOldSelf"}).value_or(false);
    Rule rule{.program = *std::move(program),
              .message_program = std::nullopt,
              .message = message_of(json),
              .reason = string_at(json, {"reason"}),
              .field_path = string_at(json, {"fieldPath"}),
              .runs_without_old = true,
              .old_is_optional = is_optional};
    rule.runs_without_old = is_optional || !rule.program.uses_old_self();
    const std::string expression = string_at(json, {"messageExpression"});
    if (!expression.empty()) {
        if (Result<cel::Program> message = cel::Program::compile(expression, scope_of(json, type));
            message.ok()) {
            rule.message_program = *std::move(message);
        }
    }
    return rule;
}

std::string type_word(const JsonSchema& schema) {
    return schema.type.empty() ? "object" : schema.type;
}

// How the path of the whole object reads.
std::string named(std::string path) {
    return path.empty() ? "<nil>" : std::move(path);
}

FieldError make_error(const std::string& reason, std::string field, std::string value,
                      std::string message) {
    if (reason == "FieldValueForbidden") {
        return forbidden(std::move(field), std::move(message));
    }
    if (reason == "FieldValueRequired") {
        return required(std::move(field), std::move(message));
    }
    FieldError error = invalid(std::move(field), std::move(value), std::move(message));
    if (reason == "FieldValueDuplicate") {
        error.type = FieldErrorType::duplicate;
    }
    return error;
}

}  // namespace

struct Rules::Node {
    std::string type;  // how errors name the value: "object"
    SchemaPtr schema;
    std::vector<Rule> rules;
    std::map<std::string, std::unique_ptr<const Node>, std::less<>> fields;
    std::unique_ptr<const Node> element;  // of lists and maps
    std::vector<std::string> list_keys;
    bool is_list_map = false;
};

namespace {

using Node = Rules::Node;

std::unique_ptr<const Node> build(const JsonSchema& schema, bool is_root) {
    auto node = std::make_unique<Node>();
    node->type = type_word(schema);
    node->schema = to_type_schema(schema, is_root);
    if (schema.validations.is_array()) {
        for (const Json& json : schema.validations) {
            if (std::optional<Rule> rule = make_rule(json, *node->schema)) {
                node->rules.push_back(*std::move(rule));
            }
        }
    }
    for (const auto& [name, property] : schema.properties) {
        if (std::unique_ptr<const Node> below = build(*property, false)) {
            node->fields.emplace(name, std::move(below));
        }
    }
    if (schema.items != nullptr) {
        node->element = build(*schema.items, false);
        node->is_list_map = schema.list_type == TypeSchema::ListType::map;
        node->list_keys = schema.list_map_keys;
    } else if (schema.additional != nullptr) {
        node->element = build(*schema.additional, false);
    }
    const bool is_bare = node->rules.empty() && node->fields.empty() && node->element == nullptr;
    return is_bare ? nullptr : std::unique_ptr<const Node>(std::move(node));
}

// A value and the one that was there before; null where there was none.
struct Change {
    const Json& now;
    const Json* before;
};

class Runner {
public:
    void run(const Node& node, const Change& change, const std::string& path) {
        for (const Rule& rule : node.rules) {
            run_rule(rule, node, change, path);
        }
        if (change.now.is_object()) {
            run_below(node, change, path);
        } else if (change.now.is_array() && node.element != nullptr) {
            run_items(node, change, path);
        }
    }

    FieldErrors take() { return std::move(errors_); }

private:
    void run_rule(const Rule& rule, const Node& node, const Change& change,
                  const std::string& path) {
        if (change.before == nullptr && !rule.runs_without_old) {
            return;
        }
        const cel::Value self = cel::view(change.now, node.schema.get());
        cel::Value old;
        if (change.before != nullptr) {
            old = cel::view(*change.before, node.schema.get());
        }
        if (rule.old_is_optional) {
            old =
                change.before == nullptr ? cel::Value{cel::Optional{}} : cel::some(std::move(old));
        }
        const Result<cel::Value> result = rule.program.run(self, &old);
        if (!result.ok()) {
            errors_.push_back(invalid(
                named(path), node.type,
                fmt::format("{} evaluating rule: {}", result.error().message, rule.message)));
            return;
        }
        const bool* holds = result->get<bool>();
        if (holds != nullptr && *holds) {
            return;
        }
        errors_.push_back(make_error(rule.reason, named(path + rule.field_path), node.type,
                                     message_for(rule, self, old)));
    }

    static std::string message_for(const Rule& rule, const cel::Value& self,
                                   const cel::Value& old) {
        if (rule.message_program.has_value()) {
            const Result<cel::Value> result = rule.message_program->run(self, &old);
            const std::string* text = result.ok() ? result->get<std::string>() : nullptr;
            if (text != nullptr && !text->empty()) {
                return *text;
            }
        }
        return rule.message;
    }

    void run_below(const Node& node, const Change& change, const std::string& path) {
        for (const auto& [name, child] : change.now.items()) {
            const auto field = node.fields.find(name);
            const bool is_entry = field == node.fields.end() && node.fields.empty();
            const Node* below = is_entry ? node.element.get() : nullptr;
            if (field != node.fields.end()) {
                below = field->second.get();
            }
            if (below == nullptr) {
                continue;
            }
            const Json* old = change.before == nullptr ? nullptr : find(*change.before, {name});
            const std::string inner =
                path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
            run(*below, Change{.now = child, .before = old},
                is_entry ? fmt::format("{}[{}]", path, name) : inner);
        }
    }

    void run_items(const Node& node, const Change& change, const std::string& path) {
        for (std::size_t index = 0; index < change.now.size(); ++index) {
            const Json& item = change.now[index];
            run(*node.element, Change{.now = item, .before = find_old(node, item, change.before)},
                fmt::format("{}[{}]", path, index));
        }
    }

    // The item that was there before, of lists whose items have keys.
    static const Json* find_old(const Node& node, const Json& item, const Json* before) {
        if (before == nullptr || !node.is_list_map || !before->is_array()) {
            return nullptr;
        }
        for (const Json& candidate : *before) {
            const bool is_same = std::all_of(
                node.list_keys.begin(), node.list_keys.end(), [&](const std::string& key) {
                    const Json* ours = find(item, {key});
                    const Json* theirs = find(candidate, {key});
                    return ours != nullptr && theirs != nullptr && *ours == *theirs;
                });
            if (is_same) {
                return &candidate;
            }
        }
        return nullptr;
    }

    FieldErrors errors_;
};

// %#v of a ValidationRule, as errors about rules show it.
Json go_rule(const Json& rule) {
    return verbatim(
        fmt::format("apiextensions.ValidationRule{{Rule:{}, Message:{}, "
                    "MessageExpression:{}, Reason:(*apiextensions.FieldValueErrorReason)"
                    "(nil), FieldPath:{}, OptionalOldSelf:(*bool)(nil)}}",
                    go_quote(string_at(rule, {"rule"})), go_quote(string_at(rule, {"message"})),
                    go_quote(string_at(rule, {"messageExpression"})),
                    go_quote(string_at(rule, {"fieldPath"}))));
}

}  // namespace

FieldErrors compile_problems(const Json& schema, const std::string& path) {
    FieldErrors errors;
    const Json& rules = array_at(schema, {"x-kubernetes-validations"});
    if (rules.empty()) {
        return errors;
    }
    const bool is_root = path.rfind(".openAPIV3Schema") + 16 == path.size();
    const SchemaPtr type = to_type_schema(*parse_json_schema(schema), is_root);
    for (std::size_t index = 0; index < rules.size(); ++index) {
        const std::string where = fmt::format("{}.x-kubernetes-validations[{}]", path, index);
        const Json& rule = rules[index];
        if (string_at(rule, {"rule"}).empty()) {
            errors.push_back(required(where + ".rule", "rule is not specified"));
            continue;
        }
        const Result<cel::Program> program = compile_rule(rule, *type);
        if (!program.ok()) {
            errors.push_back(
                invalid(where + ".rule", go_rule(rule),
                        fmt::format("compilation failed: {}", program.error().message)));
        }
        const std::string expression = string_at(rule, {"messageExpression"});
        if (!expression.empty()) {
            const Result<cel::Program> message =
                cel::Program::compile(expression, scope_of(rule, *type));
            if (!message.ok() || message->result_type().value_or("string") != "string") {
                errors.push_back(
                    invalid(where + ".messageExpression", go_rule(rule),
                            message.ok() ? "messageExpression must evaluate to a string"
                                         : fmt::format("messageExpression compilation failed: {}",
                                                       message.error().message)));
            }
        }
    }
    return errors;
}

Rules::Rules(const JsonSchema& schema) : root_(build(schema, true)) {}
Rules::~Rules() = default;

FieldErrors Rules::validate(const Json& now, const Json* before) const {
    if (root_ == nullptr) {
        return {};
    }
    Runner runner;
    runner.run(*root_, Change{.now = now, .before = before}, "");
    return runner.take();
}

}  // namespace bestgres::fakekube
