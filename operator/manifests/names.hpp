// The names of a cluster's objects, in one place: all are made of the cluster's name, but for what
// the groups of a sharded cluster share, and what Patroni names by itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operator/api/cluster.hpp"

namespace bestgres::manifests {

inline constexpr std::string_view finalizer = "bestgres.io/cluster";
inline constexpr std::string_view field_manager = "bestgres-operator";

std::string stateful_set_name(std::string_view cluster);
std::string pod_name(std::string_view cluster, std::int64_t ordinal);
// The ordinal of "db-2" as a pod of `db`; absent for any other name.
std::optional<std::int64_t> pod_ordinal(std::string_view cluster, std::string_view pod);
std::string volume_claim_name(std::string_view cluster, std::int64_t ordinal);
std::optional<std::int64_t> volume_claim_ordinal(std::string_view cluster, std::string_view claim);
std::string primary_service_name(std::string_view cluster);
std::string replica_service_name(std::string_view cluster);
std::string headless_service_name(std::string_view cluster);
// One for all groups of a scope: they reach each other's PostgreSQL and Patroni.
std::string secret_name(std::string_view cluster, const std::optional<api::CitusSpec>& citus);
std::string service_account_name(std::string_view cluster);  // and of Role and RoleBinding
std::string pod_disruption_budget_name(std::string_view cluster);
std::string patroni_config_map_name(std::string_view cluster);
std::string accepted_spec_name(std::string_view cluster);

// What Patroni calls its objects after: the cluster, or scope and group, "shop-2".
std::string dcs_prefix(std::string_view cluster, const std::optional<api::CitusSpec>& citus);
// Patroni's own ConfigMaps: never written but through Patroni.
std::string dcs_config_name(std::string_view prefix);
std::string dcs_leader_name(std::string_view prefix);
std::string dcs_failover_name(std::string_view prefix);
std::string dcs_sync_name(std::string_view prefix);
std::vector<std::string> dcs_names(std::string_view prefix);

// The BGCluster of a group of a sharded cluster: "shop-coordinator" is group 0, "shop-worker-0" is
// group 1.
std::string group_cluster_name(std::string_view sharded, std::int64_t group);
struct GroupName {
    std::string sharded;
    std::int64_t group = 0;

    bool operator==(const GroupName&) const = default;
};
// What a BGCluster of that name would be; absent for any other name.
std::optional<GroupName> group_called(std::string_view cluster);

// A cluster as far as its objects' names depend on it.
struct Named {
    std::string_view name;
    std::optional<api::CitusSpec> citus;
};
// What two clusters of one namespace would both take for theirs; absent where they get along.
std::optional<std::string> shared_object(const Named& one, const Named& other);

}  // namespace bestgres::manifests
