// Members beyond the wanted number leave one at a time, the highest ordinal first, as the
// StatefulSet controller has it. The leader never leaves: it hands over first. The last good copy
// never leaves, nor the only synchronous standby while others could not take its place.
#include "operator/plan/scale_in.hpp"

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

bool leads(const Member& member) {
    return member.holds_lock && runs(member);
}

// Where nobody leads, a member that has stopped may hold more than all others: the one that led
// last above all.
std::optional<Refusal> last_copy(const ClusterView& view, const Member& leaver) {
    const Member* const primary = view.primary();
    const bool serves = runs(leaver);
    if (primary != nullptr && (!serves || is_healthy(view, *primary))) {
        return std::nullopt;
    }
    const bool holds_data = leaver.has_claim() && !leaver.claim.being_deleted() &&
                            !view.config.initialize.value_or("").empty();
    if (!serves && !holds_data) {
        return std::nullopt;
    }
    const bool led_last = leaver.holds_lock || view.sync.leader == leaver.name;
    return Refusal{"LastGoodCopy", "a healthy primary: " + leaver.name +
                                       (led_last ? " led last and may be the only holder of the "
                                                   "newest data"
                                                 : " may be the last good copy")};
}

std::optional<Refusal> others_not_healthy(const ClusterView& view, const Member& leaver) {
    const Member* const unhealthy = find_unhealthy(view);
    if (unhealthy == nullptr || !is_healthy(view, leaver)) {
        return std::nullopt;
    }
    return Refusal{"MembersNotHealthy",
                   ailment(view, *unhealthy) + ": a healthy member does not leave meanwhile"};
}

bool stays_for_now(const ClusterView& view, const Member& member) {
    return member.ordinal + 1 < view.replicas;
}

// Who stays, or, where commits wait for one that leaves later, that one: it hands back before it
// goes.
const Member* find_successor(const ClusterView& view) {
    const Member* const stays = find_heir(view, is_wanted);
    return stays != nullptr ? stays : find_heir(view, stays_for_now);
}

std::optional<Refusal> no_heir(const ClusterView& view, const Member& leaver) {
    if (!leads(leaver) || find_successor(view) != nullptr) {
        return std::nullopt;
    }
    return Refusal{"NoHeir", "a healthy member that stays and may take over from " + leaver.name};
}

// Once it is gone Patroni takes another replica for it, unless all others refuse.
std::optional<Refusal> last_standby(const ClusterView& view, const Member& leaver) {
    if (!is_synchronous_mode(view) || !leaver.synchronous || leaver.holds_lock) {
        return std::nullopt;
    }
    std::string barred;
    for (const Member& member : view.members) {
        if (!stays_for_now(view, member) || member.holds_lock) {
            continue;
        }
        const bool refuses =
            member.status && find_bool(member.status->tags, {"nosync"}).value_or(false);
        if (member.synchronous || !refuses) {
            return std::nullopt;
        }
        barred += (barred.empty() ? "" : ", ") + member.name;
    }
    if (barred.empty()) {
        return std::nullopt;  // no replica stays that commits could wait for
    }
    return Refusal{"LastSynchronousStandby", "another synchronous standby than " + leaver.name +
                                                 ": it is the last, and a tag nosync keeps out " +
                                                 barred};
}

// The member that leaves next; null where its pod does not exist any more, or nobody is to leave.
const Member* find_leaver(const ClusterView& view) {
    return view.replicas > view.wanted
               ? view.member(manifests::pod_name(view.name, view.replicas - 1))
               : nullptr;
}

}  // namespace

std::optional<Refusal> refusal_to_scale_in(const ClusterView& view) {
    const Member* const leaver = find_leaver(view);
    if (leaver == nullptr || is_to_rest(view)) {
        return std::nullopt;
    }
    for (const auto refusal : {last_copy, others_not_healthy, no_heir, last_standby}) {
        if (std::optional<Refusal> found = refusal(view, *leaver)) {
            return found;
        }
    }
    return std::nullopt;
}

Opinion scale_in(const ClusterView& view) {
    if (view.stateful_set.name().empty() || view.stateful_set.being_deleted()) {
        return {};
    }
    if (const Member* const leaving = find_leaving(view)) {
        return wait(leaving->name + " is leaving");
    }
    if (view.replicas <= view.wanted) {
        return {};
    }
    // Who leaves can wait for that.
    if (std::ranges::any_of(view.members, [&view](const Member& member) {
            return is_wanted(view, member) && is_about_to_be_replaced(view, member);
        })) {
        return {};
    }
    if (view.failover.pending()) {
        return wait("a hand-over is under way");
    }
    if (std::optional<Refusal> refusal = refusal_to_scale_in(view)) {
        Opinion opinion = wait(std::move(refusal->because));
        opinion.look_again = next_stuck_at(view);
        return opinion;
    }
    const Member* const leaver = find_leaver(view);
    if (leaver != nullptr && leads(*leaver)) {
        return just(Step{.effect = Switchover{.leader = target_of(*leaver),
                                              .candidate = find_successor(view)->name},
                         .rule = RuleId::scale_in,
                         .because = leaver->name + " is to leave, and it leads"});
    }
    return just(
        one_leaves(view, RuleId::scale_in, std::to_string(view.wanted) + " members are wanted"));
}

}  // namespace bestgres::plan
