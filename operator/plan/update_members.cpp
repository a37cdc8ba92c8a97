// Pods on an old template are replaced: replicas first, then one switchover to an updated member,
// then the former primary, which is a stale replica by then: no stored phase. One member is down at
// a time. A stale pod in which nothing runs, or that is stuck, goes before: it serves nobody, and a
// template that does not work must be replaceable by the next one.
#include <algorithm>

#include "operator/plan/compose.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/rules.hpp"
#include "operator/plan/stuck.hpp"

namespace bestgres::plan {
namespace {

Step replace(const Member& member, std::string because) {
    return {.effect = removal_of(member),
            .rule = RuleId::update_members,
            .because = std::move(because)};
}

bool is_updated(const ClusterView& view, const Member& member) {
    return is_wanted(view, member) && !member.stale;
}

// Asynchronous members first: a synchronous standby is missed by every commit.
const Member* find_stale_replica(const ClusterView& view) {
    const Member* found = nullptr;
    for (const Member& member : view.members) {
        const bool candidate = member.stale && !member.holds_lock;
        if (candidate && (found == nullptr || (found->synchronous && !member.synchronous))) {
            found = &member;
        }
    }
    return found;
}

Opinion hand_over(const ClusterView& view, const Member& primary) {
    if (const Member* const heir = find_heir(view, is_updated)) {
        return just(
            Step{.effect = Switchover{.leader = target_of(primary), .candidate = heir->name},
                 .rule = RuleId::update_members,
                 .because = primary.name + " is the last member on an old template"});
    }
    if (view.members.size() == 1) {
        return just(replace(primary, primary.name + " is on an old template and has no replica"));
    }
    return just(Waiting{.rule = RuleId::update_members,
                        .because = "an updated replica that may take over from " + primary.name});
}

// Of the members that are stuck on an old template: not the holder of the lock, who hands over.
const Member* find_stuck_on_an_old_template(const ClusterView& view) {
    const auto found = std::ranges::find_if(view.members, [&view](const Member& member) {
        const bool may_go = !(member.holds_lock && view.members.size() > 1);
        return member.stale && may_go && is_stuck(view, member);
    });
    return found == view.members.end() ? nullptr : &*found;
}

// A leader that clients cannot reach is not the last to go: whoever is healthy takes over, on
// whatever template, and then it is replaced like any other that is stuck.
Opinion relieve_stuck_leader(const ClusterView& view) {
    const Member* const primary = view.primary();
    if (primary == nullptr || !primary->stale || !is_stuck(view, *primary) ||
        !interference(view).empty()) {
        return {};
    }
    const Member* const heir = find_heir(view, is_wanted);
    return heir == nullptr
               ? Opinion()
               : just(Step{
                     .effect = Switchover{.leader = target_of(*primary), .candidate = heir->name},
                     .rule = RuleId::update_members,
                     .because = primary->name +
                                " leads, does not become ready and is on an old template"});
}

}  // namespace

Opinion update_members(const ClusterView& view) {
    if (std::ranges::none_of(view.members, &Member::stale)) {
        return {};
    }
    if (view.stateful_set.name().empty()) {
        return just(Waiting{.rule = RuleId::update_members,
                            .because = "the StatefulSet, which would bring a removed pod back"});
    }
    for (const Member& member : view.members) {
        if (member.stale && member.has_pod() && !member.pod.being_deleted() && !runs(member)) {
            return just(replace(
                member, "nothing runs in " + member.name + ", and it is on an old template"));
        }
    }
    const Member* const stuck =
        interference(view).empty() ? find_stuck_on_an_old_template(view) : nullptr;
    if (stuck != nullptr) {
        return just(
            replace(*stuck, stuck->name + " does not become ready, and it is on an old template"));
    }
    if (Opinion relief = relieve_stuck_leader(view); !relief.empty()) {
        return relief;
    }
    if (std::string obstacle = obstacle_to_disruption(view); !obstacle.empty()) {
        Opinion opinion =
            just(Waiting{.rule = RuleId::update_members, .because = std::move(obstacle)});
        opinion.look_again = next_stuck_at(view);
        return opinion;
    }
    if (const Member* const replica = find_stale_replica(view)) {
        return just(replace(*replica, replica->name + " is a replica on an old template"));
    }
    return hand_over(view, *view.primary());
}

}  // namespace bestgres::plan
