#include "operator/plan/sharded/plan.hpp"

#include <algorithm>

#include "operator/plan/operation.hpp"
#include "operator/plan/plan.hpp"
#include "operator/plan/sharded/rules.hpp"

namespace bestgres::plan {
namespace {

constexpr Duration ask_moves_pause = std::chrono::seconds(5);

// When Citus was asked last; long ago where it has never answered.
Instant last_answer(const ShardedView& view) {
    Instant oldest = view.facts.readings.empty() ? Instant{} : view.now();
    for (const auto& [group, reading] : view.facts.readings) {
        oldest = std::min(oldest, reading.at);
    }
    return oldest;
}

void take(const ShardedView& view, ShardedOpinion opinion, ShardedPlan& plan) {
    if (plan.steps.empty() && !opinion.steps.empty()) {
        plan.steps.push_back(std::move(opinion.steps.front()));
    }
    for (const ShardedWaiting& waiting : opinion.waits) {
        const Instant since = waiting_since(view, waiting);
        const Instant deadline = since + waiting.patience;
        if (deadline > view.now()) {
            keep_earlier(plan.look_again, deadline);
        }
        plan.waits.push_back({.rule = std::string(to_string(waiting.rule)),
                              .because = waiting.because,
                              .since = since,
                              .deadline = deadline});
    }
    if (opinion.look_again && *opinion.look_again > view.now()) {
        keep_earlier(plan.look_again, opinion.look_again);
    }
    if (opinion.ask_after) {
        keep_earlier(plan.ask_at, last_answer(view) + *opinion.ask_after);
    }
}

bool can_be_asked(const ShardedView& view) {
    const ShardGroup* const coordinator = view.group(0);
    return coordinator != nullptr && coordinator->leader.has_value();
}

void decide_what_to_ask(const ShardedView& view, ShardedPlan& plan) {
    if (!can_be_asked(view)) {
        plan.ask_at.reset();
        return;
    }
    if (view.facts.read_as != view.ground) {
        keep_earlier(plan.ask_at, Instant{});
    }
    if (wants_to_know_moves(view)) {
        plan.ask_for_moves = true;
        keep_earlier(plan.ask_at, last_answer(view) + ask_moves_pause);
    }
}

// What operations on the groups wait for before another group begins.
std::string business_of(const ShardedView& view, const ShardedPlan& plan) {
    if (view.paused) {
        return "the end of annotation " + std::string(api::paused_annotation);
    }
    if (!view.spec) {
        return "a valid spec of the sharded cluster";
    }
    if (plan.status.removal) {
        return "the removal of " + plan.status.removal->cluster;
    }
    const CitusReading* const reading = view.reading(0);
    if (reading != nullptr && reading->job && reading->job->active()) {
        return "background job " + std::to_string(reading->job->id) +
               " of Citus, which moves shards";
    }
    return plan.waits.empty() ? "" : plan.waits.front().because;
}

}  // namespace

ShardedOpinion just(ShardedStep step) {
    ShardedOpinion opinion;
    opinion.steps.push_back(std::move(step));
    return opinion;
}

ShardedOpinion just(ShardedWaiting waiting) {
    ShardedOpinion opinion;
    opinion.waits.push_back(std::move(waiting));
    return opinion;
}

ShardedOpinion ask_until(ShardedWaiting waiting, Duration ask_after) {
    ShardedOpinion opinion = just(std::move(waiting));
    opinion.ask_after = ask_after;
    return opinion;
}

Instant waiting_since(const ShardedView& view, const ShardedWaiting& waiting) {
    for (const api::WaitingStatus& known : view.previous.waiting_for) {
        if (known.rule == to_string(waiting.rule) && known.because == waiting.because) {
            return known.since;
        }
    }
    return in_seconds(view.now());
}

RunCitus on_coordinator(const ShardedView& view, std::string what,
                        std::vector<postgres::Statement> statements) {
    const ShardGroup* const coordinator = view.group(0);
    return {.coordinator =
                coordinator != nullptr && coordinator->leader ? *coordinator->leader : Target{},
            .what = std::move(what),
            .statements = std::move(statements)};
}

// The whole policy. Groups are kept in every state. Data moves, and a shard goes, only while all
// others agree about who is who; what a removal did is undone whatever else there is. Operations
// come last.
ShardedPlan plan_sharded(const ShardedView& view) {
    ShardedPlan plan;
    plan.status.removal = view.removal();
    if (view.going) {
        take(view, tear_down_sharded(view), plan);
    } else if (!view.paused && view.spec) {
        take(view, hold_sharded(view), plan);
        take(view, keep_groups(view), plan);
        RemovalOpinion undone = undo_removal(view);
        plan.status.removal = undone.removal;
        take(view, std::move(undone.opinion), plan);
        ShardedOpinion agreement = converge(view);
        const bool agreed = agreement.empty();
        take(view, std::move(agreement), plan);
        if (agreed && plan.steps.empty()) {
            const bool is_undoing = undone.removal && view.group(undone.removal->group)->wanted;
            if (!is_undoing) {
                RemovalOpinion removal = remove_shard(view);
                plan.status.removal = removal.removal;
                take(view, std::move(removal.opinion), plan);
            }
            if (plan.steps.empty() && !plan.status.removal) {
                take(view, rebalance(view), plan);
            }
        }
        decide_what_to_ask(view, plan);
    }
    if (plan.steps.empty()) {
        take(view, run_operations(view, business_of(view, plan)), plan);
    }
    plan.status = describe_sharded(view, plan);
    return plan;
}

ShardedPlan plan_orphaned_operations(const ShardedView& view) {
    ShardedPlan plan;
    take(view, run_operations(view, ""), plan);
    return plan;
}

}  // namespace bestgres::plan
