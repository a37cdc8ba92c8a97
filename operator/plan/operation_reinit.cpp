// op: reinit. A replica throws its data away and copies the primary's. Patroni answers when it has
// begun; the copy is complete when another process streams.
#include "operator/plan/health.hpp"
#include "operator/plan/operation_kinds.hpp"

namespace bestgres::plan {
namespace {

using api::OperationStepStatus;
using api::StepResult;

bool copies(const Member& member) {
    constexpr auto copying = patroni::State::creating_replica;
    return (member.status && member.status->state == copying) ||
           (member.rest && member.rest->state == copying);
}

Beginning begin(const ClusterView& view, const Operation& operation) {
    const std::string& name = operation.spec->reinit->member;
    const Member* const member = view.member(name);
    if (member == nullptr || !is_wanted(view, *member)) {
        return {.refusal = view.name + " has no member " + name};
    }
    if (member->holds_lock) {
        return {.refusal = name + " leads: its data is the one to copy. Switch over first"};
    }
    OperationStepStatus ask;
    ask.name = "ask " + name + " to copy the primary";
    ask.member = name;
    ask.before = process_of(view, *member);
    OperationStepStatus copy;
    copy.name = "copy to " + name;
    copy.member = name;
    copy.before = ask.before;
    return {.steps = {std::move(ask), std::move(copy)}};
}

void advance(const ClusterView& view, const Operation&, api::OperationStatus& status) {
    if (status.steps.size() != 2) {
        return;
    }
    OperationStepStatus& ask = status.steps.front();
    OperationStepStatus& copy = status.steps.back();
    const Member* const member = view.member(ask.member);
    const std::string effect = "ReinitMember " + ask.member;
    if (!ask.result) {
        open(ask, view, "the user asks for it");
    }
    if (!is_closed(ask) && member != nullptr &&
        (copies(*member) || was_performed(view, ask, effect))) {
        close(ask, view, StepResult::done, "Patroni has begun");
        // It may not have answered at the beginning.
        if (copy.before.empty()) {
            copy.before = process_of(view, *member);
        }
        open(copy, view, "its Patroni copies the primary's data");
    }
    if (copy.result != StepResult::open || member == nullptr || !is_healthy(view, *member)) {
        return;
    }
    // A view that is not fresh can only tell that it is worth asking.
    const std::string process = process_of(view, *member);
    if (!view.facts.fresh || (!process.empty() && process != copy.before)) {
        close(copy, view, StepResult::done, ask.member + " streams with its copy");
    }
}

Need effect_of(const ClusterView& view, const Operation&, const OperationStepStatus& step) {
    const Member* const member = view.member(step.member);
    if (member == nullptr || !member->has_pod()) {
        return {.because = step.member + " has no pod"};
    }
    if (step.name.starts_with("copy")) {
        const std::string reason = ailment(view, *member);
        return {.because = reason.empty() ? step.member + " to begin its copy" : reason};
    }
    if (std::string others = interference(view); !others.empty()) {
        return {.because = std::move(others)};
    }
    const Member* const primary = view.primary();
    if (primary == nullptr || !is_healthy(view, *primary)) {
        return {.because = "a healthy primary to copy from"};
    }
    if (primary->name == member->name) {
        return {.because = step.member + " leads: its data is the one to copy"};
    }
    if (!runs(*member)) {
        return {.because = "nothing runs in " + step.member};
    }
    for (const Member& other : view.members) {
        if (is_wanted(view, other) && other.name != member->name && !is_healthy(view, other)) {
            return {.because = ailment(view, other) + ": one member down at a time"};
        }
    }
    return {.effect = ReinitMember{.member = target_of(*member)}, .because = step.because};
}

}  // namespace

const OperationMethods reinit_operation{begin, advance, effect_of};

}  // namespace bestgres::plan
