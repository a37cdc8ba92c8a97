// Objects that are missing or differ from their manifest are applied, in every state of the
// cluster: it is harmless. A name that a foreign object holds is reported, never taken over.
#include "lib/kube/workload.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/rules.hpp"
#include "operator/plan/wanted.hpp"

namespace bestgres::plan {
namespace {

Waiting name_is_taken(const kube::Ref& ref) {
    return {.rule = RuleId::keep_objects,
            .because = to_string(ref) + " exists and does not belong to this cluster: remove it " +
                       "or give the cluster another name"};
}

// With one member a budget could only block a drain.
Opinion drop_budget(const ClusterView& view) {
    const kube::Ref ref{kube::kinds::pod_disruption_budget, view.ns,
                        manifests::pod_disruption_budget_name(view.name)};
    const kube::Object* const live = view.object(ref);
    if (live == nullptr || live->being_deleted() ||
        manifests::pod_disruption_budget(view.input).has_value()) {
        return {};
    }
    return just(
        Step{.effect = DeleteObject{.ref = ref,
                                    .uid = std::string(live->uid()),
                                    .resource_version = std::string(live->resource_version())},
             .rule = RuleId::keep_objects,
             .because = "a budget over a single member could only block"});
}

bool holds_volumes(const ClusterView& view) {
    for (const auto& [ref, object] : view.facts.objects) {
        if (ref.kind == kube::kinds::persistent_volume_claim &&
            kube::claim_phase(object) == "Bound") {
            return true;
        }
    }
    return false;
}

// What they hold may be older than what the first has written alone. It must not be on its way out
// already while a cache says that it leads.
bool starts_others(const ClusterView& view, const Wanted& wanted) {
    return wanted.ref.kind == kube::kinds::stateful_set && view.has_run() && view.replicas > 1 &&
           !view.stateful_set.name().empty() && kube::desired_replicas(view.stateful_set) <= 1;
}

}  // namespace

Opinion create_secret(const ClusterView& view) {
    const std::optional<api::CitusSpec>& citus = view.spec->citus;
    const kube::Ref ref{kube::kinds::secret, view.ns, manifests::secret_name(view.name, citus)};
    if (view.object(ref) != nullptr) {
        return {};
    }
    // One of the groups, lest two make two sets of passwords.
    if (citus && citus->group != 0) {
        return just(Waiting{.rule = RuleId::create_secret,
                            .because = to_string(ref) + ", which group 0 of scope " + citus->scope +
                                       " makes for all of them",
                            .patience = std::chrono::minutes(1)});
    }
    if (view.facts.foreign.contains(ref)) {
        Waiting waiting = name_is_taken(ref);
        waiting.rule = RuleId::create_secret;
        return just(std::move(waiting));
    }
    // New passwords would not open the databases that are there.
    if (holds_volumes(view) || view.facts.siblings.hold_volumes) {
        return just(Waiting{.rule = RuleId::create_secret,
                            .because = to_string(ref) + " is gone while volumes hold data: " +
                                       "restore it, its passwords are those of the databases"});
    }
    if (!view.facts.passwords) {
        return just(Waiting{.rule = RuleId::create_secret,
                            .because = "random bytes for the passwords",
                            .patience = std::chrono::minutes(1)});
    }
    return just(
        Step{.effect = CreateSecret{manifests::secret(view.input.identity, *view.facts.passwords)},
             .rule = RuleId::create_secret,
             .because = "the cluster has no credentials yet"});
}

Opinion keep_objects(const ClusterView& view) {
    Opinion opinion;
    for (const Wanted& wanted : view.unlike) {
        const kube::Object* const live = view.object(wanted.ref);
        if (live == nullptr && view.facts.foreign.contains(wanted.ref)) {
            opinion.waits.push_back(name_is_taken(wanted.ref));
            continue;
        }
        if (live != nullptr && live->being_deleted()) {
            opinion.waits.push_back(
                {.rule = RuleId::keep_objects,
                 .because = to_string(wanted.ref) + " is being deleted: it is made anew then"});
            continue;
        }
        const std::string what = to_string(wanted.ref);
        opinion.steps.push_back(
            {.effect = ApplyObject{.kind = wanted.ref.kind,
                                   .object = wanted.object,
                                   .on_fresh_reads = starts_others(view, wanted)},
             .rule = RuleId::keep_objects,
             .because = what + (live == nullptr ? " is missing" : " differs from its manifest")});
    }
    Opinion budget = drop_budget(view);
    opinion.steps.insert(opinion.steps.end(), budget.steps.begin(), budget.steps.end());
    return opinion;
}

}  // namespace bestgres::plan
