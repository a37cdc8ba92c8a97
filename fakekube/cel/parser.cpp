#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

#include "fakekube/cel/syntax.hpp"

namespace bestgres::fakekube::cel {
namespace {

constexpr int deepest = 200;
// Every link of a chain (a.b.c, a || b || c) is a level of the tree, which is walked by recursion.
constexpr int most_links = 1000;

using Parsed = Result<Node, SyntaxError>;

class Parser {
public:
    explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    Parsed run() {
        Parsed expression = read_choice();
        BG_TRY(expression);
        if (peek().type != TokenType::end) {
            return unexpected();
        }
        return expression;
    }

private:
    const Token& peek() const { return tokens_[at_]; }
    bool is_symbol(std::string_view text) const {
        return peek().type == TokenType::symbol && peek().text == text;
    }
    bool accept(std::string_view text) {
        if (!is_symbol(text)) {
            return false;
        }
        ++at_;
        return true;
    }
    SyntaxError unexpected() const {
        const bool is_end = peek().type == TokenType::end;
        return SyntaxError{
            .at = peek().at,
            .message = is_end ? "Syntax error: mismatched input '<EOF>'"
                              : fmt::format("Syntax error: mismatched input '{}'", peek().text)};
    }

    SyntaxError too_deep(std::size_t at) const {
        return SyntaxError{.at = at, .message = "expression recursion limit exceeded"};
    }

    static Node node(NodeType type, std::string name, std::vector<Node> operands, std::size_t at) {
        return Node{.type = type,
                    .name = std::move(name),
                    .value = {},
                    .operands = std::move(operands),
                    .at = at,
                    .expression = nullptr};
    }

    // A braced list would copy the whole tree below at every link.
    static std::vector<Node> just(Node operand) {
        std::vector<Node> operands;
        operands.push_back(std::move(operand));
        return operands;
    }
    static std::vector<Node> both_of(Node left, Node right) {
        std::vector<Node> operands = just(std::move(left));
        operands.push_back(std::move(right));
        return operands;
    }

    Parsed read_choice() {
        if (++depth_ > deepest) {
            return too_deep(peek().at);
        }
        Parsed condition = read_either();
        BG_TRY(condition);
        const std::size_t at = peek().at;
        if (!accept("?")) {
            --depth_;
            return condition;
        }
        Parsed yes = read_either();
        BG_TRY(yes);
        if (!accept(":")) {
            return unexpected();
        }
        Parsed no = read_choice();
        BG_TRY(no);
        --depth_;
        return node(NodeType::choice, "?:", {*condition, *yes, *no}, at);
    }

    Parsed read_either() {
        Parsed left = read_both();
        while (left.ok() && is_symbol("||")) {
            const std::size_t at = tokens_[at_++].at;
            Parsed right = read_both();
            BG_TRY(right);
            if (++links_ > most_links) {
                return too_deep(at);
            }
            left = node(NodeType::either, "||", both_of(*std::move(left), *std::move(right)), at);
        }
        return left;
    }

    Parsed read_both() {
        Parsed left = read_binary(0);
        while (left.ok() && is_symbol("&&")) {
            const std::size_t at = tokens_[at_++].at;
            Parsed right = read_binary(0);
            BG_TRY(right);
            if (++links_ > most_links) {
                return too_deep(at);
            }
            left = node(NodeType::both, "&&", both_of(*std::move(left), *std::move(right)), at);
        }
        return left;
    }

    // Relations, then sums, then products: each binds tighter than the one before.
    bool is_operator(int level) const {
        static constexpr std::array<std::string_view, 12> operators = {
            "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"};
        static constexpr std::array<std::size_t, 4> bounds = {0, 7, 9, 12};
        const auto first = static_cast<std::size_t>(level);
        for (std::size_t index = bounds.at(first); index < bounds.at(first + 1); ++index) {
            if (is_symbol(operators.at(index))) {
                return true;
            }
        }
        return false;
    }

    Parsed read_binary(int level) {
        constexpr int levels = 3;
        if (level == levels) {
            return read_unary();
        }
        Parsed left = read_binary(level + 1);
        while (left.ok() && is_operator(level)) {
            const Token symbol = tokens_[at_++];
            Parsed right = read_binary(level + 1);
            BG_TRY(right);
            if (++links_ > most_links) {
                return too_deep(symbol.at);
            }
            left = node(NodeType::binary, symbol.text, both_of(*std::move(left), *std::move(right)),
                        symbol.at);
        }
        return left;
    }

    Parsed read_unary() {
        const Token symbol = peek();
        if (!is_symbol("!") && !is_symbol("-")) {
            return read_member();
        }
        if (++depth_ > deepest) {
            return too_deep(symbol.at);
        }
        ++at_;
        Parsed operand = read_unary();
        --depth_;
        BG_TRY(operand);
        if (symbol.text == "-" && operand->type == NodeType::literal) {
            if (auto* integer = std::get_if<std::int64_t>(&operand->value.as)) {
                // The lexer lets 2^63 through as the smallest int, which is its own negation.
                *integer = static_cast<std::int64_t>(0U - static_cast<std::uint64_t>(*integer));
                return operand;
            }
            if (auto* real = std::get_if<double>(&operand->value.as)) {
                *real = -*real;
                return operand;
            }
        }
        return node(NodeType::unary, symbol.text, just(*std::move(operand)), symbol.at);
    }

    bool is_link() const {
        return is_symbol(".") || is_symbol(".?") || is_symbol("[") || is_symbol("[?");
    }

    Parsed read_member() {
        Parsed target = read_primary();
        while (target.ok() && is_link()) {
            const std::size_t at = peek().at;
            if (++links_ > most_links) {
                return too_deep(at);
            }
            if (accept(".")) {
                target = read_dot(*std::move(target), at);
            } else if (accept(".?")) {
                const Token name = peek();
                if (name.type != TokenType::identifier) {
                    return unexpected();
                }
                ++at_;
                target = node(NodeType::optional_select, name.text, just(*std::move(target)), at);
            } else {
                const bool is_optional = tokens_[at_++].text == "[?";
                Parsed key = read_choice();
                BG_TRY(key);
                if (!accept("]")) {
                    return unexpected();
                }
                target = node(is_optional ? NodeType::optional_index : NodeType::index, "[]",
                              both_of(*std::move(target), *std::move(key)), at);
            }
        }
        return target;
    }

    Parsed read_dot(Node target, std::size_t at) {
        const Token name = peek();
        if (name.type != TokenType::identifier && !is_symbol("in")) {
            return unexpected();
        }
        ++at_;
        if (!accept("(")) {
            return node(NodeType::select, name.text, just(std::move(target)), at);
        }
        Result<std::vector<Node>, SyntaxError> arguments = read_list(")");
        BG_TRY(arguments);
        std::vector<Node> operands = just(std::move(target));
        for (Node& argument : *arguments) {
            operands.push_back(std::move(argument));
        }
        return as_macro(node(NodeType::method, name.text, std::move(operands), at));
    }

    static std::optional<NodeType> macro_of(const Node& call) {
        const std::size_t arguments = call.operands.size() - 1;
        if (call.name == "map" && (arguments == 2 || arguments == 3)) {
            return NodeType::transform;
        }
        if (arguments != 2) {
            return std::nullopt;
        }
        if (call.name == "all") {
            return NodeType::all;
        }
        if (call.name == "exists") {
            return NodeType::exists;
        }
        if (call.name == "exists_one" || call.name == "existsOne") {
            return NodeType::exists_one;
        }
        return call.name == "filter" ? std::optional(NodeType::filter) : std::nullopt;
    }

    // x.all(v, p): the variable becomes the name of the node.
    static Parsed as_macro(Node call) {
        const std::optional<NodeType> macro = macro_of(call);
        if (!macro.has_value()) {
            if (call.name == "matches" && call.operands.size() == 2) {
                return with_expression(std::move(call));
            }
            return call;
        }
        if (call.operands[1].type != NodeType::identifier) {
            return SyntaxError{.at = call.at, .message = "argument must be a simple name"};
        }
        call.type = *macro;
        call.name = call.operands[1].name;
        call.operands.erase(call.operands.begin() + 1);
        return call;
    }

    static Parsed with_expression(Node call) {
        const auto* pattern = call.operands[1].type == NodeType::literal
                                  ? call.operands[1].value.get<std::string>()
                                  : nullptr;
        if (pattern != nullptr) {
            try {
                call.expression =
                    std::make_shared<const std::regex>(*pattern, std::regex::ECMAScript);
            } catch (const std::regex_error&) {
                return SyntaxError{
                    .at = call.at,
                    .message = fmt::format("invalid matches argument: {}", *pattern)};
            }
        }
        return call;
    }

    Result<std::vector<Node>, SyntaxError> read_list(std::string_view end) {
        std::vector<Node> items;
        while (!accept(end)) {
            if (!items.empty() && !accept(",")) {
                return unexpected();
            }
            if (!items.empty() && accept(end)) {
                return items;
            }
            Parsed item = read_choice();
            BG_TRY(item);
            items.push_back(*std::move(item));
        }
        return items;
    }

    Parsed read_primary() {
        const Token token = peek();
        if (token.type == TokenType::literal) {
            ++at_;
            Node literal = node(NodeType::literal, "", {}, token.at);
            literal.value = token.value;
            return literal;
        }
        if (accept("(")) {
            Parsed inner = read_choice();
            BG_TRY(inner);
            return accept(")") ? std::move(inner) : Parsed(unexpected());
        }
        if (accept("[")) {
            Result<std::vector<Node>, SyntaxError> items = read_list("]");
            BG_TRY(items);
            return node(NodeType::list, "[]", *std::move(items), token.at);
        }
        if (accept("{")) {
            return read_map(token.at);
        }
        accept(".");  // a leading dot only says "from the root"
        return read_name();
    }

    Parsed read_map(std::size_t at) {
        std::vector<Node> entries;
        while (!accept("}")) {
            if (!entries.empty() && !accept(",")) {
                return unexpected();
            }
            Parsed key = read_choice();
            BG_TRY(key);
            if (!accept(":")) {
                return unexpected();
            }
            Parsed value = read_choice();
            BG_TRY(value);
            entries.push_back(*std::move(key));
            entries.push_back(*std::move(value));
        }
        return node(NodeType::map, "{}", std::move(entries), at);
    }

    Parsed read_name() {
        const Token name = peek();
        if (name.type != TokenType::identifier) {
            return unexpected();
        }
        ++at_;
        if (!accept("(")) {
            return node(NodeType::identifier, name.text, {}, name.at);
        }
        Result<std::vector<Node>, SyntaxError> arguments = read_list(")");
        BG_TRY(arguments);
        if (name.text != "has") {
            return node(NodeType::call, name.text, *std::move(arguments), name.at);
        }
        if (arguments->size() != 1 || arguments->front().type != NodeType::select) {
            return SyntaxError{.at = name.at, .message = "invalid argument to has() macro"};
        }
        return node(NodeType::has, "has", *std::move(arguments), name.at);
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    int depth_ = 0;
    int links_ = 0;
};

}  // namespace

Result<Node, SyntaxError> parse(std::string_view expression) {
    Result<std::vector<Token>, SyntaxError> tokens = tokenize(expression);
    BG_TRY(tokens);
    return Parser(*std::move(tokens)).run();
}

}  // namespace bestgres::fakekube::cel
