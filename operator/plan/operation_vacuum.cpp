// op: vacuum. One Job of vacuumdb, or one for each database that is named.
#include "operator/plan/operation_job.hpp"

namespace bestgres::plan {
namespace {

constexpr std::string_view everywhere = "vacuum all databases";
constexpr std::string_view one_database = "vacuum ";

api::VacuumOperation wish_of(const Operation& operation) {
    return operation.spec->vacuum.value_or(api::VacuumOperation{});
}

Beginning begin(const ClusterView&, const Operation& operation) {
    Beginning beginning;
    for (const std::string& database : wish_of(operation).databases) {
        beginning.steps.push_back(step_named(std::string(one_database) + database));
    }
    if (beginning.steps.empty()) {
        beginning.steps.push_back(step_named(std::string(everywhere)));
    }
    return beginning;
}

manifests::ClientProgram vacuumdb(const api::VacuumOperation& wish, const std::string& step) {
    manifests::ClientProgram program{.command = {"vacuumdb"}};
    for (const auto& [is_asked_for, option] :
         {std::pair(wish.full, "--full"), std::pair(wish.freeze, "--freeze"),
          std::pair(wish.analyze, "--analyze")}) {
        if (is_asked_for) {
            program.command.emplace_back(option);
        }
    }
    if (step == everywhere) {
        program.command.emplace_back("--all");
        return program;
    }
    program.database = step.substr(one_database.size());
    program.command.push_back("--dbname=" + program.database);
    for (const std::string& table : wish.tables) {
        program.command.push_back("--table=" + table);
    }
    return program;
}

Need effect_of(const ClusterView& view, const Operation& operation,
               const api::OperationStepStatus& step) {
    return need_of_job(view, operation, step,
                       {.program = vacuumdb(wish_of(operation), step.name), .repeatable = true});
}

}  // namespace

const OperationMethods vacuum_operation{begin, advance_by_jobs, effect_of};

}  // namespace bestgres::plan
