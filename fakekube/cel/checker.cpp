#include "fakekube/cel/checker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "fakekube/cel/functions.hpp"

namespace bestgres::fakekube::cel {
namespace {

// What is known of the value of a node. All empty: nothing.
struct Known {
    const TypeSchema* schema = nullptr;
    std::optional<std::string> type = std::nullopt;
};

struct Variable {
    std::string name;
    Known known;
};

bool is_type_name(std::string_view name) {
    for (const std::string_view type :
         {"int", "uint", "double", "bool", "string", "bytes", "list", "map", "null_type", "type"}) {
        if (name == type) {
            return true;
        }
    }
    return false;
}

std::optional<std::string> scalar_type(const TypeSchema& schema) {
    using Type = TypeSchema::Type;
    switch (schema.type) {
        case Type::boolean:
            return "bool";
        case Type::integer:
            return "int";
        case Type::number:
            return "double";
        case Type::string:
            return "string";
        case Type::any:
        case Type::object:
        case Type::map:
        case Type::array:
        case Type::int_or_string:
        case Type::quantity:
        case Type::time:
        case Type::micro_time:
        case Type::bytes:
            return std::nullopt;
    }
    return std::nullopt;
}

Known known_of(const TypeSchema* schema) {
    return Known{.schema = schema, .type = schema == nullptr ? std::nullopt : scalar_type(*schema)};
}

class Checker {
public:
    explicit Checker(const Scope& scope) {
        variables_.push_back(Variable{.name = "self", .known = known_of(scope.self)});
        // Of an optional oldSelf nothing is known beforehand.
        variables_.push_back(
            Variable{.name = "oldSelf",
                     .known = scope.old_self_is_optional ? Known{} : known_of(scope.self)});
    }

    Checked run(const Node& root) {
        const Known known = visit(root);
        checked_.result_type = known.type;
        return std::move(checked_);
    }

private:
    void fail(std::size_t at, std::string message) {
        if (!checked_.error.has_value()) {
            checked_.error = SyntaxError{.at = at, .message = std::move(message)};
        }
    }

    const Variable* find_variable(std::string_view name) const {
        const auto found = std::find_if(variables_.rbegin(), variables_.rend(),
                                        [name](const Variable& one) { return one.name == name; });
        return found == variables_.rend() ? nullptr : &*found;
    }

    Known visit(const Node& node) {
        switch (node.type) {
            case NodeType::literal:
                return Known{.schema = nullptr, .type = type_of(node.value)};
            case NodeType::identifier:
                return visit_name(node);
            case NodeType::select:
                return visit_select(node);
            case NodeType::optional_select:
            case NodeType::optional_index:
                visit_all(node);
                return Known{};
            case NodeType::index:
                return visit_index(node);
            case NodeType::call:
                visit_all(node);
                check_function(node.name, false, node);
                return result_of(node.name);
            case NodeType::method:
                return visit_method(node);
            case NodeType::unary:
                visit_all(node);
                return Known{.schema = nullptr,
                             .type = node.name == "!" ? std::optional("bool") : std::nullopt};
            case NodeType::binary:
                return visit_binary(node);
            case NodeType::both:
            case NodeType::either:
                visit_all(node);
                return boolean();
            case NodeType::choice:
                return visit_choice(node);
            case NodeType::list:
                visit_all(node);
                return Known{.schema = nullptr, .type = "list"};
            case NodeType::map:
                visit_all(node);
                return Known{.schema = nullptr, .type = "map"};
            case NodeType::has:
                visit_all(node);
                return boolean();
            case NodeType::all:
            case NodeType::exists:
            case NodeType::exists_one:
                visit_macro(node);
                return boolean();
            case NodeType::filter:
            case NodeType::transform:
                visit_macro(node);
                return Known{.schema = nullptr, .type = "list"};
        }
        return Known{};
    }

    static Known boolean() { return Known{.schema = nullptr, .type = "bool"}; }

    void visit_all(const Node& node) {
        for (const Node& operand : node.operands) {
            visit(operand);
        }
    }

    Known visit_name(const Node& node) {
        if (const Variable* variable = find_variable(node.name)) {
            checked_.uses_old_self = checked_.uses_old_self || node.name == "oldSelf";
            return variable->known;
        }
        if (!is_type_name(node.name)) {
            fail(node.at, fmt::format("undeclared reference to '{}' (in container '')", node.name));
        }
        return Known{.schema = nullptr, .type = "type"};
    }

    Known visit_select(const Node& node) {
        const Known target = visit(node.operands[0]);
        const TypeSchema* schema = target.schema;
        if (target.type.has_value() && *target.type != "map" && *target.type != "list") {
            fail(node.at, fmt::format("type '{}' does not support field selection", *target.type));
            return Known{};
        }
        if (schema == nullptr || schema->type == TypeSchema::Type::any) {
            return Known{};
        }
        if (schema->type == TypeSchema::Type::map) {
            return known_of(schema->element.get());
        }
        if (schema->type != TypeSchema::Type::object) {
            return Known{};
        }
        const TypeSchema* field = find_field(*schema, node.name);
        if (field == nullptr) {
            field = find_field(*schema, unescape_name(node.name));
        }
        if (field == nullptr) {
            fail(node.at, fmt::format("undefined field '{}'", node.name));
        }
        return known_of(field);
    }

    Known visit_index(const Node& node) {
        const Known target = visit(node.operands[0]);
        visit(node.operands[1]);
        return target.schema == nullptr ? Known{} : known_of(target.schema->element.get());
    }

    Known visit_method(const Node& node) {
        const Node& target = node.operands[0];
        const bool is_namespace =
            target.type == NodeType::identifier && find_variable(target.name) == nullptr;
        if (is_namespace) {
            const std::string name = fmt::format("{}.{}", target.name, node.name);
            for (std::size_t index = 1; index < node.operands.size(); ++index) {
                visit(node.operands[index]);
            }
            if (!is_function(name, false)) {
                fail(target.at,
                     fmt::format("undeclared reference to '{}' (in container '')", target.name));
            }
            return Known{};
        }
        visit_all(node);
        check_function(node.name, true, node);
        return result_of(node.name);
    }

    void check_function(const std::string& name, bool is_method, const Node& node) {
        if (!is_function(name, is_method)) {
            fail(node.at, fmt::format("undeclared reference to '{}' (in container '')", name));
        } else if (find_function(name, is_method, node.operands.size()) == nullptr) {
            fail(node.at, fmt::format("found no matching overload for '{}'", name));
        }
    }

    static Known result_of(std::string_view name) {
        for (const std::string_view truth :
             {"startsWith", "endsWith", "contains", "matches", "isSorted", "isQuantity",
              "isLessThan", "isGreaterThan", "isInteger", "hasValue", "bool"}) {
            if (name == truth) {
                return boolean();
            }
        }
        for (const std::string_view number :
             {"size", "int", "indexOf", "lastIndexOf", "compareTo"}) {
            if (name == number) {
                return Known{.schema = nullptr, .type = "int"};
            }
        }
        for (const std::string_view text :
             {"string", "lowerAscii", "upperAscii", "trim", "replace", "substring", "join"}) {
            if (name == text) {
                return Known{.schema = nullptr, .type = "string"};
            }
        }
        return Known{};
    }

    // Types that are known on both sides must be the same.
    Known visit_binary(const Node& node) {
        const Known left = visit(node.operands[0]);
        const Known right = visit(node.operands[1]);
        const bool are_known = left.type.has_value() && right.type.has_value();
        const bool is_free =
            node.name == "in" ||
            (are_known && (*left.type == "null_type" || *right.type == "null_type"));
        if (are_known && !is_free && *left.type != *right.type && !are_numbers(left, right, node)) {
            fail(node.at, fmt::format("found no matching overload for '_{}_' applied to '({}, {})'",
                                      node.name, *left.type, *right.type));
        }
        const bool is_relation = node.name == "in" || node.name[0] == '<' || node.name[0] == '>' ||
                                 node.name[0] == '=' || node.name[0] == '!';
        return is_relation ? boolean() : Known{.schema = nullptr, .type = left.type};
    }

    // Relations between numbers of different types are allowed.
    static bool are_numbers(const Known& left, const Known& right, const Node& node) {
        const auto is_number = [](const std::string& type) {
            return type == "int" || type == "uint" || type == "double";
        };
        const bool is_relation = node.name[0] == '<' || node.name[0] == '>';
        return is_relation && is_number(*left.type) && is_number(*right.type);
    }

    Known visit_choice(const Node& node) {
        visit(node.operands[0]);
        Known yes = visit(node.operands[1]);
        const Known no = visit(node.operands[2]);
        return yes.type == no.type ? yes : Known{};
    }

    void visit_macro(const Node& node) {
        const Known target = visit(node.operands[0]);
        Known item;
        if (target.schema != nullptr && target.schema->type == TypeSchema::Type::array) {
            item = known_of(target.schema->element.get());
        }
        variables_.push_back(Variable{.name = node.name, .known = item});
        for (std::size_t index = 1; index < node.operands.size(); ++index) {
            visit(node.operands[index]);
        }
        variables_.pop_back();
    }

    std::vector<Variable> variables_;
    Checked checked_;
};

}  // namespace

Checked check(const Node& root, const Scope& scope) {
    return Checker(scope).run(root);
}

}  // namespace bestgres::fakekube::cel
