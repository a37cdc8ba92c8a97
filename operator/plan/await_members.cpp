// Members that are still coming up, and what keeps them: nothing to do, but a wait that says so.
#include "lib/kube/workload.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/retained.hpp"
#include "operator/plan/rules.hpp"

namespace bestgres::plan {
namespace {

// The kubelet confirms the end of a pod soon after its grace period. Where it does not, its node is
// gone or cut off, and only a person can know which: a pod is never deleted by force here.
constexpr Duration kubelet_confirms = std::chrono::seconds(30);

std::optional<Instant> overdue_at(const Member& member) {
    const std::optional<Instant> ends = member.pod.deletion_timestamp();
    return ends ? std::optional(*ends + kubelet_confirms) : std::nullopt;
}

std::string obstacle_of(const ClusterView& view, const Member& member) {
    if (const auto overdue = overdue_at(member); overdue && *overdue <= view.now()) {
        return "node " + std::string(kube::pod_node(member.pod)) +
               " does not confirm. If it is surely down, taint it with " +
               "node.kubernetes.io/out-of-service=:NoExecute or delete the pod by force";
    }
    return member.has_pod() ? kube::pod_obstacle(member.pod) : "";
}

Waiting wait_for(const ClusterView& view, const Member& member) {
    std::string because = ailment(view, member);
    const std::string obstacle = obstacle_of(view, member);
    if (!obstacle.empty()) {
        because += ": " + obstacle;
    }
    return {.rule = RuleId::await_members, .because = std::move(because)};
}

// See waits_for_the_first in view.cpp. Whether to go on without what it held is for a person to
// say.
Waiting wait_for_the_first(const ClusterView& view) {
    const Member& first = view.members.front();
    std::string because = first.name + " to lead before the others start: it stopped last";
    if (first.status && first.status->role == patroni::Role::uninitialized) {
        because += ", and its volume is empty. If that data is surely gone, kubectl scale " +
                   std::string("statefulset ") + manifests::stateful_set_name(view.name) +
                   " --replicas=" + std::to_string(view.wanted) +
                   " starts the others with what they hold";
    }
    return {.rule = RuleId::await_members, .because = std::move(because)};
}

}  // namespace

Opinion await_members(const ClusterView& view) {
    Opinion opinion;
    for (const Member& member : view.members) {
        if (is_wanted(view, member) && !is_healthy(view, member)) {
            opinion.waits.push_back(wait_for(view, member));
            const std::optional<Instant> overdue = overdue_at(member);
            if (overdue && *overdue > view.now()) {
                opinion.look_again = overdue;
            }
        }
    }
    if (view.replicas < view.wanted) {
        opinion.waits.push_back(wait_for_the_first(view));
    }
    if (view.wanted < api::running_instances(*view.spec)) {
        if (std::string objection = objection_to_volume(view, view.wanted); !objection.empty()) {
            opinion.waits.push_back(
                {.rule = RuleId::await_members, .because = std::move(objection)});
        }
    }
    if (opinion.empty() && view.wanted > 0 && view.primary() == nullptr) {
        opinion.waits.push_back({.rule = RuleId::await_members,
                                 .because = "a primary: Patroni has to elect one",
                                 .patience = std::chrono::minutes(2)});
    }
    return opinion;
}

}  // namespace bestgres::plan
