#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/objects.hpp"

namespace bestgres::manifests {

std::optional<kube::Object> pod_disruption_budget(const Input& input) {
    if (input.spec.instances < 2) {
        return std::nullopt;
    }
    const std::string& cluster = input.identity.name;
    return kube::Object({
        {"apiVersion", "policy/v1"},
        {"kind", "PodDisruptionBudget"},
        {"metadata", metadata(input.identity, pod_disruption_budget_name(cluster))},
        // The primary too: draining its node evicts it, and it hands over when it stops.
        {"spec", {{"maxUnavailable", 1}, {"selector", {{"matchLabels", pod_selector(cluster)}}}}},
    });
}

}  // namespace bestgres::manifests
