// A cluster that is to rest: member 0 takes the lead, the others leave one after the other, and it
// stops last and in good order. All there is lies on its volume then, and it starts first again
// (view.cpp). Where it cannot lead, the cluster goes on as it is and says why.
#include "operator/plan/hibernate.hpp"

#include "operator/manifests/names.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/leave.hpp"
#include "operator/plan/rules.hpp"

namespace bestgres::plan {
namespace {

constexpr std::string_view because = "the cluster is to hibernate";

Opinion wait(std::string reason) {
    return just(Waiting{.rule = RuleId::hibernate, .because = std::move(reason)});
}

Opinion hand_over(const Member& leader, const Member& heir, std::string reason) {
    return just(Step{.effect = Switchover{.leader = target_of(leader), .candidate = heir.name},
                     .rule = RuleId::hibernate,
                     .because = std::move(reason)});
}

Opinion leave(const ClusterView& view) {
    return just(one_leaves(view, RuleId::hibernate, std::string(because)));
}

bool is_the_first(const ClusterView&, const Member& member) {
    return member.ordinal == 0;
}

bool is_anybody(const ClusterView&, const Member&) {
    return true;
}

// With one member left, or before anybody has data, nothing is to be chosen.
bool has_a_choice(const ClusterView& view) {
    return view.replicas > 1 && view.config.initialize.has_value();
}

// Where commits wait for a standby, only that one may take over. Of fewer members the first
// becomes it.
Opinion make_way(const ClusterView& view, const Member& primary) {
    if (primary.ordinal + 1 < view.replicas) {
        return leave(view);
    }
    const Member* const heir = find_heir(view, is_anybody);
    return heir == nullptr
               ? wait(view.members.front().name + " to become a synchronous standby")
               : hand_over(primary, *heir,
                           primary.name + " is to leave, and " + view.members.front().name +
                               " is no synchronous standby yet");
}

// Empty once the first member leads.
Opinion first_takes_the_lead(const ClusterView& view) {
    if (view.failover.pending()) {
        return wait("a hand-over is under way");
    }
    const Member* const primary = view.primary();
    if (primary == nullptr) {
        return wait("a primary");
    }
    if (primary->ordinal == 0) {
        return {};
    }
    if (const Member* const first = find_heir(view, is_the_first)) {
        return hand_over(*primary, *first, first->name + " is to stop last, and does not lead");
    }
    return make_way(view, *primary);
}

}  // namespace

bool is_to_rest(const ClusterView& view) {
    return view.spec && api::running_instances(*view.spec) == 0;
}

std::string objection_to_rest(const ClusterView& view) {
    if (!is_to_rest(view) || !has_a_choice(view) || view.failover.pending()) {
        return "";
    }
    if (std::string others = interference(view); !others.empty()) {
        return others;
    }
    const std::string first = manifests::pod_name(view.name, 0);
    const Member* const primary = view.primary();
    if (primary == nullptr) {
        return "no primary: nobody knows whether " + first + " holds all there is";
    }
    if (!is_healthy(view, *primary)) {
        return ailment(view, *primary) + ", and it leads";
    }
    std::string bar = primary->ordinal == 0 ? "" : bar_to_leading(view, view.members.front());
    return bar.empty() ? "" : first + " would stop last and cannot take the lead: " + bar;
}

Opinion hibernate(const ClusterView& view) {
    const bool has_set = !view.stateful_set.name().empty() && !view.stateful_set.being_deleted();
    if (!is_to_rest(view) || !has_set || !objection_to_rest(view).empty()) {
        return {};
    }
    if (const Member* const leaver = find_leaving(view)) {
        return wait(leaver->name + " is leaving");
    }
    if (view.replicas == 0) {
        return {};
    }
    Opinion opinion = has_a_choice(view) ? first_takes_the_lead(view) : Opinion{};
    return opinion.empty() ? leave(view) : opinion;
}

Opinion put_off_hibernation(const ClusterView& view) {
    std::string objection = objection_to_rest(view);
    return objection.empty() ? Opinion{} : wait(std::move(objection));
}

}  // namespace bestgres::plan
