#include "operator/api/sharded_operation.hpp"

#include "operator/api/printer.hpp"
#include "operator/api/reader.hpp"
#include "operator/api/sharded_operation_describe.hpp"

namespace bestgres::api {
namespace {

// What the schema's rules say, for resources that came past an API server.
Problems validate_sharded(const ShardedOperationSpec& spec) {
    const OperationSpec& operation = spec.group.operation;
    if (operation.op == OperationKind::reinit) {
        return {{"spec.bgDbOpsSpec.op", std::string(names_one_member), nullptr}};
    }
    if (operation.switchover && operation.switchover->target) {
        return {{"spec.bgDbOpsSpec.switchover.target", std::string(names_one_member),
                 *operation.switchover->target}};
    }
    Problems problems = validate(operation);
    for (Problem& problem : problems) {
        problem.path = "spec.bgDbOpsSpec" + problem.path.substr(std::string_view("spec").size());
    }
    return problems;
}

}  // namespace

Parsed<ShardedOperationSpec> parse_sharded_operation_spec(const Json& json) {
    Problems problems;
    ShardedOperationSpec spec;
    Reader::read(json, "spec", spec, problems);
    if (problems.empty()) {
        problems = validate_sharded(spec);
    }
    if (!problems.empty()) {
        return problems;
    }
    return spec;
}

Json to_json(const ShardedOperationSpec& spec) {
    return Printer::print(spec);
}

ShardedOperationStatus parse_sharded_operation_status(const Json& json) {
    Problems ignored;
    ShardedOperationStatus status;
    Reader::read(json, "status", status, ignored);
    return status;
}

Json to_json(const ShardedOperationStatus& status) {
    return Printer::print(status);
}

}  // namespace bestgres::api
