// Deletion: the workers, then the coordinator, each by its own rules and its own policy for
// volumes. Their protection holds until here: it is lifted by name, by uid.
#include "operator/plan/sharded/rules.hpp"

namespace bestgres::plan {
namespace {

ShardedOpinion remove(const ShardedView& view, const ShardGroup& group) {
    if (group.child.annotation(api::confirm_deletion_annotation) != group.cluster) {
        return just(change_child(
            group, ShardedRule::tear_down_sharded,
            {{"metadata", {{"annotations", {{api::confirm_deletion_annotation, group.cluster}}}}}},
            "free to be deleted"));
    }
    return just(ShardedStep{
        .effect = DeleteObject{.ref = {kube::kinds::bg_cluster, view.ns, group.cluster},
                               .uid = std::string(group.child.uid()),
                               .resource_version = std::string(group.child.resource_version())},
        .rule = ShardedRule::tear_down_sharded,
        .because = "the sharded cluster is being deleted",
        .group = group.cluster});
}

bool is_going(const ShardGroup& group) {
    return group.child.being_deleted() &&
           group.child.annotation(api::confirm_deletion_annotation) == group.cluster;
}

}  // namespace

ShardedOpinion tear_down_sharded(const ShardedView& view) {
    if (!view.resource().has_finalizer(api::sharded_finalizer)) {
        return {};
    }
    ShardedOpinion waits;
    // From the last, so that the coordinator comes when no worker is left.
    for (auto group = view.groups.rbegin(); group != view.groups.rend(); ++group) {
        if (!group->exists() || (group->number == 0 && !waits.empty())) {
            continue;
        }
        if (!is_going(*group)) {
            return remove(view, *group);
        }
        waits.waits.push_back({.rule = ShardedRule::tear_down_sharded,
                               .because = group->cluster + " is being deleted"});
    }
    return waits.empty() ? just(ShardedStep{.effect = DropFinalizer{},
                                            .rule = ShardedRule::tear_down_sharded,
                                            .because = "no group is left"})
                         : waits;
}

}  // namespace bestgres::plan
