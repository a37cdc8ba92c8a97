// A bootstrapper killed during initdb leaves `initialize` empty, and every member then waits for
// it for ever. It is nulled after proof that nobody bootstraps and nobody has data:
// - nobody holds the lock, and `initialize` has been empty for longer than a living bootstrapper
//   leaves its state unpublished (it writes "initializing new cluster" in its next loop);
// - every member that is wanted runs and says "uninitialized", in its annotation and, on the fresh
//   view that precedes the step, in its own answer: its data directory has no control file;
// - no volume is left over that no member looks into.
// Where `initialize` names a system instead and nobody has its data, every member waits for ever
// too: that data may be elsewhere, so a person has to say that it is gone.
#include <algorithm>

#include "lib/kube/workload.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/rules.hpp"

namespace bestgres::plan {
namespace {

using patroni::Role;
using patroni::State;

bool says_empty(Role role, State state) {
    return role == Role::uninitialized &&
           (state == State::stopped || state == State::unknown || state == State::failed);
}

bool has_no_data(const ClusterView& view, const Member& member) {
    return runs(member) && member.status && says_empty(member.status->role, member.status->state) &&
           (!view.facts.fresh ||
            (member.rest && says_empty(member.rest->role, member.rest->state)));
}

bool has_volume_without_member(const ClusterView& view) {
    return std::ranges::any_of(view.facts.objects, [&view](const auto& entry) {
        const kube::Ref& ref = entry.first;
        const auto ordinal = ref.kind == kube::kinds::persistent_volume_claim
                                 ? manifests::volume_claim_ordinal(view.name, ref.name)
                                 : std::nullopt;
        return ordinal && view.member(manifests::pod_name(view.name, *ordinal)) == nullptr;
    });
}

Waiting missing_data(const ClusterView& view) {
    std::string names;
    for (const std::string& name : manifests::dcs_names(view.dcs_prefix)) {
        names += " " + name;
    }
    return {.rule = RuleId::repair_bootstrap,
            .because = "a member with the data of system " + *view.config.initialize +
                       ": every volume is empty. If that data is surely gone, kubectl delete "
                       "configmap" +
                       names};
}

}  // namespace

Opinion repair_bootstrap(const ClusterView& view) {
    if (!view.config.initialize || !view.leader.holder.empty()) {
        return {};
    }
    const bool nobody_has_data = !view.members.empty() && !has_volume_without_member(view) &&
                                 std::ranges::all_of(view.members, [&view](const Member& member) {
                                     return has_no_data(view, member);
                                 });
    if (!nobody_has_data) {
        return {};
    }
    if (!view.config.initialize->empty()) {
        return just(missing_data(view));
    }
    const Duration proof = std::max<Duration>(
        std::chrono::seconds(15),
        2 * std::chrono::seconds(view.spec->patroni.loop_wait) + std::chrono::seconds(5));
    const kube::Ref ref{kube::kinds::config_map, view.ns,
                        manifests::dcs_config_name(view.dcs_prefix)};
    const Duration empty_for = view.unchanged_for(ref);
    if (empty_for < proof) {
        Opinion opinion =
            just(Waiting{.rule = RuleId::repair_bootstrap,
                         .because = "a member that bootstraps, or proof that none does",
                         .patience = proof});
        opinion.look_again = view.now() + (proof - empty_for);
        return opinion;
    }
    const kube::Object* const config = view.object(ref);
    if (config == nullptr) {
        return {};
    }
    return just(Step{
        .effect = PatchObject{.ref = ref,
                              .uid = std::string(config->uid()),
                              .resource_version = std::string(config->resource_version()),
                              .merge = {{"metadata", {{"annotations", {{"initialize", nullptr}}}}}},
                              .what = "null the empty initialize"},
        .rule = RuleId::repair_bootstrap,
        .because = "`initialize` is empty, no member bootstraps and no member has data: its "
                   "bootstrapper is dead"});
}

}  // namespace bestgres::plan
