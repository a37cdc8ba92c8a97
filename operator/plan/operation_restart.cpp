// op: restart. PostgreSQL restarts in each member, asynchronous replicas first, the primary last
// and as a replica: it hands over to a member that was restarted, which restarts it on the way.
// Which process ran at the beginning tells who was restarted since, by whomever.
#include <algorithm>

#include "operator/plan/health.hpp"
#include "operator/plan/operation_kinds.hpp"

namespace bestgres::plan {
namespace {

using api::OperationStepStatus;
using api::StepResult;

constexpr std::string_view hand_over = "hand over from ";

bool is_hand_over(const OperationStepStatus& step) {
    return step.name.starts_with(hand_over);
}

bool forces(const api::OperationSpec& spec) {
    return spec.restart && spec.restart->force;
}

bool is_asked_for(const api::OperationSpec& spec, const Member& member) {
    const bool pending = (member.status && member.status->pending_restart) ||
                         (member.rest && member.rest->pending_restart);
    return member.has_pod() && (pending || !spec.restart || !spec.restart->only_pending);
}

std::string obstacle_of(const ClusterView& view, const api::OperationSpec& spec) {
    if (!forces(spec)) {
        return obstacle_to_disruption(view);
    }
    if (std::string others = interference(view); !others.empty()) {
        return others;
    }
    return view.primary() == nullptr ? "no primary: Patroni has to elect one first" : "";
}

OperationStepStatus step_for(const ClusterView& view, const Member& member) {
    OperationStepStatus step;
    step.name = "restart " + member.name;
    step.member = member.name;
    step.before = process_of(view, member);
    return step;
}

OperationStepStatus hand_over_from(const Member& primary) {
    OperationStepStatus step;
    step.name = std::string(hand_over) + primary.name;
    step.member = primary.name;
    return step;
}

Beginning begin(const ClusterView& view, const Operation& operation) {
    const api::OperationSpec& spec = *operation.spec;
    if (std::string obstacle = obstacle_of(view, spec); !obstacle.empty()) {
        return {.obstacle = std::move(obstacle)};
    }
    std::vector<OperationStepStatus> asynchronous;
    std::vector<OperationStepStatus> synchronous;
    std::vector<OperationStepStatus> last;
    for (const Member& member : view.members) {
        if (!is_wanted(view, member) || !is_asked_for(spec, member)) {
            continue;
        }
        if (member.holds_lock) {
            if (view.members.size() > 1) {
                last.push_back(hand_over_from(member));
            }
            last.push_back(step_for(view, member));
        } else {
            (member.synchronous ? synchronous : asynchronous).push_back(step_for(view, member));
        }
    }
    Beginning beginning{.steps = std::move(asynchronous)};
    for (std::vector<OperationStepStatus>* const group : {&synchronous, &last}) {
        std::ranges::move(*group, std::back_inserter(beginning.steps));
    }
    return beginning;
}

const OperationStepStatus* find_restart_of(const api::OperationStatus& status,
                                           const std::string& member) {
    const auto found = std::ranges::find_if(status.steps, [&](const OperationStepStatus& step) {
        return step.member == member && !is_hand_over(step);
    });
    return found == status.steps.end() ? nullptr : &*found;
}

void close_restarts(const ClusterView& view, api::OperationStatus& status) {
    for (OperationStepStatus& step : status.steps) {
        if (is_closed(step) || is_hand_over(step)) {
            continue;
        }
        const Member* const member = view.member(step.member);
        if (member == nullptr || !is_wanted(view, *member)) {
            close(step, view, StepResult::skipped, step.member + " has left");
        } else if (was_restarted(view, step) && is_healthy(view, *member)) {
            close(step, view, StepResult::done, "another process runs than at the beginning");
        }
    }
}

// The hand-over is for whoever leads, and only while that one is still to be restarted.
void judge_hand_over(const ClusterView& view, const api::OperationSpec& spec,
                     api::OperationStatus& status) {
    const Member* const primary = view.primary();
    const auto step = std::ranges::find_if(status.steps, is_hand_over);
    if (step == status.steps.end() || is_closed(*step) || primary == nullptr) {
        return;
    }
    if (step->result && primary->name != step->member) {
        close(*step, view, StepResult::done, primary->name + " leads");
        return;
    }
    const OperationStepStatus* const own = find_restart_of(status, primary->name);
    if (own == nullptr || is_closed(*own)) {
        close(*step, view, StepResult::skipped, primary->name + " leads, and needs no restart");
    } else if (forces(spec) && step->result && find_heir(view, is_wanted) == nullptr) {
        close(*step, view, StepResult::skipped,
              "nobody can take over from " + primary->name + ", and force is set");
    } else if (!step->result) {
        step->name = std::string(hand_over) + primary->name;
        step->member = primary->name;
    }
}

void open_next(const ClusterView& view, api::OperationStatus& status) {
    const Member* const primary = view.primary();
    const std::string leader = primary == nullptr ? "" : primary->name;
    for (OperationStepStatus& step : status.steps) {
        if (!step.result && !is_hand_over(step) && step.member != leader) {
            open(step, view, step.member + " is a replica that was not restarted yet");
            return;
        }
    }
    const auto is_next = [](const OperationStepStatus& step) { return !step.result; };
    auto next = std::ranges::find_if(status.steps, [&](const OperationStepStatus& step) {
        return is_next(step) && is_hand_over(step);
    });
    if (next == status.steps.end()) {
        next = std::ranges::find_if(status.steps, is_next);
    }
    if (next != status.steps.end()) {
        open(*next, view, next->member + " is the last that was not restarted");
    }
}

void advance(const ClusterView& view, const Operation& operation, api::OperationStatus& status) {
    close_restarts(view, status);
    judge_hand_over(view, *operation.spec, status);
    const Member* const primary = view.primary();
    const auto pending_hand_over = std::ranges::find_if(
        status.steps,
        [](const OperationStepStatus& step) { return is_hand_over(step) && !is_closed(step); });
    OperationStepStatus* const current = find_open(status);
    // It took over meanwhile: it hands over first, as every primary.
    if (current != nullptr && !is_hand_over(*current) && primary != nullptr &&
        current->member == primary->name && pending_hand_over != status.steps.end()) {
        current->result.reset();
        current->started = {};
    }
    if (find_open(status) == nullptr) {
        open_next(view, status);
    }
}

Need effect_of(const ClusterView& view, const Operation& operation,
               const OperationStepStatus& step) {
    const api::OperationSpec& spec = *operation.spec;
    const Member* const member = view.member(step.member);
    if (member == nullptr) {
        return {.because = step.member + " does not exist"};
    }
    if (!is_hand_over(step) && was_restarted(view, step)) {
        return {.because = is_healthy(view, *member) ? step.member + " to answer for itself"
                                                     : ailment(view, *member)};
    }
    if (std::string obstacle = obstacle_of(view, spec); !obstacle.empty()) {
        return {.because = std::move(obstacle)};
    }
    if (!is_hand_over(step)) {
        return {.effect = RestartPostgres{.member = target_of(*member), .only_if_pending = false},
                .because = step.because};
    }
    const Member* const heir = find_heir(view, is_wanted);
    if (heir == nullptr) {
        return {.because = "a healthy member that may take over from " + step.member};
    }
    return {.effect = Switchover{.leader = target_of(*view.primary()), .candidate = heir->name},
            .because = step.because};
}

}  // namespace

const OperationMethods restart_operation{begin, advance, effect_of};

}  // namespace bestgres::plan
