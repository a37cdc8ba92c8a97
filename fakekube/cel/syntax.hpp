// The grammar of CEL: text to tokens to trees. Macros (has, all, exists, exists_one, map, filter)
// are recognised by the parser and are nodes of their own.
#pragma once

#include <cstddef>
#include <memory>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/cel/value.hpp"
#include "lib/base/result.hpp"

namespace bestgres::fakekube::cel {

enum class TokenType { end, identifier, literal, symbol };

struct Token {
    TokenType type = TokenType::end;
    std::string text;  // of identifiers and symbols
    Value value;       // of literals
    std::size_t at = 0;
};

// Where and why an expression cannot be read.
struct SyntaxError {
    std::size_t at = 0;
    std::string message;
};

Result<std::vector<Token>, SyntaxError> tokenize(std::string_view expression);

enum class NodeType {
    literal,
    identifier,
    select,           // operands[0].name
    optional_select,  // operands[0].?name
    index,            // operands[0][operands[1]]
    optional_index,   // operands[0][?operands[1]]
    call,             // name(operands...)
    method,           // operands[0].name(operands[1..])
    unary,            // name operands[0]
    binary,           // operands[0] name operands[1]; arithmetic and relations
    both,             // &&
    either,           // ||
    choice,           // operands[0] ? operands[1] : operands[2]
    list,
    map,  // keys and values in turn
    has,  // has(operands[0]), which is a select
    all,  // operands[0].all(name, operands[1]) and so on
    exists,
    exists_one,
    filter,
    transform,  // operands[0].map(name, operands[1]) or .map(name, operands[1], operands[2])
};

struct Node {
    NodeType type = NodeType::literal;
    std::string name;
    Value value;
    std::vector<Node> operands;
    std::size_t at = 0;
    std::shared_ptr<const std::regex> expression;  // of matches() with a literal
};

Result<Node, SyntaxError> parse(std::string_view expression);

}  // namespace bestgres::fakekube::cel
