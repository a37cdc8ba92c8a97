// A shard beyond the wanted number goes, the last first, one at a time. Each pass reads off the
// facts how far it is; nothing that holds data is let go of before Citus itself, on the coordinator
// and on every worker, has shown that nothing is left there and that nobody brings it back.
//
//   its shards move away  ->  no transaction is left  ->  its members stop  ->  Patroni's objects
//   go
//   ->  Citus forgets it  ->  nobody names it for two loops of Patroni  ->  its BGCluster is
//   deleted
#include <fmt/format.h>

#include <algorithm>

#include "lib/kube/quantity.hpp"
#include "operator/api/cluster_words.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/sharded/rules.hpp"

namespace bestgres::plan {
namespace {

using api::RemovalStep;

constexpr Duration pause_after_a_failure = std::chrono::minutes(1);

struct Removal {
    const ShardedView& view;
    const ShardGroup& leaving;
    const CitusReading& coordinator;
};

ShardedWaiting wait(std::string because) {
    return {.rule = ShardedRule::remove_shard, .because = std::move(because)};
}

ShardedStep step(const Removal& removal, ShardedEffect effect, std::string because) {
    return {.effect = std::move(effect),
            .rule = ShardedRule::remove_shard,
            .because = std::move(because),
            .group = removal.leaving.cluster};
}

ShardedOpinion tell(const Removal& removal, std::string what,
                    std::vector<postgres::Statement> statements, std::string because) {
    return just(step(removal, on_coordinator(removal.view, std::move(what), std::move(statements)),
                     std::move(because)));
}

// Groups that go on: all that they say of the one that leaves has to agree.
template <class Look>
ShardedOpinion ask_all(const Removal& removal, Look look) {
    for (const ShardGroup& group : removal.view.groups) {
        if (group.wanted || (&group == &removal.leaving && group.leader)) {
            const CitusReading* const reading = removal.view.reading(group.number);
            if (reading == nullptr) {
                return ask_until(wait("Citus on " + group.cluster + " to answer"), ask_seldom);
            }
            if (std::string objection = look(group, *reading); !objection.empty()) {
                return ask_until(wait(std::move(objection)), ask_often);
            }
        }
    }
    return {};
}

std::int64_t count_at(const CountByGroup& counts, std::int64_t group) {
    const auto found = counts.find(group);
    return found == counts.end() ? 0 : found->second;
}

std::string placements_left(const Removal& removal, const ShardGroup& asked,
                            const CitusReading& reading) {
    const std::int64_t left = reading.of(removal.leaving.number).only;
    return left == 0 ? ""
                     : fmt::format("{} placements of {} that {} names", left,
                                   removal.leaving.cluster, asked.cluster);
}

// Copies of shards that moved away are dropped a little later, while the node takes part still.
std::string copies_left(const Removal& removal, const ShardGroup& asked,
                        const CitusReading& reading) {
    return count_at(reading.cleanups, removal.leaving.number) == 0
               ? ""
               : fmt::format("old copies on {} that {} has to drop", removal.leaving.cluster,
                             asked.cluster);
}

// Only what is prepared somewhere is unfinished. That a node has decided to commit stays in its
// pg_dist_transaction for up to a minute after it was committed everywhere: with writers to
// reference tables, which are on all nodes, something always stands there.
std::string transactions_left(const Removal& removal, const ShardGroup& asked,
                              const CitusReading& reading) {
    const std::int64_t leaving = removal.leaving.number;
    std::int64_t left = count_at(reading.prepared, leaving);
    if (asked.number == leaving) {
        left = reading.foreign_prepared;
        for (const auto& [group, count] : reading.prepared) {
            left += count;
        }
    }
    return left == 0 ? ""
                     : fmt::format("prepared transactions of {} on {} to end",
                                   removal.leaving.cluster, asked.cluster);
}

ShardedOpinion follow_job(const CitusJob& job) {
    ShardedWaiting waiting =
        wait(fmt::format("background job {} of Citus, which moves shards", job.id));
    waiting.patience = std::chrono::hours(1);
    return ask_until(std::move(waiting), ask_seldom);
}

ShardedOpinion drain(const Removal& removal) {
    const auto& [view, leaving, coordinator] = removal;
    const CitusNode& node = *coordinator.primary_of(leaving.number);
    if (leaving.exists() && leaving.spec && leaving.spec->hibernate) {
        return just(change_child(leaving, ShardedRule::remove_shard,
                                 {{"spec", {{"hibernate", false}}}},
                                 "awake, because shards are on it"));
    }
    if (!leaving.leader) {
        return just(wait("a primary of " + leaving.cluster + ", which holds shards"));
    }
    std::string objection = objection_to_moves(view);
    objection = objection.empty() ? objection_to_drain(view, leaving) : objection;
    if (!objection.empty()) {
        return ask_until(wait(std::move(objection)), std::chrono::seconds(30));
    }
    if (node.takes_shards) {
        return tell(removal, "give no more shards to " + leaving.cluster,
                    set_takes_shards(node, false), leaving.cluster + " is to be removed");
    }
    if (coordinator.job && coordinator.job->state == "failed" && coordinator.job->ended &&
        view.now() < *coordinator.job->ended + pause_after_a_failure) {
        ShardedOpinion opinion =
            just(wait(fmt::format("a while after background job {} failed: {}", coordinator.job->id,
                                  coordinator.job->message)));
        opinion.look_again = *coordinator.job->ended + pause_after_a_failure;
        return opinion;
    }
    return tell(removal, "move shards off " + leaving.cluster,
                start_rebalance(view.spec->rebalance, true),
                fmt::format("{} placements are on {}, which is to be removed",
                            coordinator.of(leaving.number).only, leaving.cluster));
}

// No shard, no transaction: then its members may stop.
ShardedOpinion stop(const Removal& removal) {
    const auto& [view, leaving, coordinator] = removal;
    const api::VolumePolicy policy = view.spec->removed_shards;
    const bool is_told = leaving.spec && leaving.spec->hibernate &&
                         leaving.spec->volume.retention.when_deleted == policy;
    if (!is_told) {
        return just(change_child(
            leaving, ShardedRule::remove_shard,
            {{"spec",
              {{"hibernate", true},
               {"volumeSpec", {{"retention", {{"whenDeleted", api::word(policy)}}}}}}}},
            "stopped, because nothing is left on it"));
    }
    const bool is_accepted = leaving.status.observed_generation == leaving.child.generation();
    if (leaving.has_pods || !is_accepted) {
        return just(wait(leaving.cluster + " to stop its members"));
    }
    return {};
}

ShardedOpinion forget(const Removal& removal) {
    for (const kube::Object& object : removal.leaving.dcs) {
        if (object.being_deleted()) {
            return just(wait("ConfigMap " + std::string(object.name()) + " to be gone"));
        }
        return just(
            step(removal,
                 DeleteObject{
                     .ref = {kube::kinds::config_map, removal.view.ns, std::string(object.name())},
                     .uid = std::string(object.uid()),
                     .resource_version = std::string(object.resource_version())},
                 "Patroni's coordinator would register " + removal.leaving.cluster + " again"));
    }
    return {};
}

ShardedOpinion release(const Removal& removal) {
    const auto& [view, leaving, coordinator] = removal;
    if (!leaving.exists()) {
        return {};
    }
    if (leaving.child.annotation(api::confirm_deletion_annotation) != leaving.cluster) {
        return just(change_child(
            leaving, ShardedRule::remove_shard,
            {{"metadata",
              {{"annotations", {{api::confirm_deletion_annotation, leaving.cluster}}}}}},
            "free to be deleted"));
    }
    if (leaving.child.being_deleted()) {
        return just(wait(leaving.cluster + " is being deleted"));
    }
    return just(
        step(removal,
             DeleteObject{.ref = {kube::kinds::bg_cluster, view.ns, leaving.cluster},
                          .uid = std::string(leaving.child.uid()),
                          .resource_version = std::string(leaving.child.resource_version())},
             "no node of Citus names " + leaving.cluster +
                 " any more, and nothing is on "
                 "it"));
}

// Two loops of Patroni on the coordinator, and a little: it registers what it finds in each.
Duration loops_of(const ShardedView& view) {
    return std::chrono::seconds(2 * view.spec->coordinator.patroni.loop_wait + 2);
}

struct Place {
    RemovalStep step;
    ShardedOpinion opinion;
};

// Nobody names it: since when, and has that lasted?
Place confirm(const Removal& removal, Instant& gone_since) {
    ShardedOpinion named =
        ask_all(removal, [&](const ShardGroup& asked, const CitusReading& reading) {
            return reading.node_of(removal.leaving.number) == nullptr
                       ? ""
                       : asked.cluster + " to forget " + removal.leaving.cluster;
        });
    if (!named.empty()) {
        gone_since = {};
        return {RemovalStep::confirming, std::move(named)};
    }
    if (gone_since == Instant{}) {
        gone_since = Instant{removal.view.now().ns - removal.view.now().ns % 1'000'000'000};
    }
    const Instant proven = gone_since + loops_of(removal.view);
    if (removal.coordinator.at < proven) {
        ShardedOpinion opinion =
            ask_until(wait("two loops of Patroni in which nobody names " + removal.leaving.cluster),
                      ask_seldom);
        opinion.look_again = proven;
        return {RemovalStep::confirming, std::move(opinion)};
    }
    return {RemovalStep::releasing, release(removal)};
}

// Citus ends what was left prepared on active nodes alone: none may be left before the node is
// taken out, and if one was too quick it comes back until that has ended.
ShardedOpinion leave_transactions(const Removal& removal, const CitusNode* node) {
    const std::string& name = removal.leaving.cluster;
    ShardedOpinion left = ask_all(removal, [&](const auto& asked, const auto& reading) {
        return transactions_left(removal, asked, reading);
    });
    if (node != nullptr && node->active && left.empty()) {
        return tell(removal, "take " + name + " out of transactions", disable_node(*node),
                    "no shard is on " + name);
    }
    if (node != nullptr && !node->active && !left.waits.empty() && removal.leaving.leader &&
        removal.view.reading(removal.leaving.number) != nullptr) {
        return tell(removal, "activate " + name, activate_node(*node),
                    "Citus ends prepared transactions of active nodes alone");
    }
    return left;
}

// Empty once Citus has nothing to do with the group any more but its name.
ShardedOpinion empty_out(const Removal& removal) {
    const auto& [view, leaving, coordinator] = removal;
    const CitusNode* const node = coordinator.primary_of(leaving.number);
    if (coordinator.job && coordinator.job->active()) {
        return follow_job(*coordinator.job);
    }
    if (node != nullptr && coordinator.of(leaving.number).only > 0) {
        return drain(removal);
    }
    const bool is_stopped = !leaving.exists() || (leaving.spec && leaving.spec->hibernate);
    if (node != nullptr && !is_stopped && !leaving.leader) {
        return just(wait("a primary of " + leaving.cluster + ", to prove that nothing is on it"));
    }
    if (node != nullptr && node->takes_shards) {
        return tell(removal, "give no more shards to " + leaving.cluster,
                    set_takes_shards(*node, false), leaving.cluster + " is to be removed");
    }
    ShardedOpinion held = ask_all(removal, [&](const auto& asked, const auto& reading) {
        std::string left = placements_left(removal, asked, reading);
        return left.empty() ? copies_left(removal, asked, reading) : left;
    });
    if (!held.empty()) {
        return held;
    }
    return leave_transactions(removal, node);
}

Place place_of(const Removal& removal, Instant& gone_since) {
    const auto& [view, leaving, coordinator] = removal;
    if (ShardedOpinion opinion = empty_out(removal); !opinion.empty()) {
        return {RemovalStep::draining, std::move(opinion)};
    }
    if (leaving.exists()) {
        if (ShardedOpinion opinion = stop(removal); !opinion.empty()) {
            return {RemovalStep::stopping, std::move(opinion)};
        }
    }
    if (ShardedOpinion opinion = forget(removal); !opinion.empty()) {
        gone_since = {};
        return {RemovalStep::forgetting, std::move(opinion)};
    }
    if (const CitusNode* const row = coordinator.node_of(leaving.number)) {
        gone_since = {};
        return {RemovalStep::removing,
                tell(removal, "remove " + leaving.cluster, remove_node(*row),
                     "nothing is on " + leaving.cluster + ", and its members have stopped")};
    }
    return confirm(removal, gone_since);
}

const ShardGroup* find_leaving(const ShardedView& view) {
    const auto is_over = [](const ShardGroup& group) { return group.number > 0 && !group.wanted; };
    if (view.removal()) {
        const ShardGroup* const begun = view.group(view.removal()->group);
        return begun != nullptr && is_over(*begun) ? begun : nullptr;
    }
    const auto last = std::find_if(view.groups.rbegin(), view.groups.rend(), is_over);
    return last == view.groups.rend() ? nullptr : &*last;
}

bool is_over(const Removal& removal, const api::RemovalStatus& status) {
    return status.step == RemovalStep::releasing && !removal.leaving.exists();
}

}  // namespace

std::string objection_to_drain(const ShardedView& view, const ShardGroup& leaving) {
    const CitusReading* const leaving_reading = view.reading(leaving.number);
    const CitusReading& coordinator = *view.reading(0);
    std::vector<const ShardGroup*> others;
    for (const ShardGroup& group : view.groups) {
        const CitusNode* const node = coordinator.primary_of(group.number);
        if (group.number > 0 && group.wanted && node != nullptr && node->takes_shards) {
            others.push_back(&group);
        }
    }
    if (std::ssize(others) < std::max<std::int64_t>(coordinator.replicas, 1)) {
        return fmt::format("{} groups take shards, and a shard has {} copies: too few to empty {}",
                           others.size(), coordinator.replicas, leaving.cluster);
    }
    const std::int64_t bytes = leaving_reading == nullptr ? 0 : leaving_reading->bytes;
    for (const ShardGroup* const group : others) {
        const CitusReading* const reading = view.reading(group->number);
        for (const api::VolumeStatus& volume : group->status.volumes) {
            const auto capacity = kube::Quantity::parse(volume.capacity);
            const std::int64_t share = bytes / std::ssize(others);
            if (reading != nullptr && capacity.ok() &&
                reading->bytes + share > capacity->bytes() / 10 * 9) {
                return fmt::format("volume {} has no room for its share of {}", volume.name,
                                   leaving.cluster);
            }
        }
    }
    return "";
}

RemovalOpinion remove_shard(const ShardedView& view) {
    const ShardGroup* const leaving = find_leaving(view);
    if (leaving == nullptr) {
        return {.opinion = {}, .removal = std::nullopt};
    }
    if (!view.removal()) {
        return {.opinion = {},
                .removal = api::RemovalStatus{.cluster = leaving->cluster,
                                              .group = leaving->number,
                                              .step = RemovalStep::draining,
                                              .gone_since = {}}};
    }
    api::RemovalStatus status = *view.removal();
    const CitusReading* const coordinator = view.reading(0);
    if (coordinator == nullptr) {
        return {.opinion = ask_until(wait("the coordinator of Citus to answer"), ask_seldom),
                .removal = status};
    }
    const Removal removal{view, *leaving, *coordinator};
    if (is_over(removal, status)) {
        return {.opinion = {}, .removal = std::nullopt};
    }
    Place place = place_of(removal, status.gone_since);
    status.step = place.step;
    return {.opinion = std::move(place.opinion), .removal = status};
}

}  // namespace bestgres::plan
