#include "operator/manifests/patroni_config.hpp"

#include "operator/api/cluster_words.hpp"
#include "operator/manifests/labels.hpp"

namespace bestgres::manifests {
namespace {

// Trust is for the socket alone, which only this container sees: Patroni and the agent use it.
// Bestgres' own users come first, so that no line of a user locks them out.
Json pg_hba(const api::ClusterSpec& spec) {
    Json lines = {
        "local all all trust",
        "local replication all trust",
        "host replication standby all scram-sha-256",
        "host all rewind_user,postgres all scram-sha-256",
    };
    if (spec.postgresql.pg_hba.empty()) {
        lines.push_back("host all all all scram-sha-256");
    }
    for (const std::string& line : spec.postgresql.pg_hba) {
        lines.push_back(line);
    }
    return lines;
}

Json synchronous_mode(api::Synchronous synchronous) {
    switch (synchronous) {
        case api::Synchronous::disabled:
            return false;
        case api::Synchronous::preferred:
        case api::Synchronous::required:
            return true;
        case api::Synchronous::quorum:
            return "quorum";
    }
    return false;
}

Json initdb(const api::InitdbSpec& spec) {
    Json options = Json::array();
    if (spec.data_checksums) {
        options.push_back("data-checksums");
    }
    options.push_back({{"encoding", spec.encoding}});
    options.push_back({{"locale", spec.locale}});
    options.push_back({{"auth-host", "scram-sha-256"}});
    options.push_back({{"auth-local", "trust"}});
    return options;
}

Json bootstrap(const api::ClusterSpec& spec) {
    return {{"dcs", patroni_dynamic_config(spec)}, {"initdb", initdb(spec.bootstrap.initdb)}};
}

// What the spec asks for, and where it is silent: a standby whose primary went away looks for one
// twice a second, not every 5 s. Where commits wait for a standby, that is a part of the outage.
Json parameters(const api::ClusterSpec& spec) {
    Json parameters = {{"wal_retrieve_retry_interval", "500ms"}};
    parameters.update(Json(spec.postgresql.parameters));
    return parameters;
}

// Patroni 3 writes `master` whatever it is told; Patroni 4 is told to write the same, so that a
// roll from 3 to 4 never changes where the Services lead.
Json kubernetes_section(const Identity& identity) {
    return {
        {"namespace", identity.ns},
        {"labels", {{"app.kubernetes.io/name", "postgresql"}}},
        {"scope_label", identity.citus ? scope_label : cluster_label},
        {"role_label", role_label},
        {"leader_label_value", primary_role},
        {"standby_leader_label_value", primary_role},
        {"follower_label_value", replica_role},
        {"use_endpoints", false},
        // It would need rights in another namespace.
        {"bypass_api_service", false},
    };
}

Json citus_section(const api::CitusSpec& citus) {
    return {{"group", citus.group}, {"database", citus.database}};
}

// Passwords and the REST user come from the environment, which wins over the file.
Json postgresql_section() {
    return {
        {"data_dir", "/var/lib/postgresql/pgdata/data"},
        {"pgpass", "/run/bestgres/pgpass"},
        {"use_unix_socket", true},
        {"use_unix_socket_repl", true},
        {"authentication",
         {{"superuser", {{"username", "postgres"}}},
          {"replication", {{"username", "standby"}}},
          {"rewind", {{"username", "rewind_user"}}}}},
        {"parameters", {{"unix_socket_directories", "/run/postgresql"}}},
        {"basebackup", Json::array({{{"checkpoint", "fast"}}})},
    };
}

void add_difference(const Json& current, const Json& desired, Json& patch) {
    for (const auto& item : desired.items()) {
        const auto found = current.find(item.key());
        if (!item.value().is_object()) {
            if (found == current.end() || *found != item.value()) {
                patch[item.key()] = item.value();
            }
            continue;
        }
        Json inner = Json::object();
        const bool comparable = found != current.end() && found->is_object();
        add_difference(comparable ? *found : Json::object(), item.value(), inner);
        if (!inner.empty()) {
            patch[item.key()] = std::move(inner);
        }
    }
}

}  // namespace

std::string patroni_scope(const Identity& identity) {
    return identity.citus ? identity.citus->scope : identity.name;
}

Json patroni_dynamic_config(const api::ClusterSpec& spec) {
    const api::PatroniSpec& patroni = spec.patroni;
    Json postgresql = {
        {"use_pg_rewind", true}, {"use_slots", true}, {"parameters", parameters(spec)}};
    if (api::flavour(spec) == api::Flavour::patroni) {
        postgresql["pg_hba"] = pg_hba(spec);
    }
    return {
        {"ttl", patroni.ttl},
        {"loop_wait", patroni.loop_wait},
        {"retry_timeout", patroni.retry_timeout},
        {"maximum_lag_on_failover", api::maximum_lag_on_failover(spec)},
        {"failsafe_mode", patroni.failsafe},
        {"synchronous_mode", synchronous_mode(patroni.synchronous)},
        {"synchronous_mode_strict", patroni.synchronous == api::Synchronous::required},
        {"synchronous_node_count", patroni.synchronous_node_count},
        {"postgresql", std::move(postgresql)},
    };
}

Json patroni_config_patch(const Json& current, const Json& desired,
                          bool remove_unknown_parameters) {
    Json patch = Json::object();
    add_difference(current.is_object() ? current : Json::object(), desired, patch);
    if (remove_unknown_parameters) {
        const Json& wanted = object_at(desired, {"postgresql", "parameters"});
        for (const auto& item : object_at(current, {"postgresql", "parameters"}).items()) {
            if (!wanted.contains(item.key())) {
                patch["postgresql"]["parameters"][item.key()] = nullptr;
            }
        }
    }
    return patch;
}

bool owns_all_parameters(const api::ClusterSpec& spec) {
    return api::flavour(spec) == api::Flavour::patroni;
}

Json patroni_file(const Identity& identity, const api::ClusterSpec& spec) {
    Json file = {
        {"scope", patroni_scope(identity)},   {"log", {{"level", api::word(api::log_level(spec))}}},
        {"bootstrap", bootstrap(spec)},       {"kubernetes", kubernetes_section(identity)},
        {"postgresql", postgresql_section()},
    };
    if (identity.citus) {
        file["citus"] = citus_section(*identity.citus);
        // How Citus reaches its own node. Patroni 4 says the same; 3 leaves it at localhost, where
        // PostgreSQL does not listen everywhere, and where a password is asked for.
        file["postgresql"]["parameters"]["citus.local_hostname"] = "/run/postgresql";
    }
    return file;
}

Json spilo_configuration(const Identity& identity, const api::ClusterSpec& spec) {
    Json configuration = {
        {"log", {{"level", api::word(api::log_level(spec))}}},
        {"bootstrap", bootstrap(spec)},
        {"kubernetes", kubernetes_section(identity)},
        {"restapi",
         {{"authentication",
           {{"username", "patroni"}, {"password", "$(PATRONI_RESTAPI_PASSWORD)"}}}}},
    };
    if (identity.citus) {
        configuration["citus"] = citus_section(*identity.citus);
    }
    if (!spec.postgresql.pg_hba.empty()) {
        configuration["postgresql"]["pg_hba"] = pg_hba(spec);
    }
    return configuration;
}

}  // namespace bestgres::manifests
