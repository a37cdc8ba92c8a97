// The CEL rules of a schema (x-kubernetes-validations): compiled with the definition, evaluated on
// every write.
#pragma once

#include <memory>
#include <string>

#include "fakekube/crd/json_schema.hpp"
#include "fakekube/field_error.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// Why the rules of this one node (not of those below it) do not compile; empty when they do.
FieldErrors compile_problems(const Json& schema, const std::string& path);

// All rules of a schema and of everything below it, ready to run.
class Rules {
public:
    struct Node;

    explicit Rules(const JsonSchema& schema);
    ~Rules();
    Rules(const Rules&) = delete;
    Rules& operator=(const Rules&) = delete;

    bool empty() const { return root_ == nullptr; }
    // `before` is null on create: transition rules (oldSelf) do not run then.
    FieldErrors validate(const Json& now, const Json* before) const;

private:
    std::unique_ptr<const Node> root_;  // null: no rules at all
};

}  // namespace bestgres::fakekube
