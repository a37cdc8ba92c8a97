#include "operator/plan/operation.hpp"

#include <algorithm>
#include <tuple>

#include "operator/plan/rule.hpp"

namespace bestgres::plan {
namespace {

using api::OperationStepStatus;
using api::StepResult;

bool is_open(const OperationStepStatus& step) {
    return step.result == StepResult::open;
}

}  // namespace

std::vector<Operation> read_operations(const ClusterView& view) {
    std::vector<Operation> operations;
    for (const kube::Object& object : view.facts.operations) {
        operations.push_back(
            {.object = object,
             .spec = api::parse_operation_spec(object_at(object.json(), {"spec"})),
             .status = api::parse_operation_status(object_at(object.json(), {"status"}))});
    }
    std::ranges::sort(operations, {}, [](const Operation& one) {
        return std::tuple(one.object.creation_timestamp().value_or(Instant{}), one.name());
    });
    return operations;
}

OperationTarget target_of(const kube::Object& operation) {
    return {.name = std::string(operation.name()),
            .uid = std::string(operation.uid()),
            .resource_version = std::string(operation.resource_version())};
}

Instant in_seconds(Instant at) {
    return Instant{at.ns - at.ns % 1'000'000'000};
}

std::string process_of(const ClusterView& view, const Member& member) {
    if (!view.facts.fresh || !member.rest || member.rest->postmaster_started.empty()) {
        return "";
    }
    return std::string(member.pod.uid()) + " " + member.rest->postmaster_started;
}

bool was_performed(const ClusterView& view, const OperationStepStatus& step,
                   std::string_view effect) {
    // What was done before a step has begun was done for another operation.
    return step.result &&
           std::ranges::any_of(view.decisions, [&](const api::DecisionStatus& decision) {
               return decision.effect == effect && decision.time >= step.started &&
                      decision.rule == to_string(RuleId::run_operation);
           });
}

bool was_restarted(const ClusterView& view, const OperationStepStatus& step) {
    const Member* const member = view.member(step.member);
    if (member == nullptr) {
        return false;
    }
    const bool performed = was_performed(view, step, "RestartPostgres " + step.member);
    if (!view.facts.fresh) {
        const bool same_pod = step.before.starts_with(std::string(member->pod.uid()) + " ");
        return performed || (!step.before.empty() && !same_pod);
    }
    const std::string process = process_of(view, *member);
    return !process.empty() && (step.before.empty() ? performed : process != step.before);
}

OperationStepStatus* find_open(api::OperationStatus& status) {
    const auto found = std::ranges::find_if(status.steps, is_open);
    return found == status.steps.end() ? nullptr : &*found;
}

const OperationStepStatus* find_open(const api::OperationStatus& status) {
    const auto found = std::ranges::find_if(status.steps, is_open);
    return found == status.steps.end() ? nullptr : &*found;
}

bool is_closed(const OperationStepStatus& step) {
    return step.result && *step.result != StepResult::open;
}

void open(OperationStepStatus& step, const ClusterView& view, std::string because) {
    step.result = StepResult::open;
    step.started = in_seconds(view.now());
    step.because = std::move(because);
}

void close(OperationStepStatus& step, const ClusterView& view, StepResult result,
           std::string because) {
    step.result = result;
    step.finished = in_seconds(view.now());
    step.because = std::move(because);
}

}  // namespace bestgres::plan
