#include "scenarios/engine/named_kinds.hpp"

#include <algorithm>
#include <span>

#include "operator/api/cluster.hpp"
#include "operator/api/operation.hpp"
#include "operator/api/sharded.hpp"
#include "operator/api/sharded_operation.hpp"

namespace bestgres::scenarios {
namespace {

namespace kinds = kube::kinds;

constexpr kube::Kind resources[] = {kinds::bg_cluster, kinds::bg_sharded_cluster, kinds::bg_db_ops,
                                    kinds::bg_sharded_db_ops};

constexpr kube::Kind of_kubernetes[] = {
    kinds::namespace_,
    kinds::node,
    kinds::pod,
    kinds::job,
    kinds::service,
    kinds::endpoints,
    kinds::endpoint_slice,
    kinds::config_map,
    kinds::secret,
    kinds::service_account,
    kinds::event,
    kinds::persistent_volume,
    kinds::persistent_volume_claim,
    kinds::stateful_set,
    kinds::deployment,
    kinds::lease,
    kinds::pod_disruption_budget,
    kinds::role,
    kinds::role_binding,
    kinds::custom_resource_definition,
};

std::optional<kube::Kind> find_in(std::span<const kube::Kind> list, std::string_view word) {
    const auto found = std::ranges::find(list, word, &kube::Kind::name);
    return found == list.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

std::optional<kube::Kind> find_resource_by_word(std::string_view word) {
    return find_in(resources, word);
}

std::optional<kube::Kind> find_kind_by_word(std::string_view word) {
    const std::optional<kube::Kind> resource = find_resource_by_word(word);
    return resource ? resource : find_in(of_kubernetes, word);
}

}  // namespace bestgres::scenarios
