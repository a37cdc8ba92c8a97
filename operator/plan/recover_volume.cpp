// A member whose volume is gone: its claim was deleted, or lost its volume. A running process still
// holds the data, so a primary hands over first; the last copy is never thrown away. The
// StatefulSet controller then makes claim and pod anew, and Patroni clones the data.
#include "lib/kube/workload.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/rules.hpp"

namespace bestgres::plan {
namespace {

// Why the member's volume has no future; empty where it has.
std::string loss_of(const Member& member) {
    if (!member.has_claim()) {
        return "its volume claim is gone";
    }
    if (member.claim.being_deleted()) {
        return "its volume claim is being deleted";
    }
    if (kube::claim_phase(member.claim) == "Lost") {
        return "its volume is lost";
    }
    return "";
}

bool has_a_volume(const ClusterView&, const Member& member) {
    return loss_of(member).empty();
}

bool keeps_its_volume(const ClusterView& view, const Member& member) {
    return is_wanted(view, member) && has_a_volume(view, member);
}

// One that is to leave will do where nobody else is there: it hands back before it goes.
const Member* find_successor(const ClusterView& view) {
    const Member* const stays = find_heir(view, keeps_its_volume);
    return stays != nullptr ? stays : find_heir(view, has_a_volume);
}

Step remove_remains(const ClusterView& view, const Member& member, const std::string& loss) {
    const std::string because = member.name + " starts anew, because " + loss;
    if (member.has_claim() && !member.claim.being_deleted()) {
        return {.effect =
                    DeleteObject{.ref = {kube::kinds::persistent_volume_claim, view.ns,
                                         std::string(member.claim.name())},
                                 .uid = std::string(member.claim.uid()),
                                 .resource_version = std::string(member.claim.resource_version())},
                .rule = RuleId::recover_volume,
                .because = because};
    }
    return {.effect = removal_of(member), .rule = RuleId::recover_volume, .because = because};
}

// Whoever asks for more than one gets a replica sooner or later; where nobody does, this wait would
// never end.
std::string way_out(const ClusterView& view) {
    return view.spec->instances > 1 ? "" : ". With instances: 2 another member gets a copy";
}

Opinion recover(const ClusterView& view, const Member& member, const std::string& loss) {
    const Member* const primary = view.primary();
    if (primary == nullptr && runs(member)) {
        return just(
            Waiting{.rule = RuleId::recover_volume,
                    .because = "no primary: " + member.name + " is left alone although " + loss});
    }
    if (primary != nullptr && primary->name == member.name) {
        if (const Member* const heir = find_successor(view)) {
            return just(
                Step{.effect = Switchover{.leader = target_of(member), .candidate = heir->name},
                     .rule = RuleId::recover_volume,
                     .because = member.name + " leads, but " + loss});
        }
        return just(Waiting{.rule = RuleId::recover_volume,
                            .because = "a healthy replica: " + member.name +
                                       " holds the last good copy, and " + loss + way_out(view)});
    }
    return just(remove_remains(view, member, loss));
}

}  // namespace

Opinion recover_volume(const ClusterView& view) {
    for (const Member& member : view.members) {
        const std::string loss = loss_of(member);
        if (member.has_pod() && !member.pod.being_deleted() && !loss.empty()) {
            return recover(view, member, loss);
        }
    }
    return {};
}

}  // namespace bestgres::plan
