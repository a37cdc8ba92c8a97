#include "operator/manifests/names.hpp"

#include <charconv>

namespace bestgres::manifests {
namespace {

constexpr std::string_view coordinator_suffix = "-coordinator";
constexpr std::string_view worker_infix = "-worker-";

std::string joined(std::string_view cluster, std::string_view suffix) {
    return std::string(cluster) + std::string(suffix);
}

// "db-2" with prefix "db-" is 2; "db-02" and "db-x" are nothing.
std::optional<std::int64_t> ordinal_after(std::string_view prefix, std::string_view name) {
    if (!name.starts_with(prefix)) {
        return std::nullopt;
    }
    const std::string_view digits = name.substr(prefix.size());
    std::int64_t ordinal = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), ordinal);
    const bool canonical = error == std::errc() && end == digits.data() + digits.size() &&
                           std::to_string(ordinal) == digits && ordinal >= 0;
    return canonical ? std::optional(ordinal) : std::nullopt;
}

}  // namespace

std::string stateful_set_name(std::string_view cluster) {
    return std::string(cluster);
}

std::string pod_name(std::string_view cluster, std::int64_t ordinal) {
    return joined(cluster, "-" + std::to_string(ordinal));
}

std::optional<std::int64_t> pod_ordinal(std::string_view cluster, std::string_view pod) {
    return ordinal_after(joined(cluster, "-"), pod);
}

std::string volume_claim_name(std::string_view cluster, std::int64_t ordinal) {
    return "pgdata-" + pod_name(cluster, ordinal);
}

std::optional<std::int64_t> volume_claim_ordinal(std::string_view cluster, std::string_view claim) {
    return ordinal_after("pgdata-" + joined(cluster, "-"), claim);
}

std::string primary_service_name(std::string_view cluster) {
    return std::string(cluster);
}
std::string replica_service_name(std::string_view cluster) {
    return joined(cluster, "-repl");
}
std::string headless_service_name(std::string_view cluster) {
    return joined(cluster, "-headless");
}
std::string secret_name(std::string_view cluster, const std::optional<api::CitusSpec>& citus) {
    return citus ? citus->scope : std::string(cluster);
}
std::string service_account_name(std::string_view cluster) {
    return std::string(cluster);
}
std::string pod_disruption_budget_name(std::string_view cluster) {
    return std::string(cluster);
}
std::string patroni_config_map_name(std::string_view cluster) {
    return joined(cluster, "-patroni");
}
std::string accepted_spec_name(std::string_view cluster) {
    return joined(cluster, "-accepted-spec");
}
std::string dcs_prefix(std::string_view cluster, const std::optional<api::CitusSpec>& citus) {
    return citus ? joined(citus->scope, "-" + std::to_string(citus->group)) : std::string(cluster);
}
std::string dcs_config_name(std::string_view prefix) {
    return joined(prefix, "-config");
}
std::string dcs_leader_name(std::string_view prefix) {
    return joined(prefix, "-leader");
}
std::string dcs_failover_name(std::string_view prefix) {
    return joined(prefix, "-failover");
}
std::string dcs_sync_name(std::string_view prefix) {
    return joined(prefix, "-sync");
}

std::vector<std::string> dcs_names(std::string_view prefix) {
    return {dcs_config_name(prefix), dcs_failover_name(prefix), dcs_leader_name(prefix),
            dcs_sync_name(prefix)};
}

std::string group_cluster_name(std::string_view sharded, std::int64_t group) {
    return group == 0 ? joined(sharded, coordinator_suffix)
                      : joined(sharded, std::string(worker_infix) + std::to_string(group - 1));
}

std::optional<GroupName> group_called(std::string_view cluster) {
    if (cluster.ends_with(coordinator_suffix) && cluster.size() > coordinator_suffix.size()) {
        cluster.remove_suffix(coordinator_suffix.size());
        return GroupName{std::string(cluster), 0};
    }
    const std::size_t infix = cluster.rfind(worker_infix);
    if (infix == std::string_view::npos || infix == 0) {
        return std::nullopt;
    }
    const std::string sharded(cluster.substr(0, infix));
    const auto shard = ordinal_after(joined(sharded, worker_infix), cluster);
    return shard ? std::optional(GroupName{sharded, *shard + 1}) : std::nullopt;
}

std::optional<std::string> shared_object(const Named& one, const Named& other) {
    const std::string prefix = dcs_prefix(one.name, one.citus);
    if (prefix == dcs_prefix(other.name, other.citus)) {
        return "Patroni's ConfigMap " + dcs_leader_name(prefix);
    }
    const std::string secret = secret_name(one.name, one.citus);
    const bool of_one_scope = one.citus && other.citus;
    if (!of_one_scope && secret == secret_name(other.name, other.citus)) {
        return "Secret " + secret;
    }
    return std::nullopt;
}

}  // namespace bestgres::manifests
