// Members that are still coming up, and what keeps them: nothing to do, but a wait that says so.
#include "lib/kube/workload.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/rules.hpp"

namespace bestgres::plan {
namespace {

Waiting wait_for(const ClusterView& view, const Member& member) {
    std::string because = ailment(view, member);
    const std::string obstacle = member.has_pod() ? kube::pod_obstacle(member.pod) : "";
    if (!obstacle.empty()) {
        because += ": " + obstacle;
    }
    return {.rule = RuleId::await_members, .because = std::move(because)};
}

}  // namespace

Opinion await_members(const ClusterView& view) {
    Opinion opinion;
    for (const Member& member : view.members) {
        if (is_wanted(view, member) && !is_healthy(view, member)) {
            opinion.waits.push_back(wait_for(view, member));
        }
    }
    if (opinion.empty() && view.spec->instances > 0 && view.primary() == nullptr) {
        opinion.waits.push_back({.rule = RuleId::await_members,
                                 .because = "a primary: Patroni has to elect one",
                                 .patience = std::chrono::minutes(2)});
    }
    return opinion;
}

}  // namespace bestgres::plan
