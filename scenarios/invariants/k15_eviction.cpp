#include "scenarios/invariants/k15_eviction.hpp"

#include "lib/kube/selector.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {
namespace {

bool covers_all(const kube::Object& budget, const std::vector<kube::Object>& pods) {
    const Json* const structured = find(budget.json(), {"spec", "selector"});
    const auto selector = kube::label_selector_of(structured == nullptr ? Json() : *structured);
    if (!selector.ok()) {
        return false;
    }
    for (const kube::Object& pod : pods) {
        if (!kube::matches(*selector, object_at(pod.json(), {"metadata", "labels"}))) {
            return false;
        }
    }
    return true;
}

// What is wrong with the budget of a settled cluster; empty where nothing.
std::string complaint(const Truth& truth, const ClusterId& id, std::int64_t instances) {
    const kube::Object budget = truth.object({kube::kinds::pod_disruption_budget, id.ns,
                                              manifests::pod_disruption_budget_name(id.name)});
    if (instances < 2) {
        return budget.name().empty() ? "" : "has a budget, which could only block";
    }
    if (budget.name().empty()) {
        return "has no budget";
    }
    if (find_int(budget.json(), {"spec", "maxUnavailable"}) != 1) {
        return "has a budget that does not say maxUnavailable 1";
    }
    return covers_all(budget, children(truth, kube::kinds::pod, id))
               ? ""
               : "has a budget that does not cover every member";
}

}  // namespace

void K15Eviction::judge_budgets(const Truth& truth, Findings& findings) const {
    for (const kube::Object& resource : truth.objects(kube::kinds::bg_cluster)) {
        const ClusterId id = cluster_of(resource);
        const auto spec = spec_in_force(truth, id);
        const bool managed = spec && !is_going(resource) && !api::is_paused(resource);
        const std::string what = managed ? complaint(truth, id, spec->instances) : "";
        if (!what.empty()) {
            findings.add(text, "Cluster " + to_string(id) + " " + what, {identify(resource)});
        }
    }
}

void K15Eviction::note_eviction(const CallPerformed& performed, const Truth& truth,
                                Findings& findings) {
    const kube::Ref& ref = std::get<kube::Evict>(performed.call).pod;
    const kube::Object pod = truth.object(ref);
    const bool refused =
        !performed.outcome.ok() && performed.outcome.error().code == kube::ErrorCode::throttled;
    if (!refused || cluster_name(pod).empty()) {
        refused_since_.erase(std::string(pod.uid()));
        return;
    }
    Instant& since = refused_since_.emplace(pod.uid(), truth.now()).first->second;
    const Duration span = truth.now() - since;
    if (span > longest_refusal && truth.active_faults().empty()) {
        findings.add(
            text,
            "The eviction of " + std::string(pod.name()) + " is refused for " + seconds_text(span),
            {identify(pod), performed.outcome.error().message});
        since = truth.now();
    }
}

void K15Eviction::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (std::holds_alternative<Settled>(occurrence)) {
        judge_budgets(truth, findings);
    } else if (const auto* performed = std::get_if<CallPerformed>(&occurrence)) {
        if (std::holds_alternative<kube::Evict>(performed->call)) {
            note_eviction(*performed, truth, findings);
        }
    }
}

void K15Eviction::hash_into(Hasher& hasher) const {
    for (const auto& [uid, since] : refused_since_) {
        hasher.add(uid);
        hasher.add(static_cast<std::uint64_t>(since.ns));
    }
}

}  // namespace bestgres::scenarios
