// Every node of Citus names the primaries of all groups. Patroni sees to it; where it has not in
// time, because a call of it got lost or its own notes are out of date, the operator does.
#include <fmt/format.h>

#include <algorithm>

#include "operator/plan/sharded/rules.hpp"

namespace bestgres::plan {
namespace {

// Patroni's coordinator looks every loop, and a group that was cut off is missed for ttl.
Duration patience_of(const ShardedView& view) {
    const api::PatroniSpec& patroni = view.spec->coordinator.patroni;
    return std::chrono::seconds(patroni.ttl + 3 * patroni.loop_wait);
}

ShardedWaiting wait(const ShardedView& view, std::string because) {
    return {.rule = ShardedRule::converge,
            .because = std::move(because),
            .patience = patience_of(view)};
}

bool names(const CitusReading& reading, const ShardGroup& group) {
    const CitusNode* const node = reading.primary_of(group.number);
    return node != nullptr && node->host == group.leader->address && node->active;
}

RunCitus mend(const ShardedView& view, const ShardGroup& asked, const ShardGroup& group) {
    const CitusReading& coordinator = *view.reading(0);
    const CitusNode* const node = coordinator.primary_of(group.number);
    if (node == nullptr) {
        return on_coordinator(view, "register " + group.cluster,
                              add_node({.group = group.number, .host = group.leader->address}));
    }
    if (node->host != group.leader->address) {
        return on_coordinator(view, "move " + group.cluster + " to " + group.leader->address,
                              move_node(*node, group.leader->address));
    }
    if (!node->active) {
        return on_coordinator(view, "activate " + group.cluster, activate_node(*node));
    }
    // The row is right here, and the copy of it elsewhere is not.
    const CitusNode* const lagging = coordinator.primary_of(asked.number);
    return on_coordinator(view, "send the metadata to " + asked.cluster,
                          sync_metadata(lagging == nullptr ? *node : *lagging));
}

// One node's table against one group's primary.
ShardedOpinion disagreement(const ShardedView& view, const ShardGroup& asked,
                            const ShardGroup& group) {
    const ShardedWaiting waiting =
        wait(view, fmt::format("pg_dist_node of {} to name {} for {}", asked.cluster,
                               group.leader->address, group.cluster));
    ShardedOpinion opinion = ask_until(waiting, ask_often);
    if (waiting_since(view, waiting) + waiting.patience <= view.now() &&
        view.reading(0) != nullptr) {
        opinion.steps.push_back({.effect = mend(view, asked, group),
                                 .rule = ShardedRule::converge,
                                 .because = waiting.because + ": Patroni has not seen to it"});
    }
    return opinion;
}

// More on some group than the coordinator knows of. Less says nothing: Citus tells workers of hash
// distributed tables alone.
bool places_more(const CitusReading& reading, const CitusReading& coordinator) {
    return std::ranges::any_of(reading.placements, [&coordinator](const auto& entry) {
        return entry.second.only > coordinator.of(entry.first).only;
    });
}

// A node that takes part and places shards otherwise than the coordinator, while none moves; a
// shard that goes is one as long as it is active.
const ShardGroup* find_stale(const ShardedView& view) {
    const CitusReading* const coordinator = view.reading(0);
    if (coordinator == nullptr || (coordinator->job && coordinator->job->active())) {
        return nullptr;
    }
    const auto is_stale = [&](const ShardGroup& group) {
        const CitusReading* const reading = view.reading(group.number);
        const CitusNode* const node = coordinator->primary_of(group.number);
        return reading != nullptr && group.leader && node != nullptr && node->active &&
               places_more(*reading, *coordinator);
    };
    const auto found = std::ranges::find_if(view.groups, is_stale);
    return found == view.groups.end() ? nullptr : &*found;
}

// A failover may have lost what the node was told of shards that moved. Citus does not notice.
ShardedOpinion stale_placements(const ShardedView& view, const ShardGroup& asked) {
    const CitusNode& node = *view.reading(0)->primary_of(asked.number);
    const ShardedWaiting waiting =
        wait(view, "metadata of " + asked.cluster + " to place shards as the coordinator does");
    ShardedOpinion opinion = ask_until(waiting, ask_often);
    if (waiting_since(view, waiting) + waiting.patience <= view.now()) {
        opinion.steps.push_back(
            {.effect =
                 on_coordinator(view, "send the metadata to " + asked.cluster, sync_metadata(node)),
             .rule = ShardedRule::converge,
             .because = waiting.because + ": Citus has not seen to it"});
    }
    return opinion;
}

}  // namespace

ShardedOpinion converge(const ShardedView& view) {
    for (const ShardGroup& group : view.groups) {
        if (group.wanted && group.exists() && !group.leader) {
            return just(wait(view, "a primary of " + group.cluster));
        }
    }
    for (const ShardGroup& asked : view.groups) {
        if (!asked.wanted || !asked.leader) {
            continue;
        }
        const CitusReading* const reading = view.reading(asked.number);
        if (reading == nullptr) {
            return ask_until(wait(view, "Citus on " + asked.cluster + " to answer"), ask_often);
        }
        for (const ShardGroup& group : view.groups) {
            if (group.wanted && group.leader && !names(*reading, group)) {
                return disagreement(view, asked, group);
            }
        }
    }
    if (const ShardGroup* const asked = find_stale(view)) {
        return stale_placements(view, *asked);
    }
    return {};
}

}  // namespace bestgres::plan
