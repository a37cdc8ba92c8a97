#include "operator/manifests/objects.hpp"

namespace bestgres::manifests {

std::vector<kube::Object> applied_objects(const Input& input) {
    std::vector<kube::Object> objects = {service_account(input), role(input), role_binding(input)};
    if (api::flavour(input.spec) == api::Flavour::patroni) {
        objects.push_back(patroni_config_map(input));
    }
    objects.push_back(headless_service(input));
    objects.push_back(primary_service(input));
    objects.push_back(replica_service(input));
    if (auto budget = pod_disruption_budget(input)) {
        objects.push_back(*std::move(budget));
    }
    objects.push_back(stateful_set(input));
    return objects;
}

}  // namespace bestgres::manifests
