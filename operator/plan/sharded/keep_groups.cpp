// A BGCluster for every group, as the spec says. One that is to be removed follows its parent like
// all others until it goes; what its removal has set (remove_shard.cpp) stays.
#include <fmt/format.h>

#include <algorithm>

#include "operator/api/cluster_words.hpp"
#include "operator/manifests/group_cluster.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/sharded/rules.hpp"

namespace bestgres::plan {
namespace {

ShardedWaiting blocked(std::string because) {
    return {.rule = ShardedRule::keep_groups, .because = std::move(because)};
}

// The patch that makes `live` what `wanted` is: nulls take away.
Json difference(const Json& live, const Json& wanted) {
    Json patch = Json::object();
    for (const auto& [name, value] : live.items()) {
        if (!wanted.contains(name)) {
            patch[name] = nullptr;
        }
    }
    for (const auto& [name, value] : wanted.items()) {
        const Json* const before = find(live, {name});
        if (before == nullptr) {
            patch[name] = value;
        } else if (before->is_object() && value.is_object()) {
            Json inner = difference(*before, value);
            if (!inner.empty()) {
                patch[name] = std::move(inner);
            }
        } else if (*before != value) {
            patch[name] = value;
        }
    }
    return patch;
}

// Volumes of a shard that was removed hold its old copies: Citus would trip over them. That the
// coordinator knows the group shows that they belong to what is made anew.
std::optional<std::string> objection_to_volumes(const ShardedView& view, const ShardGroup& group) {
    const ShardGroup* const coordinator = view.group(0);
    if (group.number == 0 || !group.holds_volumes) {
        return std::nullopt;
    }
    const CitusReading* const reading = view.reading(0);
    if (coordinator == nullptr || reading == nullptr) {
        return "the coordinator to say whether the volumes of " + group.cluster +
               ", which hold data, are those of a shard that it has";
    }
    if (reading->primary_of(group.number) != nullptr) {
        return std::nullopt;
    }
    return "volumes of an earlier " + group.cluster +
           " hold what was left of it, and the coordinator does not know it any more: delete "
           "PersistentVolumeClaims with label bestgres.io/cluster=" +
           group.cluster + " to let a new one be made";
}

ShardedOpinion create(const ShardedView& view, const ShardGroup& group) {
    if (group.stranger) {
        return just(blocked("BGCluster " + group.cluster +
                            " exists and was not made for this sharded cluster: delete it or give "
                            "this one another name"));
    }
    if (std::string objection = objection_to_name(view, group.number); !objection.empty()) {
        return just(blocked(std::move(objection)));
    }
    if (std::optional<std::string> objection = objection_to_volumes(view, group)) {
        return ask_until(blocked(*std::move(objection)), ask_seldom);
    }
    const api::ClusterSpec spec = manifests::group_spec(view.name, *view.spec, group.number);
    return just(ShardedStep{
        .effect =
            CreateObject{.kind = kube::kinds::bg_cluster,
                         .object = manifests::group_cluster(view.resource(), group.number, spec)},
        .rule = ShardedRule::keep_groups,
        .because = group.number == 0
                       ? "the coordinator is missing"
                       : "shard " + std::to_string(group.number - 1) + " is missing"});
}

api::ClusterSpec wanted_spec(const ShardedView& view, const ShardGroup& group) {
    api::ClusterSpec spec = manifests::group_spec(view.name, *view.spec, group.number);
    if (!group.wanted && group.spec) {
        spec.hibernate = group.spec->hibernate;
        spec.volume.retention.when_deleted = group.spec->volume.retention.when_deleted;
    }
    return spec;
}

// Another spec may restart members, and a group that a move touches keeps its primary. Where one
// has none, the change may be what the move waits for.
const CitusJob* job_to_wait_for(const ShardedView& view) {
    const CitusReading* const reading = view.reading(0);
    const CitusJob* const job = reading != nullptr && reading->job ? &*reading->job : nullptr;
    const bool moves = job != nullptr && job->active();
    const bool all_serve = moves && std::ranges::all_of(view.groups, [&](const auto& group) {
                               return group.leader || reading->primary_of(group.number) == nullptr;
                           });
    return all_serve ? job : nullptr;
}

ShardedOpinion wait_for(const CitusJob& job, const ShardGroup& group) {
    ShardedWaiting waiting =
        blocked(fmt::format("background job {0} of Citus to end before {1} changes: select "
                            "citus_job_cancel({0}) ends it sooner",
                            job.id, group.cluster));
    waiting.patience = std::chrono::hours(1);
    return ask_until(std::move(waiting), ask_seldom);
}

ShardedOpinion follow(const ShardedView& view, const ShardGroup& group) {
    if (group.child.being_deleted()) {
        return group.wanted
                   ? just(blocked(group.cluster + " is being deleted: it is made anew then"))
                   : ShardedOpinion{};
    }
    // Set for a removal that is no longer wanted: only a removal lifts the protection.
    if (group.wanted && !group.child.annotation(api::confirm_deletion_annotation).empty()) {
        return just(change_child(
            group, ShardedRule::keep_groups,
            {{"metadata", {{"annotations", {{api::confirm_deletion_annotation, nullptr}}}}}},
            "protected again"));
    }
    const api::ClusterSpec wanted = wanted_spec(view, group);
    if (group.spec && *group.spec == wanted) {
        return {};
    }
    const Json* const live = find(group.child.json(), {"spec"});
    Json patch = difference(live == nullptr ? Json::object() : *live, api::to_json(wanted));
    if (patch.empty()) {
        return {};
    }
    if (const CitusJob* const job = job_to_wait_for(view)) {
        return wait_for(*job, group);
    }
    return just(change_child(group, ShardedRule::keep_groups, {{"spec", std::move(patch)}},
                             "as the sharded cluster says"));
}

}  // namespace

ShardedStep change_child(const ShardGroup& group, ShardedRule rule, Json merge, std::string what) {
    return {.effect = PatchObject{.ref = {kube::kinds::bg_cluster, std::string(group.child.ns()),
                                          group.cluster},
                                  .uid = std::string(group.child.uid()),
                                  .resource_version = std::string(group.child.resource_version()),
                                  .merge = std::move(merge),
                                  .what = what},
            .rule = rule,
            .because = group.cluster + " is to be " + what,
            .group = group.cluster};
}

ShardedOpinion hold_sharded(const ShardedView& view) {
    if (view.resource().has_finalizer(api::sharded_finalizer) || view.resource().being_deleted()) {
        return {};
    }
    return just(ShardedStep{.effect = AddFinalizer{},
                            .rule = ShardedRule::hold_sharded,
                            .because = "its groups will have to be deleted in order"});
}

ShardedOpinion keep_groups(const ShardedView& view) {
    ShardedOpinion all;
    for (const ShardGroup& group : view.groups) {
        ShardedOpinion one;
        if (group.exists()) {
            one = follow(view, group);
        } else if (group.wanted) {
            one = create(view, group);
        }
        all.waits.insert(all.waits.end(), one.waits.begin(), one.waits.end());
        all.ask_after = one.ask_after ? one.ask_after : all.ask_after;
        if (!one.steps.empty()) {
            all.steps = std::move(one.steps);
            return all;
        }
    }
    return all;
}

}  // namespace bestgres::plan
