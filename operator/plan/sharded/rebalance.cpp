// A shard that is new and empty gets its share, by a background job of Citus that outlives this
// operator. What else is uneven is left as it is.
#include <fmt/format.h>

#include <algorithm>

#include "operator/plan/sharded/operation.hpp"
#include "operator/plan/sharded/rules.hpp"

namespace bestgres::plan {
namespace {

constexpr Duration pause_after_a_failure = std::chrono::minutes(5);

bool has_idle_shard(const ShardedView& view) {
    const CitusReading& reading = *view.reading(0);
    bool any_idle = false;
    bool any_used = false;
    for (const ShardGroup& group : view.groups) {
        const CitusNode* const node = reading.primary_of(group.number);
        if (group.number > 0 && group.wanted && node != nullptr && node->takes_shards) {
            any_idle = any_idle || reading.of(group.number).only == 0;
            any_used = any_used || reading.of(group.number).only > 0;
        }
    }
    return any_idle && any_used;
}

bool is_wanted(const ShardedView& view) {
    const CitusReading* const reading = view.reading(0);
    return view.spec->auto_rebalance && reading != nullptr && !view.removal() &&
           view.facts.balanced_as != view.spread && has_idle_shard(view);
}

// Members are restarted, or one after the other leaves.
bool is_changing(const ShardGroup& group) {
    const api::Phase phase = group.status.phase.value_or(api::Phase::creating);
    return group.status.observed_generation != group.child.generation() ||
           phase == api::Phase::updating || phase == api::Phase::switching_over ||
           phase == api::Phase::scaling;
}

ShardedWaiting wait(std::string because) {
    return {.rule = ShardedRule::rebalance, .because = std::move(because)};
}

// An operation that restarts members or hands over, on any group, as Kubernetes has it or as an
// operation on all groups is about to ask for it.
std::string operation_on_members(const ShardedView& view) {
    for (const auto& [ref, object] : view.facts.objects) {
        if (ref.kind != kube::kinds::bg_db_ops) {
            continue;
        }
        const auto spec = api::parse_operation_spec(object_at(object.json(), {"spec"}));
        const auto status = api::parse_operation_status(object_at(object.json(), {"status"}));
        if (spec && !api::runs_jobs(spec->op) && status.phase == api::OperationPhase::running) {
            return ref.name;
        }
    }
    for (const ShardedOperation& operation : read_operations(view)) {
        if (operation.spec && operation.runs() && !api::runs_jobs(operation.asked().op) &&
            std::ranges::any_of(operation.status.groups, is_open)) {
            return operation.name();
        }
    }
    return "";
}

}  // namespace

std::string objection_to_moves(const ShardedView& view) {
    if (std::string operation = operation_on_members(view); !operation.empty()) {
        return "operation " + operation + " to end: it may take a primary that shards move to";
    }
    for (const ShardGroup& group : view.groups) {
        if (group.exists() && is_changing(group)) {
            return group.cluster +
                   " to be as its spec says: its primary may not change while shards move";
        }
    }
    const CitusReading* const reading = view.reading(0);
    if (reading == nullptr || reading->without_identity.empty() ||
        view.spec->rebalance.transfer_mode != api::TransferMode::automatic) {
        return "";
    }
    return fmt::format(
        "table {} has no replica identity, and moves cannot follow its updates: give "
        "it a primary key, or choose another rebalance.transferMode",
        reading->without_identity.front());
}

bool wants_to_know_moves(const ShardedView& view) {
    return view.spec && is_wanted(view) && !view.reading(0)->moves;
}

ShardedOpinion rebalance(const ShardedView& view) {
    const CitusReading* const reading = view.reading(0);
    const CitusJob* const job = reading != nullptr && reading->job ? &*reading->job : nullptr;
    if (job != nullptr && job->active()) {
        ShardedWaiting waiting = wait(fmt::format("background job {} of Citus", job->id));
        waiting.patience = std::chrono::hours(1);
        return ask_until(std::move(waiting), ask_seldom);
    }
    if (!is_wanted(view) || reading->moves.value_or(0) == 0) {
        return {};
    }
    if (std::string objection = objection_to_moves(view); !objection.empty()) {
        return ask_until(wait(std::move(objection)), std::chrono::minutes(1));
    }
    if (job != nullptr && job->state == "failed" && job->ended &&
        view.now() < *job->ended + pause_after_a_failure) {
        ShardedOpinion opinion = just(
            wait(fmt::format("a while after background job {} failed: {}", job->id, job->message)));
        opinion.look_again = *job->ended + pause_after_a_failure;
        return opinion;
    }
    return just(ShardedStep{
        .effect = on_coordinator(view, "rebalance", start_rebalance(view.spec->rebalance, false)),
        .rule = ShardedRule::rebalance,
        .because = fmt::format("a shard is empty, and Citus would move {}", *reading->moves)});
}

}  // namespace bestgres::plan
