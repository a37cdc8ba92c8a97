// Members beyond the wanted number leave one at a time, the highest ordinal first, as the
// StatefulSet controller has it. The leader never leaves: it hands over first. The last good copy
// never leaves, nor the only synchronous standby while others could not take its place.
#include <algorithm>

#include "operator/manifests/names.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/hibernate.hpp"
#include "operator/plan/leave.hpp"
#include "operator/plan/rules.hpp"
#include "operator/plan/stuck.hpp"

namespace bestgres::plan {
namespace {

Opinion wait(std::string because) {
    return just(Waiting{.rule = RuleId::scale_in, .because = std::move(because)});
}

// Claims of members that are gone, where the user chose not to keep them.
Opinion remove_left_volume(const ClusterView& view) {
    if (view.spec->volume.retention.when_scaled != api::VolumePolicy::remove || is_to_rest(view) ||
        view.primary() == nullptr) {
        return {};
    }
    for (const auto& [ref, claim] : view.facts.objects) {
        const auto ordinal = ref.kind == kube::kinds::persistent_volume_claim
                                 ? manifests::volume_claim_ordinal(view.name, ref.name)
                                 : std::nullopt;
        const bool left = ordinal && *ordinal >= std::max(view.replicas, view.spec->instances) &&
                          view.member(manifests::pod_name(view.name, *ordinal)) == nullptr;
        if (left && !claim.being_deleted()) {
            return just(Step{
                .effect = DeleteObject{.ref = ref,
                                       .uid = std::string(claim.uid()),
                                       .resource_version = std::string(claim.resource_version())},
                .rule = RuleId::scale_in,
                .because = "its member left, and whenScaled is Delete"});
        }
    }
    return {};
}

// What speaks against the leaver going now; empty where nothing does.
std::string objection(const ClusterView& view, const Member* leaver) {
    if (view.failover.pending()) {
        return "a hand-over is under way";
    }
    const bool serves = leaver != nullptr && runs(*leaver);
    if (!serves) {
        return "";
    }
    const Member* const primary = view.primary();
    if (primary == nullptr || !is_healthy(view, *primary)) {
        return "a healthy primary: " + leaver->name + " may be the last good copy";
    }
    const Member* const unhealthy = find_unhealthy(view);
    if (unhealthy != nullptr && is_healthy(view, *leaver)) {
        return ailment(view, *unhealthy) + ": a healthy member does not leave meanwhile";
    }
    return "";
}

}  // namespace

Opinion scale_in(const ClusterView& view) {
    if (view.stateful_set.name().empty() || view.stateful_set.being_deleted()) {
        return {};
    }
    if (const Member* const leaving = find_leaving(view)) {
        return wait(leaving->name + " is leaving");
    }
    if (view.replicas <= view.wanted) {
        return remove_left_volume(view);
    }
    // Who leaves can wait for that.
    if (std::ranges::any_of(view.members, [&view](const Member& member) {
            return is_wanted(view, member) && is_about_to_be_replaced(view, member);
        })) {
        return {};
    }
    const Member* const leaver = view.member(manifests::pod_name(view.name, view.replicas - 1));
    if (std::string against = objection(view, leaver); !against.empty()) {
        Opinion opinion = wait(std::move(against));
        opinion.look_again = next_stuck_at(view);
        return opinion;
    }
    const bool leads = leaver != nullptr && leaver->holds_lock && runs(*leaver);
    if (leads) {
        const Member* const heir = find_heir(view, is_wanted);
        if (heir == nullptr) {
            return wait("a healthy member that stays and may take over from " + leaver->name);
        }
        return just(
            Step{.effect = Switchover{.leader = target_of(*leaver), .candidate = heir->name},
                 .rule = RuleId::scale_in,
                 .because = leaver->name + " is to leave, and it leads"});
    }
    return just(
        one_leaves(view, RuleId::scale_in, std::to_string(view.wanted) + " members are wanted"));
}

}  // namespace bestgres::plan
