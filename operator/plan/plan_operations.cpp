#include "operator/plan/plan_operations.hpp"

#include <algorithm>

#include "operator/plan/health.hpp"
#include "operator/plan/hibernate.hpp"
#include "operator/plan/operation_journal.hpp"
#include "operator/plan/operation_kinds.hpp"
#include "operator/plan/operation_order.hpp"

namespace bestgres::plan {
namespace {

using api::OperationPhase;
using api::OperationStatus;
using api::OperationStepStatus;

constexpr Duration first_pause = std::chrono::seconds(5);
constexpr Duration longest_pause = std::chrono::minutes(5);

OperationsPlan just(std::optional<Step> step) {
    return {.step = std::move(step), .look_again = std::nullopt};
}

// What keeps the cluster's own plan from being done: operations come after it. That members are not
// healthy is for each kind of operation to judge.
std::string business_of(const ClusterView& view, const Plan& cluster) {
    if (view.paused) {
        return "the cluster is paused by annotation " + std::string(api::paused_annotation);
    }
    if (!view.spec) {
        return "the cluster has no valid spec yet";
    }
    if (is_to_rest(view)) {
        return "the cluster hibernates";
    }
    for (const api::WaitingStatus& wait : cluster.waits) {
        if (wait.rule != to_string(RuleId::await_members)) {
            return "the cluster's own change: " + wait.because;
        }
    }
    return "";
}

// The open step failed: it is tried again after a pause, or it was the last time.
struct Failed {
    std::string because;
    bool was_a_try = true;
    bool is_final = false;
};

Step refused(const ClusterView& view, const Operation& operation, Failed failed) {
    OperationStatus status = operation.status;
    ++status.attempts;
    OperationStepStatus& step = *find_open(status);
    step.tries += failed.was_a_try ? 1 : 0;
    status.message = step.name + ": " + failed.because;
    if (failed.is_final || status.attempts > operation.spec->max_retries) {
        Operation counted = operation;
        counted.status = status;
        return end(view, counted, OperationPhase::failed, status.message);
    }
    const std::int64_t doublings = std::clamp<std::int64_t>(step.tries - 1, 0, 8);
    status.retry_at = in_seconds(
        view.now() + std::min(first_pause * (std::int64_t{1} << doublings), longest_pause));
    return *journal(view, operation, std::move(status), "its step was refused");
}

// The journal as the view lets it be: begun, its steps listed, what is done closed.
struct Advanced {
    OperationStatus status;
    std::string obstacle;
    std::string refusal;
    bool done = false;
};

Advanced advance(const ClusterView& view, const Operation& operation) {
    const OperationMethods& methods = methods_of(operation.spec->op);
    Advanced next{.status = operation.status, .obstacle = "", .refusal = ""};
    if (!operation.runs()) {
        next.status.phase = OperationPhase::running;
        next.status.started = in_seconds(view.now());
        next.status.message.clear();
    }
    if (next.status.steps.empty()) {
        Beginning beginning = methods.begin(view, operation);
        next.status.steps = std::move(beginning.steps);
        next.obstacle = std::move(beginning.obstacle);
        next.refusal = std::move(beginning.refusal);
    }
    methods.advance(view, operation, next.status);
    next.done = next.obstacle.empty() && std::ranges::all_of(next.status.steps, is_closed);
    return next;
}

std::string end_message(const OperationStatus& status) {
    return status.steps.empty() ? "nothing was to be done" : status.steps.back().because;
}

OperationsPlan act(const ClusterView& view, const Operation& operation) {
    const OperationStepStatus& step = *find_open(operation.status);
    if (!view.facts.operation_refused.empty() && interference(view).empty()) {
        // A try is a Job: one that could not be made was none, and has the same name again.
        return just(refused(view, operation,
                            {.because = view.facts.operation_refused,
                             .was_a_try = !api::runs_jobs(operation.spec->op)}));
    }
    if (operation.status.retry_at > view.now()) {
        return {.step = std::nullopt, .look_again = operation.status.retry_at};
    }
    Need need = methods_of(operation.spec->op).effect_of(view, operation, step);
    if (!need.failure.empty()) {
        return just(refused(view, operation,
                            {.because = std::move(need.failure), .is_final = need.is_final}));
    }
    if (!need.effect) {
        return just(tell(view, operation, need.because));
    }
    return just(Step{.effect = *need.effect,
                     .rule = RuleId::run_operation,
                     .because = "BGDbOps " + operation.name() + ": " + need.because});
}

OperationsPlan run(const ClusterView& view, const Operation& operation, const Plan& cluster) {
    if (!cluster.steps.empty()) {
        return {};
    }
    if (std::string business = business_of(view, cluster); !business.empty()) {
        return just(tell(view, operation, std::move(business)));
    }
    if (!operation.held()) {
        return just(hold(operation));
    }
    Advanced next = advance(view, operation);
    if (!next.refusal.empty()) {
        return just(end(view, operation, OperationPhase::failed, std::move(next.refusal)));
    }
    if (next.done) {
        Operation advanced = operation;
        advanced.status = next.status;
        return just(end(view, advanced, OperationPhase::completed, end_message(next.status)));
    }
    if (!next.obstacle.empty() && operation.runs()) {
        return just(tell(view, operation, std::move(next.obstacle)));
    }
    if (!(next.status == operation.status)) {
        next.status.message = next.obstacle;
        next.status.retry_at = {};
        const OperationStepStatus* const now_open = find_open(next.status);
        return just(journal(view, operation, next.status,
                            now_open == nullptr ? "it begins" : "next: " + now_open->name));
    }
    return act(view, operation);
}

}  // namespace

const OperationMethods& methods_of(api::OperationKind kind) {
    switch (kind) {
        case api::OperationKind::restart:
            return restart_operation;
        case api::OperationKind::switchover:
            return switchover_operation;
        case api::OperationKind::reinit:
            return reinit_operation;
        case api::OperationKind::vacuum:
            return vacuum_operation;
        case api::OperationKind::sql:
            return sql_operation;
        case api::OperationKind::benchmark:
            return benchmark_operation;
        case api::OperationKind::repack:
            return repack_operation;
    }
    return restart_operation;
}

OperationsPlan plan_operations(const ClusterView& view, const Plan& cluster) {
    // Nothing is known of the Jobs either: whose they are, above all.
    if (!view.facts.operations_known) {
        return {};
    }
    const std::vector<Operation> operations = read_operations(view);
    OperationsPlan plan = keep_order(view, operations);
    if (plan.step) {
        return plan;
    }
    if (const Operation* const current = find_current(view, operations)) {
        OperationsPlan own = run(view, *current, cluster);
        plan.step = std::move(own.step);
        keep_earlier(plan.look_again, own.look_again);
    }
    return plan;
}

OperationsPlan plan_orphaned_operations(const ClusterView& view) {
    return keep_order(view, read_operations(view));
}

}  // namespace bestgres::plan
