// A hand-over whose candidate lost its data: nobody holds the lock, Patroni of every other member
// waits for the candidate as long as that one's Patroni answers, and without a leader the candidate
// has nobody to copy from (ha.py of Patroni: manual_failover_process_no_leader asks whether the
// member is reachable, not whether it has data). The key is cleared as Patroni itself clears it.
#include "operator/manifests/names.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/rules.hpp"

namespace bestgres::plan {
namespace {

// A candidate that only restarts has its data; its Patroni says so within a loop.
constexpr Duration proof = std::chrono::seconds(15);

bool has_no_data(const ClusterView& view, const Member& member) {
    constexpr auto none = patroni::Role::uninitialized;
    return runs(member) && member.status && member.status->role == none &&
           (!view.facts.fresh || (member.rest && member.rest->role == none));
}

}  // namespace

Opinion repair_hand_over(const ClusterView& view) {
    const Member* const candidate = view.member(view.failover.candidate);
    const kube::Ref ref{kube::kinds::config_map, view.ns,
                        manifests::dcs_failover_name(view.dcs_prefix)};
    const kube::Object* const key = view.object(ref);
    if (!view.leader.holder.empty() || candidate == nullptr || key == nullptr ||
        !has_no_data(view, *candidate)) {
        return {};
    }
    if (const Duration waited = view.unchanged_for(ref); waited < proof) {
        Opinion opinion = just(Waiting{.rule = RuleId::repair_hand_over,
                                       .because = candidate->name + " to take over",
                                       .patience = proof});
        opinion.look_again = view.now() + (proof - waited);
        return opinion;
    }
    return just(Step{
        .effect =
            PatchObject{.ref = ref,
                        .uid = std::string(key->uid()),
                        .resource_version = std::string(key->resource_version()),
                        .merge = {{"metadata",
                                   {{"annotations", {{"leader", nullptr}, {"member", nullptr}}}}}},
                        .what = "call the hand-over off"},
        .rule = RuleId::repair_hand_over,
        .because = candidate->name + " is to take over and has no data: everybody waits for it"});
}

}  // namespace bestgres::plan
