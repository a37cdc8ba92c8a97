#include "lib/kube/kind.hpp"

#include <algorithm>
#include <array>

namespace bestgres::kube {

std::string Kind::api_version() const {
    return group.empty() ? std::string(version) : std::string(group) + "/" + std::string(version);
}

std::string Kind::api_path() const {
    return (group.empty() ? "/api/" : "/apis/") + api_version();
}

std::optional<Kind> find_kind(std::string_view api_version, std::string_view name) {
    static constexpr std::array known = {kinds::namespace_,
                                         kinds::node,
                                         kinds::pod,
                                         kinds::service,
                                         kinds::endpoints,
                                         kinds::config_map,
                                         kinds::secret,
                                         kinds::service_account,
                                         kinds::event,
                                         kinds::persistent_volume,
                                         kinds::persistent_volume_claim,
                                         kinds::stateful_set,
                                         kinds::deployment,
                                         kinds::replica_set,
                                         kinds::controller_revision,
                                         kinds::job,
                                         kinds::cron_job,
                                         kinds::lease,
                                         kinds::endpoint_slice,
                                         kinds::pod_disruption_budget,
                                         kinds::role,
                                         kinds::role_binding,
                                         kinds::cluster_role,
                                         kinds::cluster_role_binding,
                                         kinds::storage_class,
                                         kinds::custom_resource_definition};
    const auto* found = std::find_if(known.begin(), known.end(), [&](const Kind& kind) {
        return kind.name == name && kind.api_version() == api_version;
    });
    return found == known.end() ? std::nullopt : std::optional(*found);
}

}  // namespace bestgres::kube
