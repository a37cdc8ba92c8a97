// A frozen or cut-off pod keeps its leader label, and nothing in Patroni takes it away. Services
// select `fenced=false` too, so that a pod whose label the leader object contradicts can be taken
// out of the Service without writing what belongs to Patroni.
#include "lib/patroni/parse.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/rules.hpp"

namespace bestgres::plan {
namespace {

bool is_fenced(const Member& member) {
    return member.pod.label(manifests::fenced_label) == "true";
}

bool is_labelled_leader(const Member& member) {
    return member.has_pod() && patroni::is_leader_label(member.pod.label(manifests::role_label));
}

Step set_fence(const ClusterView& view, const Member& member, const char* value,
               std::string because) {
    return {
        .effect =
            PatchObject{.ref = {kube::kinds::pod, view.ns, member.name},
                        .uid = std::string(member.pod.uid()),
                        .resource_version = std::string(member.pod.resource_version()),
                        .merge = {{"metadata",
                                   {{"labels", {{std::string(manifests::fenced_label), value}}}}}},
                        .what = std::string("fenced ") + value},
        .rule = RuleId::fence_stale_leader,
        .because = std::move(because)};
}

}  // namespace

Opinion fence_stale_leader(const ClusterView& view) {
    const Member* const holder =
        view.leader.holder.empty() ? nullptr : view.member(view.leader.holder);
    if (holder == nullptr || !is_labelled_leader(*holder)) {
        return {};  // a hand-over is on its way: the labels are about to move by themselves
    }
    for (const Member& member : view.members) {
        if (is_labelled_leader(member) && !member.holds_lock && !is_fenced(member)) {
            return just(set_fence(view, member, "true",
                                  member.name + " still carries the leader label, but " +
                                      holder->name + " holds the lock"));
        }
        const bool contradicted = is_labelled_leader(member) && !member.holds_lock;
        if (member.has_pod() && is_fenced(member) && !contradicted && is_healthy(view, member)) {
            return just(
                set_fence(view, member, "false", member.name + " is a healthy member again"));
        }
    }
    return {};
}

}  // namespace bestgres::plan
