#include "operator/plan/operation_journal.hpp"

#include <algorithm>

namespace bestgres::plan {
namespace {

using api::OperationPhase;
using api::OperationStatus;

// What follows from the rest of it.
void derive(const ClusterView& view, const Operation& operation, OperationStatus& status) {
    status.observed_generation = operation.object.generation();
    const auto closed = std::ranges::count_if(status.steps, is_closed);
    status.step = status.steps.empty()
                      ? ""
                      : std::to_string(closed) + "/" + std::to_string(status.steps.size());
    set_conditions(status.conditions, {.phase = status.phase,
                                       .message = status.message,
                                       .generation = status.observed_generation,
                                       .now = view.now()});
}

Step step_of(Effect effect, std::string because) {
    return {.effect = std::move(effect),
            .rule = RuleId::govern_operations,
            .because = std::move(because)};
}

std::string what_of(const OperationStatus& status) {
    const std::string phase = status.phase ? std::string(api::word_of(*status.phase)) : "";
    return status.step.empty() ? phase : phase + " " + status.step;
}

std::optional<Step> write(const ClusterView& view, const Operation& operation,
                          OperationStatus status, bool on_fresh_reads) {
    derive(view, operation, status);
    if (status == operation.status) {
        return std::nullopt;
    }
    const std::string what = what_of(status);
    return step_of(JournalOperation{.operation = target_of(operation.object),
                                    .status = std::move(status),
                                    .what = what,
                                    .on_fresh_reads = on_fresh_reads},
                   "");
}

}  // namespace

void set_conditions(std::vector<api::Condition>& conditions, const PhaseNow& now) {
    for (const OperationPhase phase :
         {OperationPhase::running, OperationPhase::completed, OperationPhase::failed}) {
        const std::string_view type = api::word_of(phase);
        const auto wanted =
            now.phase == phase ? api::ConditionStatus::is_true : api::ConditionStatus::is_false;
        auto found = std::ranges::find(conditions, type, &api::Condition::type);
        if (found == conditions.end()) {
            api::Condition made;
            made.type = type;
            found = conditions.insert(conditions.end(), std::move(made));
        }
        if (found->status != wanted || found->reason.empty()) {
            found->status = wanted;
            found->last_transition_time = in_seconds(now.now);
        }
        found->reason = now.phase ? std::string(api::word_of(*now.phase)) : "Unknown";
        found->message = now.message;
        found->observed_generation = now.generation;
    }
}

std::optional<Step> journal(const ClusterView& view, const Operation& operation,
                            OperationStatus status, std::string because) {
    std::optional<Step> step = write(view, operation, std::move(status), true);
    if (step) {
        step->because = std::move(because);
    }
    return step;
}

std::optional<Step> tell(const ClusterView& view, const Operation& operation, std::string message) {
    OperationStatus status = operation.status;
    status.phase = status.phase.value_or(OperationPhase::pending);
    status.message = std::move(message);
    std::optional<Step> step = write(view, operation, std::move(status), false);
    if (step) {
        step->because = "it waits: " + std::get<JournalOperation>(step->effect).status.message;
    }
    return step;
}

Step end(const ClusterView& view, const Operation& operation, OperationPhase phase,
         std::string message) {
    OperationStatus status = operation.status;
    status.phase = phase;
    status.finished = in_seconds(view.now());
    status.retry_at = {};
    status.message = message;
    for (api::OperationStepStatus& step : status.steps) {
        if (step.result == api::StepResult::open) {
            close(step, view, api::StepResult::failed,
                  message + "; what was asked for may still happen");
        }
    }
    derive(view, operation, status);
    const std::string what = what_of(status);
    // Success and cancelling are decided on what the members say; the rest by clock and spec alone.
    const bool on_fresh_reads =
        !view.resource().name().empty() &&
        (phase == OperationPhase::completed || phase == OperationPhase::cancelled);
    return step_of(JournalOperation{.operation = target_of(operation.object),
                                    .status = std::move(status),
                                    .what = what,
                                    .on_fresh_reads = on_fresh_reads},
                   std::move(message));
}

Step hold(const Operation& operation) {
    return step_of(HoldOperation{target_of(operation.object)}, "it begins");
}

Step release(const Operation& operation, std::string because) {
    return step_of(ReleaseOperation{target_of(operation.object)}, std::move(because));
}

Step remove(const ClusterView& view, const kube::Object& operation, std::string because) {
    return step_of(
        DeleteObject{.ref = {kube::kinds::bg_db_ops, view.ns, std::string(operation.name())},
                     .uid = std::string(operation.uid()),
                     .resource_version = std::string(operation.resource_version())},
        std::move(because));
}

}  // namespace bestgres::plan
