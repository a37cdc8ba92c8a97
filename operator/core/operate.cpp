// Steps for BGDbOps: they come after the cluster's own, have their own back-off, and what they
// journal is decided on fresh reads. Operations whose cluster is missing are only put in order.
#include <algorithm>

#include "operator/api/operation.hpp"
#include "operator/core/operator_core.hpp"
#include "operator/core/request.hpp"

namespace bestgres::core {
namespace {

using Stage = ClusterWork::Stage;

}  // namespace

bool OperatorCore::knows_operations(Instant now) const {
    return std::ranges::all_of(informers_, [now](const Informer& one) {
        const bool is_of_them =
            one.spec().kind == kube::kinds::bg_db_ops || one.spec().kind == kube::kinds::job;
        return !is_of_them || one.current(now);
    });
}

std::vector<kube::Object> OperatorCore::operations_of(const ClusterKey& key, Instant now) const {
    std::vector<kube::Object> operations;
    if (!knows_operations(now)) {
        return operations;
    }
    for (const kube::Ref& ref : store_.of_cluster(key)) {
        if (ref.kind == kube::kinds::bg_db_ops) {
            operations.push_back(store_.find(ref)->object);
        }
    }
    return operations;
}

// Without a cluster there is nobody to ask: what is written rests on the version that was read.
void OperatorCore::reconcile_orphans(const ClusterKey& key, Turn& turn) {
    ClusterWork& work = works_[key];
    plan::ClusterView view;
    view.ns = key.ns;
    view.name = key.name;
    view.facts.now = turn.now;
    view.facts.operations = operations_of(key, turn.now);
    for (const kube::Ref& ref : store_.of_cluster(key)) {
        if (ref.kind == kube::kinds::job || ref.kind == kube::kinds::pod) {
            view.facts.objects.emplace(ref, store_.find(ref)->object);
        }
    }
    plan::OperationsPlan planned = plan::plan_orphaned_operations(view);
    if (planned.look_again) {
        queue_.add(key, *planned.look_again);
    }
    if (!planned.step) {
        return;
    }
    if (turn.now < work.operation_not_before) {
        queue_.add(key, work.operation_not_before);
        return;
    }
    work.step = std::move(planned.step);
    perform(key, view, turn);
}

// Whether it has begun something.
bool OperatorCore::operate(const ClusterKey& key, const Planned& planned, Turn& turn) {
    const ClusterWork& work = works_[key];
    if (planned.operations.look_again) {
        queue_.add(key, *planned.operations.look_again);
    }
    if (!planned.operations.step) {
        return false;
    }
    if (turn.now < work.operation_not_before) {
        queue_.add(key, work.operation_not_before);
        return false;
    }
    start(key, *planned.operations.step, planned, turn);
    return true;
}

// The journal is written as the fresh reads have it, also where the cache wanted something else.
void OperatorCore::conclude_operation(const ClusterKey& key, const Planned& planned, Turn& turn) {
    ClusterWork& work = works_[key];
    const std::optional<plan::Step>& step = planned.operations.step;
    const bool confirmed =
        step &&
        (std::holds_alternative<plan::JournalOperation>(step->effect) ||
         (step->rule == work.step->rule && plan::same_intent(step->effect, work.step->effect)));
    if (confirmed) {
        work.step = step;
        perform(key, planned.view, turn);
        return;
    }
    work.operation_not_before = turn.now + reconsider_after;
    settle(key, turn.now);
}

void OperatorCore::operation_succeeded(const ClusterKey& key, const plan::Step& step, Turn& turn) {
    ClusterWork& work = works_[key];
    work.operation_failures = 0;
    work.operation_refused.clear();
    if (step.rule == plan::RuleId::run_operation) {
        work.operation_not_before = turn.now + after_a_command;
    }
}

void OperatorCore::operation_failed(const ClusterKey& key, const StepFailure& failure, Turn& turn) {
    ClusterWork& work = works_[key];
    // A look that fails says nothing of the step itself, nor does an answer that says that the
    // world is as it was to be.
    if (work.step->rule == plan::RuleId::run_operation && work.stage == Stage::acting &&
        !failure.harmless) {
        work.operation_refused = failure.message;
    }
    const bool exists = store_.find({kube::kinds::bg_cluster, key.ns, key.name}) != nullptr;
    work.must_look = work.must_look || (failure.unknown && exists);
    work.operation_failures = std::min(work.operation_failures + 1, 8U);
    const Duration pause =
        std::min(first_pause * (std::int64_t{1} << (work.operation_failures - 1)), longest_pause);
    work.operation_not_before =
        turn.now + std::max(failure.retry_after.value_or(Duration::zero()), pause);
    if (!failure.harmless) {
        ++metrics_.failures[std::string(plan::name_of(work.step->effect))];
        turn.out.records.push_back({Severity::warning,
                                    "step failed",
                                    {{"cluster", to_string(key)},
                                     {"effect", plan::describe(work.step->effect)},
                                     {"because", work.step->because},
                                     {"error", failure.message}}});
    }
    settle(key, turn.now);
}

}  // namespace bestgres::core
