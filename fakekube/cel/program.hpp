// A compiled CEL expression: checked against the type of `self`, evaluated within a bounded number
// of steps.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fakekube/cel/syntax.hpp"
#include "fakekube/cel/value.hpp"
#include "lib/base/result.hpp"

namespace bestgres::fakekube::cel {

// What an expression may name.
struct Scope {
    const TypeSchema* self = nullptr;  // null: anything
    bool old_self_is_optional = false;
};

class Program {
public:
    // The error is a text as the API server prints it, with the place of the fault:
    // "ERROR: <input>:1:6: undefined field 'a'\n | self.a > 1\n | .....^".
    static Result<Program> compile(std::string_view expression, const Scope& scope);

    bool uses_old_self() const { return uses_old_self_; }
    // The type of the result where it is known from the expression alone: "bool", "string", ...
    std::optional<std::string> result_type() const { return result_type_; }

    // `old_self` may be absent only if the program does not use it.
    Result<Value> run(const Value& self, const Value* old_self) const;

private:
    std::shared_ptr<const Node> root_;
    bool uses_old_self_ = false;
    std::optional<std::string> result_type_;
};

}  // namespace bestgres::fakekube::cel
