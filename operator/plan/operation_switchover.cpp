// op: switchover. One step: somebody else leads. It is done when the world says so, whoever brought
// it about; a target that leads already needs nothing.
#include "operator/plan/health.hpp"
#include "operator/plan/operation_kinds.hpp"

namespace bestgres::plan {
namespace {

std::string target_in(const api::OperationSpec& spec) {
    return spec.switchover ? spec.switchover->target.value_or("") : "";
}

Beginning begin(const ClusterView& view, const Operation& operation) {
    const std::string target = target_in(*operation.spec);
    const Member* const member = view.member(target);
    if (!target.empty() && (member == nullptr || !is_wanted(view, *member))) {
        return {.refusal = view.name + " has no member " + target};
    }
    if (view.wanted < 2) {
        return {.refusal = view.name + " has nobody to switch over to"};
    }
    const Member* const primary = view.primary();
    if (primary == nullptr) {
        return {.obstacle = "no primary: Patroni has to elect one first"};
    }
    api::OperationStepStatus step;
    step.name = "switch over from " + primary->name + (target.empty() ? "" : " to " + target);
    step.member = target;
    step.before = primary->name;
    return {.steps = {std::move(step)}};
}

void advance(const ClusterView& view, const Operation&, api::OperationStatus& status) {
    const Member* const primary = view.primary();
    for (api::OperationStepStatus& step : status.steps) {
        if (is_closed(step)) {
            continue;
        }
        const bool done =
            primary != nullptr &&
            (step.member.empty() ? primary->name != step.before : primary->name == step.member);
        if (done && !step.result) {
            close(step, view, api::StepResult::skipped, primary->name + " leads already");
        } else if (done) {
            close(step, view, api::StepResult::done, primary->name + " leads");
        } else if (!step.result) {
            open(step, view, "the user asks for it");
        }
    }
}

// The target is given: nobody else will do.
std::string objection_to(const ClusterView& view, const Member& target) {
    if (!is_healthy(view, target)) {
        return ailment(view, target);
    }
    if (find_bool(target.status->tags, {"nofailover"}).value_or(false)) {
        return target.name + " is tagged nofailover";
    }
    if (is_synchronous_mode(view) && !target.synchronous) {
        return target.name + " is no synchronous standby";
    }
    return "";
}

Need effect_of(const ClusterView& view, const Operation&, const api::OperationStepStatus& step) {
    if (std::string obstacle = obstacle_to_disruption(view); !obstacle.empty()) {
        return {.because = std::move(obstacle)};
    }
    const Member& primary = *view.primary();
    const Member* const target = view.member(step.member);
    if (!step.member.empty() && target == nullptr) {
        return {.because = step.member + " does not exist"};
    }
    if (target != nullptr) {
        if (std::string objection = objection_to(view, *target); !objection.empty()) {
            return {.because = std::move(objection)};
        }
    }
    const Member* const heir = target != nullptr ? target : find_heir(view, is_wanted);
    if (heir == nullptr) {
        return {.because = "a healthy member that may take over from " + primary.name};
    }
    return {.effect = Switchover{.leader = target_of(primary), .candidate = heir->name},
            .because = "the user asks for it"};
}

}  // namespace

const OperationMethods switchover_operation{begin, advance, effect_of};

}  // namespace bestgres::plan
