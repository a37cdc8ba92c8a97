#include "operator/api/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lib/kube/quantity.hpp"
#include "operator/api/cluster_describe.hpp"
#include "operator/api/cluster_words.hpp"

namespace bestgres::api {
namespace {

struct RefusedParameter {
    std::string_view name;
    std::string_view why;
};

constexpr std::string_view by_patroni = "is governed by Patroni";
constexpr std::string_view by_bestgres = "is governed by Bestgres";
constexpr std::string_view by_replication =
    "is governed by Patroni, which points replicas at the primary";

// Patroni 3.0.2 and 4.1 write these themselves, whatever the configuration says:
// patroni/postgresql/config.py, CMDLINE_OPTIONS and the recovery parameters.
constexpr std::array refused_parameters = {
    RefusedParameter{"archive_cleanup_command", by_replication},
    RefusedParameter{"cluster_name", by_patroni},
    RefusedParameter{"config_file", by_patroni},
    RefusedParameter{"data_directory", by_patroni},
    RefusedParameter{"external_pid_file", by_bestgres},
    RefusedParameter{"hba_file", "is governed by Patroni; use spec.postgresql.pgHba"},
    RefusedParameter{"hot_standby", "is always on: replicas serve reads"},
    RefusedParameter{"ident_file", by_patroni},
    RefusedParameter{"listen_addresses", by_bestgres},
    RefusedParameter{"port", "is always 5432"},
    RefusedParameter{"primary_conninfo", by_replication},
    RefusedParameter{"primary_slot_name", by_replication},
    RefusedParameter{"promote_trigger_file", by_replication},
    RefusedParameter{"recovery_end_command", by_replication},
    RefusedParameter{"recovery_min_apply_delay", by_replication},
    RefusedParameter{"recovery_target", by_replication},
    RefusedParameter{"recovery_target_action", by_replication},
    RefusedParameter{"recovery_target_inclusive", by_replication},
    RefusedParameter{"recovery_target_lsn", by_replication},
    RefusedParameter{"recovery_target_name", by_replication},
    RefusedParameter{"recovery_target_time", by_replication},
    RefusedParameter{"recovery_target_timeline", by_replication},
    RefusedParameter{"recovery_target_xid", by_replication},
    RefusedParameter{"restore_command", by_replication},
    RefusedParameter{"synchronous_standby_names",
                     "is governed by Patroni; use spec.patroni.synchronous"},
    RefusedParameter{"unix_socket_directories", by_bestgres},
    RefusedParameter{"wal_log_hints", "is always on: pg_rewind needs it"},
};

struct LeastValue {
    std::string_view name;
    std::int64_t least;
};

// Patroni silently takes its own default below these (CMDLINE_OPTIONS).
constexpr std::array least_values = {
    LeastValue{"max_connections", 25},          LeastValue{"max_locks_per_transaction", 32},
    LeastValue{"max_prepared_transactions", 0}, LeastValue{"max_replication_slots", 4},
    LeastValue{"max_wal_senders", 3},           LeastValue{"max_worker_processes", 2},
};

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

bool is_setting_name(std::string_view name) {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    const auto is_word = [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '$' || c == '.';
    };
    return !name.empty() && name.size() <= 128 && is_letter(name.front()) &&
           std::ranges::all_of(name, is_word);
}

std::optional<std::int64_t> integer(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

void check_least_value(const std::string& name, const std::string& value, Problems& problems) {
    const auto rule = std::ranges::find(least_values, name, &LeastValue::name);
    if (rule == least_values.end()) {
        return;
    }
    const auto number = integer(value);
    if (!number || *number < rule->least) {
        problems.push_back({"spec.postgresql.parameters." + name,
                            fmt::format("must be a whole number of at least {}", rule->least),
                            value});
    }
}

void check_parameters(const ClusterSpec& spec, Problems& problems) {
    for (const auto& [key, value] : spec.postgresql.parameters) {
        const std::string path = "spec.postgresql.parameters." + key;
        if (!is_setting_name(key)) {
            problems.push_back({path, "is not the name of a PostgreSQL setting", nullptr});
            continue;
        }
        const std::string name = lower(key);
        const auto refused = std::ranges::find(refused_parameters, name, &RefusedParameter::name);
        if (refused != refused_parameters.end()) {
            problems.push_back({path, "cannot be set: it " + std::string(refused->why), value});
            continue;
        }
        if (value.find_first_of("\r\n") != std::string::npos || value.find('\0') != value.npos) {
            problems.push_back({path, "must be a single line", value});
        }
        check_least_value(name, value, problems);
    }
}

void check_pg_hba(const ClusterSpec& spec, Problems& problems) {
    static constexpr std::array<std::string_view, 8> starts = {
        "local ",      "host ",         "hostssl ", "hostnossl ",
        "hostgssenc ", "hostnogssenc ", "local\t",  "host\t"};
    for (std::size_t i = 0; i < spec.postgresql.pg_hba.size(); ++i) {
        const std::string& line = spec.postgresql.pg_hba[i];
        const bool starts_well =
            std::ranges::any_of(starts, [&](auto start) { return line.starts_with(start); });
        if (!starts_well || line.find_first_of("\r\n") != std::string::npos) {
            problems.push_back({"spec.postgresql.pgHba[" + std::to_string(i) + "]",
                                "must be one line that begins with local, host, hostssl, "
                                "hostnossl, hostgssenc or hostnogssenc",
                                line});
        }
    }
}

void check_patroni(const ClusterSpec& spec, Problems& problems) {
    const PatroniSpec& patroni = spec.patroni;
    if (patroni.loop_wait + 2 * patroni.retry_timeout > patroni.ttl) {
        problems.push_back({"spec.patroni",
                            fmt::format("loopWait + 2 * retryTimeout must be at most ttl, got {} + "
                                        "2 * {} > {}",
                                        patroni.loop_wait, patroni.retry_timeout, patroni.ttl),
                            nullptr});
    }
    if (patroni.synchronous == Synchronous::required && spec.instances == 1) {
        problems.push_back({"spec.patroni.synchronous",
                            "required needs at least 2 instances, because a primary alone would "
                            "accept no writes",
                            nullptr});
    }
}

void check_older_names(const ClusterSpec& spec, Problems& problems) {
    if (spec.patroni_log_level && spec.patroni.log_level) {
        problems.push_back({"spec.patroniLogLevel",
                            "give patroni.logLevel or its older name patroniLogLevel, not both",
                            nullptr});
    }
    if (!spec.bootstrap_sql.empty() && !spec.bootstrap.sql.empty()) {
        problems.push_back({"spec.bootstrapSQL",
                            "give bootstrap.sql or its older name bootstrapSQL, not both",
                            nullptr});
    }
}

void check_service(const ServiceSpec& service, const std::string& path, Problems& problems) {
    if (service.type == ServiceType::cluster_ip &&
        (service.node_port || service.external_traffic_policy)) {
        problems.push_back({path,
                            "nodePort and externalTrafficPolicy need type NodePort or LoadBalancer",
                            nullptr});
    }
    if (service.type != ServiceType::load_balancer &&
        !service.load_balancer_source_ranges.empty()) {
        problems.push_back({path, "loadBalancerSourceRanges needs type LoadBalancer", nullptr});
    }
}

// The operator's own labels and annotations decide about routing and restarts.
void check_reserved(const Texts& texts, const std::string& path, Problems& problems) {
    for (const auto& entry : texts) {
        const std::string& key = entry.first;
        if (key.find("bestgres.io/") != std::string::npos) {
            problems.push_back({path + "." + key, "is reserved for Bestgres", nullptr});
        }
    }
}

bool shrinks(const std::string& before, const std::string& after) {
    const auto old_size = kube::Quantity::parse(before);
    const auto new_size = kube::Quantity::parse(after);
    return old_size.ok() && new_size.ok() && *new_size < *old_size;
}

}  // namespace

Problems validate(const ClusterSpec& spec) {
    Problems problems;
    check_patroni(spec, problems);
    check_parameters(spec, problems);
    check_pg_hba(spec, problems);
    check_older_names(spec, problems);
    check_service(spec.services.primary, "spec.services.primary", problems);
    check_service(spec.services.replicas, "spec.services.replicas", problems);
    check_reserved(spec.pod.labels, "spec.pod.labels", problems);
    check_reserved(spec.pod.annotations, "spec.pod.annotations", problems);
    return problems;
}

Problems validate_change(const ClusterSpec& before, const ClusterSpec& after) {
    Problems problems;
    if (shrinks(before.volume.persistent_volume_size, after.volume.persistent_volume_size)) {
        problems.push_back({"spec.volumeSpec.persistentVolumeSize",
                            "a volume cannot shrink from " + before.volume.persistent_volume_size,
                            after.volume.persistent_volume_size});
    }
    if (before.volume.storage_class != after.volume.storage_class) {
        problems.push_back({"spec.volumeSpec.storageClass",
                            "the storage class of existing volumes cannot change", nullptr});
    }
    const auto& old_version = before.postgresql.version;
    const auto& new_version = after.postgresql.version;
    if (old_version && new_version && *old_version != *new_version) {
        problems.push_back(
            {"spec.postgresql.version",
             "the major version of an existing cluster cannot change from " + *old_version,
             *new_version});
    }
    if (before.bootstrap != after.bootstrap || before.bootstrap_sql != after.bootstrap_sql) {
        problems.push_back(
            {"spec.bootstrap", "what a cluster was made from cannot change", nullptr});
    }
    if (before.citus != after.citus) {
        problems.push_back({"spec.citus", std::string(citus_cannot_change), nullptr});
    }
    if (flavour(before) != flavour(after)) {
        problems.push_back({"spec.image.flavour",
                            fmt::format("the data directory of an existing cluster belongs to "
                                        "flavour {}",
                                        word(flavour(before))),
                            word(flavour(after))});
    }
    return problems;
}

Problems validate_name(std::string_view cluster_name) {
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto is_word = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; };
    const bool well_formed = !cluster_name.empty() && is_letter(cluster_name.front()) &&
                             cluster_name.back() != '-' &&
                             std::ranges::all_of(cluster_name, is_word);
    if (!well_formed || cluster_name.size() > longest_cluster_name) {
        return {{"metadata.name",
                 fmt::format("must be at most {} lower-case letters, digits and hyphens, and begin "
                             "with a letter",
                             longest_cluster_name),
                 cluster_name}};
    }
    return {};
}

}  // namespace bestgres::api
