// A shard that was to go is wanted again: whatever its removal did is undone, wherever it was. What
// keep_groups and Patroni do by themselves (its members start, it is registered) is waited for.
#include <fmt/format.h>

#include "operator/plan/sharded/rules.hpp"

namespace bestgres::plan {
namespace {

ShardedStep undo(const ShardedView& view, std::string what,
                 std::vector<postgres::Statement> statements, const ShardGroup& group) {
    return {.effect = on_coordinator(view, std::move(what), std::move(statements)),
            .rule = ShardedRule::undo_removal,
            .because = group.cluster + " is wanted again",
            .group = group.cluster};
}

ShardedOpinion wait(const ShardGroup& group, std::string_view what) {
    return ask_until(
        {.rule = ShardedRule::undo_removal,
         .because = fmt::format("{} {}, because it is wanted again", group.cluster, what)},
        ask_often);
}

ShardedOpinion opinion_on(const ShardedView& view, const ShardGroup& group) {
    const CitusReading* const reading = view.reading(0);
    if (reading == nullptr || group.child.being_deleted()) {
        return wait(group, "to be there");
    }
    if (reading->job && reading->job->active()) {
        return reading->job->state == "cancelling"
                   ? wait(group, "to keep what has not moved")
                   : just(undo(view, fmt::format("cancel job {}", reading->job->id),
                               cancel_job(reading->job->id), group));
    }
    // What the removal told Citus last may be younger than what Citus said last.
    if (view.facts.read_as != view.ground) {
        return wait(group, "to be as it was before");
    }
    const CitusNode* const node = reading->primary_of(group.number);
    if (node == nullptr || !group.leader) {
        return wait(group, "to be registered");
    }
    // Citus activates a node by talking to it: where nobody is any more it does not end.
    if (node->host != group.leader->address) {
        return wait(group, "to be registered at " + group.leader->address);
    }
    if (!node->active) {
        return just(undo(view, "activate " + group.cluster, activate_node(*node), group));
    }
    if (!node->takes_shards) {
        return just(undo(view, "give shards to " + group.cluster + " again",
                         set_takes_shards(*node, true), group));
    }
    return {};
}

}  // namespace

RemovalOpinion undo_removal(const ShardedView& view) {
    const ShardGroup* const group = view.removal() ? view.group(view.removal()->group) : nullptr;
    if (group == nullptr || !group->wanted) {
        return {.opinion = {}, .removal = view.removal()};
    }
    if (!group->exists()) {
        return {.opinion = {}, .removal = std::nullopt};  // it is gone, and made anew
    }
    ShardedOpinion opinion = opinion_on(view, *group);
    const bool is_over = opinion.empty();
    return {.opinion = std::move(opinion), .removal = is_over ? std::nullopt : view.removal()};
}

}  // namespace bestgres::plan
