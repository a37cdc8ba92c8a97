#include "operator/plan/leave.hpp"

#include <algorithm>

namespace bestgres::plan {

const Member* find_leaving(const ClusterView& view) {
    const auto found = std::ranges::find_if(view.members, [&view](const Member& member) {
        return member.ordinal >= view.replicas && member.has_pod();
    });
    return found == view.members.end() ? nullptr : &*found;
}

Step one_leaves(const ClusterView& view, RuleId rule, std::string because) {
    return {.effect = ScaleIn{.set_uid = std::string(view.stateful_set.uid()),
                              .resource_version = std::string(view.stateful_set.resource_version()),
                              .from = view.replicas,
                              .to = view.replicas - 1},
            .rule = rule,
            .because = std::move(because)};
}

}  // namespace bestgres::plan
