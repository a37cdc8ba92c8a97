// A member whose volume is gone: its claim was deleted, or lost its volume. A running process still
// holds the data, so a primary hands over first; the last copy is never thrown away. The
// StatefulSet controller then makes claim and pod anew, and Patroni clones the data.
#include <algorithm>
#include <tuple>

#include "lib/kube/workload.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/rules.hpp"
#include "operator/plan/stuck.hpp"

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

bool is_affected(const Member& member) {
    return member.has_pod() && !member.pod.being_deleted() && !loss_of(member).empty();
}

// Of the replicas on volumes without a future the one that clients and commits miss least; null
// while another replica is on its way.
const Member* find_replica_to_start_anew(const ClusterView& view, const Member& primary) {
    const Member* found = nullptr;
    const auto worth = [](const Member& member) {
        return std::tuple(runs(member), member.ready, member.synchronous, -member.ordinal);
    };
    for (const Member& member : view.members) {
        if (member.name == primary.name) {
            continue;
        }
        if (!is_affected(member)) {
            return nullptr;
        }
        if (found == nullptr || worth(member) < worth(*found)) {
            found = &member;
        }
    }
    return found;
}

// The primary's volume has no future, and nobody may take over. A copy on a sound volume comes from
// a replica that starts anew; one at a time, since their processes still hold the data too.
Opinion save_last_copy(const ClusterView& view, const Member& primary) {
    const bool one_is_replaced = std::ranges::any_of(view.members, [&](const Member& member) {
        return member.name != primary.name && is_about_to_be_replaced(view, member);
    });
    if (one_is_replaced) {
        return {};
    }
    if (const Member* const replica = find_replica_to_start_anew(view, primary)) {
        return just(remove_remains(view, *replica, loss_of(*replica)));
    }
    Opinion opinion = just(Waiting{.rule = RuleId::recover_volume,
                                   .because = "a healthy replica: " + primary.name +
                                              " holds the last good copy, and " + loss_of(primary) +
                                              way_out(view)});
    opinion.look_again = next_stuck_at(view);
    return opinion;
}

Opinion recover_primary(const ClusterView& view, const Member& primary) {
    if (const Member* const heir = find_successor(view)) {
        return just(
            Step{.effect = Switchover{.leader = target_of(primary), .candidate = heir->name},
                 .rule = RuleId::recover_volume,
                 .because = primary.name + " leads, but " + loss_of(primary)});
    }
    return save_last_copy(view, primary);
}

Opinion recover(const ClusterView& view, const Member& member) {
    const std::string loss = loss_of(member);
    if (view.primary() == nullptr && runs(member)) {
        return just(
            Waiting{.rule = RuleId::recover_volume,
                    .because = "no primary: " + member.name + " is left alone although " + loss});
    }
    return just(remove_remains(view, member, loss));
}

}  // namespace

Opinion recover_volume(const ClusterView& view) {
    const Member* const primary = view.primary();
    if (primary != nullptr && is_affected(*primary)) {
        return recover_primary(view, *primary);
    }
    const auto affected = std::ranges::find_if(view.members, is_affected);
    return affected == view.members.end() ? Opinion() : recover(view, *affected);
}

}  // namespace bestgres::plan
