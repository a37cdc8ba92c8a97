#include "fakekube/cel/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "fakekube/cel/arithmetic.hpp"
#include "fakekube/cel/checker.hpp"
#include "fakekube/cel/functions.hpp"

namespace bestgres::fakekube::cel {
namespace {

// As many steps as Kubernetes' cost limit lets simple rules take, within a small factor.
constexpr std::size_t most_steps = 1'000'000;

struct Variable {
    std::string_view name;
    Value value;
};

class Machine {
public:
    void bind(std::string_view name, Value value) {
        variables_.push_back(Variable{.name = name, .value = std::move(value)});
    }

    Result<Value> run(const Node& node) {
        if (++steps_ > most_steps) {
            return Error{"operation cancelled: actual cost limit exceeded"};
        }
        switch (node.type) {
            case NodeType::literal:
                return node.value;
            case NodeType::identifier:
                return run_name(node);
            case NodeType::select:
                return run_select(node);
            case NodeType::optional_select:
                return run_optional_select(node);
            case NodeType::index:
                return run_index(node);
            case NodeType::optional_index:
                return run_optional_index(node);
            case NodeType::call:
            case NodeType::method:
                return run_call(node);
            case NodeType::unary:
                return run_unary(node);
            case NodeType::binary:
                return run_binary(node);
            case NodeType::both:
                return run_logic(node, false);
            case NodeType::either:
                return run_logic(node, true);
            case NodeType::choice:
                return run_choice(node);
            case NodeType::list:
                return run_list(node);
            case NodeType::map:
                return run_map(node);
            case NodeType::has:
                return run_has(node);
            case NodeType::all:
                return run_quantifier(node, false);
            case NodeType::exists:
                return run_quantifier(node, true);
            case NodeType::exists_one:
                return run_exists_one(node);
            case NodeType::filter:
                return run_filter(node);
            case NodeType::transform:
                return run_transform(node);
        }
        return Error{"unknown expression"};
    }

private:
    const Variable* find_variable(std::string_view name) const {
        const auto found = std::find_if(variables_.rbegin(), variables_.rend(),
                                        [name](const Variable& one) { return one.name == name; });
        return found == variables_.rend() ? nullptr : &*found;
    }

    Result<Value> run_name(const Node& node) const {
        if (const Variable* variable = find_variable(node.name)) {
            return variable->value;
        }
        return Value{TypeName{.name = node.name}};
    }

    Result<Value> run_select(const Node& node) {
        const Result<Value> target = run(node.operands[0]);
        BG_TRY(target);
        if (const Optional* held = target->get<Optional>()) {
            return select_in_optional(*held, node.name);
        }
        if (!target->is_map()) {
            return no_overload();
        }
        if (std::optional<Value> found = find_member(*target, node.name)) {
            return *std::move(found);
        }
        return Error{fmt::format("no such key: {}", node.name)};
    }

    static Result<Value> select_in_optional(const Optional& held, std::string_view name) {
        if (held.value == nullptr) {
            return Value{Optional{}};
        }
        std::optional<Value> found = find_member(*held.value, name);
        return found.has_value() ? some(*std::move(found)) : Value{Optional{}};
    }

    Result<Value> run_optional_select(const Node& node) {
        const Result<Value> target = run(node.operands[0]);
        BG_TRY(target);
        if (const Optional* held = target->get<Optional>()) {
            return select_in_optional(*held, node.name);
        }
        std::optional<Value> found = find_member(*target, node.name);
        return found.has_value() ? some(*std::move(found)) : Value{Optional{}};
    }

    static std::optional<Value> find_index(const Value& container, const Value& key) {
        if (!container.is_list()) {
            return find_entry(container, key);
        }
        const std::int64_t* index = key.get<std::int64_t>();
        const Values items = items_of(container);
        if (index == nullptr || *index < 0 || static_cast<std::size_t>(*index) >= items.size()) {
            return std::nullopt;
        }
        return items[static_cast<std::size_t>(*index)];
    }

    Result<Value> run_index(const Node& node) {
        const Result<Value> target = run(node.operands[0]);
        BG_TRY(target);
        const Result<Value> key = run(node.operands[1]);
        BG_TRY(key);
        if (std::optional<Value> found = find_index(*target, *key)) {
            return *std::move(found);
        }
        if (target->is_list()) {
            const std::int64_t* index = key->get<std::int64_t>();
            return index == nullptr ? no_overload()
                                    : Error{fmt::format("index out of bounds: {}", *index)};
        }
        const std::string* name = key->get<std::string>();
        return Error{fmt::format("no such key: {}", name == nullptr ? "" : *name)};
    }

    Result<Value> run_optional_index(const Node& node) {
        const Result<Value> target = run(node.operands[0]);
        BG_TRY(target);
        const Result<Value> key = run(node.operands[1]);
        BG_TRY(key);
        std::optional<Value> found = find_index(*target, *key);
        return found.has_value() ? some(*std::move(found)) : Value{Optional{}};
    }

    Result<Value> run_call(const Node& node) {
        bool is_method = node.type == NodeType::method;
        std::string name = node.name;
        std::size_t first = 0;
        if (is_method && node.operands[0].type == NodeType::identifier &&
            find_variable(node.operands[0].name) == nullptr) {
            name = fmt::format("{}.{}", node.operands[0].name, node.name);
            is_method = false;
            first = 1;
        }
        Values arguments;
        for (std::size_t index = first; index < node.operands.size(); ++index) {
            Result<Value> argument = run(node.operands[index]);
            BG_TRY(argument);
            arguments.push_back(*std::move(argument));
        }
        steps_ += arguments.empty() ? 0 : size_of(arguments[0]);
        if (node.expression != nullptr) {
            const std::string* whole = arguments[0].get<std::string>();
            return whole == nullptr ? Result<Value>(no_overload())
                                    : Value{std::regex_search(*whole, *node.expression)};
        }
        const Function* function = find_function(name, is_method, arguments.size());
        return function == nullptr ? Result<Value>(no_overload()) : function->run(arguments);
    }

    Result<Value> run_unary(const Node& node) {
        const Result<Value> operand = run(node.operands[0]);
        BG_TRY(operand);
        return apply_unary(node.name, *operand);
    }

    Result<Value> run_binary(const Node& node) {
        const Result<Value> left = run(node.operands[0]);
        BG_TRY(left);
        const Result<Value> right = run(node.operands[1]);
        BG_TRY(right);
        steps_ += size_of(*left) + size_of(*right);
        return apply_binary(node.name, *left, *right);
    }

    static Result<bool> truth_of(const Result<Value>& value) {
        BG_TRY(value);
        const bool* truth = value->get<bool>();
        if (truth == nullptr) {
            return no_overload();
        }
        return *truth;
    }

    // && and || are commutative: an error counts only if the other side does not decide.
    Result<Value> run_logic(const Node& node, bool deciding) {
        const Result<bool> left = truth_of(run(node.operands[0]));
        if (left.ok() && *left == deciding) {
            return Value{deciding};
        }
        const Result<bool> right = truth_of(run(node.operands[1]));
        if (right.ok() && *right == deciding) {
            return Value{deciding};
        }
        BG_TRY(left);
        BG_TRY(right);
        return Value{!deciding};
    }

    Result<Value> run_choice(const Node& node) {
        const Result<bool> condition = truth_of(run(node.operands[0]));
        BG_TRY(condition);
        return run(node.operands[*condition ? 1 : 2]);
    }

    Result<Value> run_list(const Node& node) {
        Values items;
        for (const Node& operand : node.operands) {
            Result<Value> item = run(operand);
            BG_TRY(item);
            items.push_back(*std::move(item));
        }
        return list(std::move(items));
    }

    Result<Value> run_map(const Node& node) {
        Entries entries;
        for (std::size_t index = 0; index + 1 < node.operands.size(); index += 2) {
            Result<Value> key = run(node.operands[index]);
            BG_TRY(key);
            Result<Value> value = run(node.operands[index + 1]);
            BG_TRY(value);
            entries.emplace_back(*std::move(key), *std::move(value));
        }
        return map(std::move(entries));
    }

    Result<Value> run_has(const Node& node) {
        const Node& select = node.operands[0];
        const Result<Value> target = run(select.operands[0]);
        BG_TRY(target);
        if (!target->is_map()) {
            return no_overload();
        }
        const std::optional<Value> found = find_member(*target, select.name);
        return Value{found.has_value()};
    }

    // Runs operand `index` of a macro with its variable bound to `item`.
    Result<Value> run_with(const Node& node, std::size_t index, const Value& item) {
        bind(node.name, item);
        Result<Value> result = run(node.operands[index]);
        variables_.pop_back();
        return result;
    }

    Result<Values> run_range(const Node& node) {
        const Result<Value> range = run(node.operands[0]);
        BG_TRY(range);
        if (!range->is_list() && !range->is_map()) {
            return no_overload();
        }
        return items_of(*range);
    }

    // all and exists: an error counts only if no item decides.
    Result<Value> run_quantifier(const Node& node, bool deciding) {
        const Result<Values> range = run_range(node);
        BG_TRY(range);
        std::optional<Error> error;
        for (const Value& item : *range) {
            const Result<bool> truth = truth_of(run_with(node, 1, item));
            if (truth.ok() && *truth == deciding) {
                return Value{deciding};
            }
            if (!truth.ok() && !error.has_value()) {
                error = truth.error();
            }
        }
        if (error.has_value()) {
            return *std::move(error);
        }
        return Value{!deciding};
    }

    Result<Value> run_exists_one(const Node& node) {
        const Result<Values> range = run_range(node);
        BG_TRY(range);
        int count = 0;
        for (const Value& item : *range) {
            const Result<bool> truth = truth_of(run_with(node, 1, item));
            BG_TRY(truth);
            count += *truth ? 1 : 0;
        }
        return Value{count == 1};
    }

    Result<Value> run_filter(const Node& node) {
        const Result<Values> range = run_range(node);
        BG_TRY(range);
        Values kept;
        for (const Value& item : *range) {
            const Result<bool> truth = truth_of(run_with(node, 1, item));
            BG_TRY(truth);
            if (*truth) {
                kept.push_back(item);
            }
        }
        return list(std::move(kept));
    }

    // x.map(v, value) and x.map(v, condition, value).
    Result<Value> run_transform(const Node& node) {
        const Result<Values> range = run_range(node);
        BG_TRY(range);
        const bool has_condition = node.operands.size() == 3;
        Values results;
        for (const Value& item : *range) {
            if (has_condition) {
                const Result<bool> truth = truth_of(run_with(node, 1, item));
                BG_TRY(truth);
                if (!*truth) {
                    continue;
                }
            }
            Result<Value> value = run_with(node, node.operands.size() - 1, item);
            BG_TRY(value);
            results.push_back(*std::move(value));
        }
        return list(std::move(results));
    }

    std::vector<Variable> variables_;
    std::size_t steps_ = 0;
};

// The fault under its line, as cel-go prints it.
Error located(std::string_view expression, const SyntaxError& error) {
    const std::size_t at = std::min(error.at, expression.size());
    const std::string_view before = expression.substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t newline = before.rfind('\n');
    const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
    const std::string_view rest = expression.substr(start);
    return Error{fmt::format("ERROR: <input>:{}:{}: {}\n | {}\n | {}^", line, at - start + 1,
                             error.message, rest.substr(0, rest.find('\n')),
                             std::string(at - start, '.'))};
}

}  // namespace

Result<Program> Program::compile(std::string_view expression, const Scope& scope) {
    Result<Node, SyntaxError> root = parse(expression);
    if (!root.ok()) {
        return located(expression, root.error());
    }
    Checked checked = check(*root, scope);
    if (checked.error.has_value()) {
        return located(expression, *checked.error);
    }
    Program program;
    program.root_ = std::make_shared<const Node>(*std::move(root));
    program.uses_old_self_ = checked.uses_old_self;
    program.result_type_ = std::move(checked.result_type);
    return program;
}

Result<Value> Program::run(const Value& self, const Value* old_self) const {
    Machine machine;
    machine.bind("self", self);
    if (old_self != nullptr) {
        machine.bind("oldSelf", *old_self);
    }
    return machine.run(*root_);
}

}  // namespace bestgres::fakekube::cel
