// The status, derived from facts at every pass; what Citus said is as of the last time it was
// asked.
#include <fmt/format.h>

#include <algorithm>

#include "operator/api/cluster_words.hpp"
#include "operator/manifests/group_cluster.hpp"
#include "operator/plan/decisions.hpp"
#include "operator/plan/sharded/rules.hpp"

namespace bestgres::plan {
namespace {

using api::Condition;
using api::ConditionStatus;
using api::ShardedPhase;

bool group_is_ready(const ShardGroup& group) {
    const auto& conditions = group.status.conditions;
    return std::ranges::any_of(conditions, [](const Condition& one) {
        return one.type == "Ready" && one.status == ConditionStatus::is_true;
    });
}

// Whether all groups' tables name this one's primary.
bool is_registered(const ShardedView& view, const ShardGroup& group) {
    if (!group.leader) {
        return false;
    }
    return std::ranges::all_of(view.groups, [&](const ShardGroup& asked) {
        if (!asked.wanted || !asked.leader) {
            return true;  // it is no node yet, or nobody to ask
        }
        const CitusReading* const reading = view.reading(asked.number);
        const CitusNode* const node =
            reading == nullptr ? nullptr : reading->primary_of(group.number);
        return node != nullptr && node->active && node->host == group.leader->address;
    });
}

api::GroupStatus describe_group(const ShardedView& view, const ShardGroup& group) {
    api::GroupStatus status{
        .name = group.cluster,
        .group = group.number,
        .phase = group.status.phase ? std::string(api::word(*group.status.phase)) : "",
        .ready = group.status.ready,
        .primary = group.status.primary,
        .registered = is_registered(view, group)};
    if (const CitusReading* const reading = view.reading(0)) {
        const CitusNode* const node = reading->primary_of(group.number);
        status.node = node == nullptr ? 0 : node->id;
        status.placements = reading->of(group.number).only;
        status.references = reading->of(group.number).references;
        return status;
    }
    for (const api::GroupStatus& known : view.previous.groups) {
        if (known.name == group.cluster) {
            status.node = known.node;
            status.placements = known.placements;
            status.references = known.references;
        }
    }
    return status;
}

struct Count {
    std::int64_t wanted = 0;
    std::int64_t ready = 0;
    std::int64_t registered = 0;
    std::int64_t missing = 0;
};

Count count_groups(const ShardedView& view, const api::ShardedStatus& status) {
    Count count;
    for (std::size_t index = 0; index < view.groups.size(); ++index) {
        const ShardGroup& group = view.groups[index];
        if (group.wanted) {
            ++count.wanted;
            count.ready += group.exists() && group_is_ready(group) ? 1 : 0;
            count.registered += status.groups[index].registered ? 1 : 0;
            count.missing += status.groups[index].node == 0 ? 1 : 0;
        }
    }
    return count;
}

ShardedPhase phase_of(const ShardedView& view, const api::ShardedStatus& status,
                      const Count& count) {
    if (view.going) {
        return ShardedPhase::deleting;
    }
    if (!view.spec) {
        return ShardedPhase::failed;
    }
    if (view.paused) {
        return ShardedPhase::paused;
    }
    if (status.removal) {
        return ShardedPhase::scaling;
    }
    if (count.missing > 0) {
        return status.groups.front().node == 0 ? ShardedPhase::creating : ShardedPhase::scaling;
    }
    const CitusReading* const reading = view.reading(0);
    if (reading != nullptr && reading->job && reading->job->active()) {
        return ShardedPhase::rebalancing;
    }
    return count.ready == count.wanted && count.registered == count.wanted ? ShardedPhase::running
                                                                           : ShardedPhase::degraded;
}

Condition condition(const ShardedView& view, std::string type, bool holds,
                    std::pair<std::string_view, std::string> why) {
    Condition made{.type = std::move(type),
                   .status = holds ? ConditionStatus::is_true : ConditionStatus::is_false,
                   .reason = std::string(why.first),
                   .message = std::move(why.second),
                   .last_transition_time = Instant{view.now().ns - view.now().ns % 1'000'000'000},
                   .observed_generation = view.resource().generation()};
    for (const Condition& known : view.previous.conditions) {
        if (known.type == made.type && known.status == made.status) {
            made.last_transition_time = known.last_transition_time;
        }
    }
    return made;
}

std::string first_wait(const ShardedView& view, const ShardedPlan& plan) {
    if (plan.waits.empty()) {
        return "";
    }
    const std::string& silence = view.facts.silence;
    return "waiting for " + plan.waits.front().because + (silence.empty() ? "" : ": " + silence);
}

std::vector<Condition> conditions_of(const ShardedView& view, const ShardedPlan& plan,
                                     const Count& count) {
    const bool valid = view.problems.empty();
    const bool registered = count.wanted > 0 && count.registered == count.wanted;
    const bool ready = registered && count.ready == count.wanted;
    const bool moves = !plan.steps.empty() || !plan.waits.empty();
    std::string why = view.facts.failure.empty() ? first_wait(view, plan) : view.facts.failure;
    std::vector<Condition> conditions;
    conditions.push_back(condition(view, "Ready", ready,
                                   {ready ? "AllGroupsReady" : "GroupsNotReady",
                                    fmt::format("{} of {} groups are ready, {} are registered",
                                                count.ready, count.wanted, count.registered)}));
    conditions.push_back(condition(view, "Registered", registered,
                                   {registered ? "Agreed" : "NotAgreed",
                                    registered ? "every node of Citus names all primaries" : why}));
    conditions.push_back(condition(view, "SpecValid", valid,
                                   {valid ? "Valid" : "Invalid", api::to_string(view.problems)}));
    conditions.push_back(
        condition(view, "Progressing", moves, {moves ? "Waiting" : "Settled", std::move(why)}));
    return conditions;
}

std::optional<api::JobStatus> job_of(const ShardedView& view) {
    const CitusReading* const reading = view.reading(0);
    if (reading == nullptr) {
        return view.previous.job;
    }
    if (!reading->job) {
        return std::nullopt;
    }
    const CitusJob& job = *reading->job;
    return api::JobStatus{.id = job.id,
                          .state = job.state,
                          .moved = fmt::format("{}/{}", job.done, job.total),
                          .message = job.message.substr(0, 500)};
}

}  // namespace

api::ShardedStatus describe_sharded(const ShardedView& view, const ShardedPlan& plan) {
    api::ShardedStatus status;
    status.removal = plan.status.removal;
    for (const ShardGroup& group : view.groups) {
        status.groups.push_back(describe_group(view, group));
    }
    const Count count = count_groups(view, status);
    status.phase = phase_of(view, status, count);
    status.shards = std::ranges::count_if(status.groups, [](const api::GroupStatus& group) {
        return group.group > 0 && group.node != 0;
    });
    status.ready = fmt::format("{}/{}", count.ready, count.wanted);
    status.coordinator = view.groups.empty() ? "" : view.groups.front().status.primary;
    status.observed_generation = view.resource().generation();
    status.conditions = conditions_of(view, plan, count);
    status.job = job_of(view);
    status.waiting_for = plan.waits;
    status.decisions = merged_decisions(view.previous.decisions, view.facts.decisions);
    return status;
}

}  // namespace bestgres::plan
