// BGCluster: what a user asks for, as plain values. Defaults stand here and nowhere else: the
// schema, the reference page and the reader take them from these initialisers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/kube/object.hpp"
#include "operator/api/cluster_status.hpp"
#include "operator/api/field.hpp"

namespace bestgres::kube::kinds {

inline constexpr Kind bg_cluster{"bestgres.io", "v1", "BGCluster", "bgclusters"};

}  // namespace bestgres::kube::kinds

namespace bestgres::api {

using Texts = std::map<std::string, std::string>;

enum class Flavour { patroni, spilo };
enum class PullPolicy { always, if_not_present, never };
enum class VolumePolicy { retain, remove };
enum class LeftVolumePolicy { quarantine, retain, remove };  // of a member that left
enum class Synchronous { disabled, preferred, required, quorum };
enum class LogLevel { critical, error, warning, info, debug };
enum class ServiceType { cluster_ip, node_port, load_balancer };
enum class TrafficPolicy { cluster, local };

struct RetentionSpec {
    VolumePolicy when_deleted = VolumePolicy::retain;
    LeftVolumePolicy when_scaled = LeftVolumePolicy::retain;
    std::string quarantine = "7d";  // a duration, as a text that was checked when it was read

    bool operator==(const RetentionSpec&) const = default;
};

struct VolumeSpec {
    std::string persistent_volume_size;        // a quantity, "10Gi"
    std::optional<std::string> storage_class;  // absent: the cluster's default class
    RetentionSpec retention;

    bool operator==(const VolumeSpec&) const = default;
};

struct ImageSpec {
    std::string tag;                 // the whole image reference, in spite of the name
    std::optional<Flavour> flavour;  // absent: see flavour() below
    std::vector<std::string> command;
    std::optional<std::string> working_dir;
    PullPolicy pull_policy = PullPolicy::if_not_present;
    std::vector<std::string> pull_secrets;

    bool operator==(const ImageSpec&) const = default;
};

struct PostgresqlSpec {
    std::optional<std::string> version;  // major, "16"
    Texts parameters;
    std::vector<std::string> pg_hba;

    bool operator==(const PostgresqlSpec&) const = default;
};

struct PatroniSpec {
    std::int64_t ttl = 30;            // seconds
    std::int64_t loop_wait = 10;      // seconds
    std::int64_t retry_timeout = 10;  // seconds
    std::string maximum_lag_on_failover = "1Mi";
    Synchronous synchronous = Synchronous::disabled;
    std::int64_t synchronous_node_count = 1;
    bool failsafe = true;
    std::optional<LogLevel> log_level;

    bool operator==(const PatroniSpec&) const = default;
};

struct InitdbSpec {
    bool data_checksums = true;
    std::string encoding = "UTF8";
    std::string locale = "C.UTF-8";

    bool operator==(const InitdbSpec&) const = default;
};

struct BootstrapSpec {
    InitdbSpec initdb;
    std::vector<std::string> sql;

    bool operator==(const BootstrapSpec&) const = default;
};

struct ResourcesSpec {
    Texts requests;
    Texts limits;

    bool operator==(const ResourcesSpec&) const = default;
};

// Kubernetes' own types, handed to the pod as they are.
struct SchedulingSpec {
    Json affinity;  // null: members avoid each other's nodes where they can
    std::vector<Json> tolerations;
    Texts node_selector;
    std::vector<Json> topology_spread_constraints;
    std::optional<std::string> priority_class_name;

    bool operator==(const SchedulingSpec&) const = default;
};

struct ServiceSpec {
    ServiceType type = ServiceType::cluster_ip;
    Texts annotations;
    std::vector<std::string> load_balancer_source_ranges;
    std::optional<std::int64_t> node_port;
    std::optional<TrafficPolicy> external_traffic_policy;

    bool operator==(const ServiceSpec&) const = default;
};

struct ServicesSpec {
    ServiceSpec primary;
    ServiceSpec replicas;

    bool operator==(const ServicesSpec&) const = default;
};

struct PodSpec {
    Texts labels;
    Texts annotations;

    bool operator==(const PodSpec&) const = default;
};

// One group of a sharded cluster. Internal: BGShardedCluster writes it into its children.
struct CitusSpec {
    std::string scope;       // Patroni's scope, shared by all groups
    std::int64_t group = 0;  // 0 is the coordinator
    std::string database;    // where the extension lives

    bool operator==(const CitusSpec&) const = default;
};

struct ClusterSpec {
    std::int64_t instances = 1;
    ImageSpec image;
    VolumeSpec volume;
    PostgresqlSpec postgresql;
    PatroniSpec patroni;
    BootstrapSpec bootstrap;
    ResourcesSpec resources;
    SchedulingSpec scheduling;
    ServicesSpec services;
    PodSpec pod;
    bool hibernate = false;
    bool deletion_protection = false;
    std::optional<CitusSpec> citus;             // absent: a cluster of its own
    std::optional<LogLevel> patroni_log_level;  // the first Bestgres' name for patroni.logLevel
    std::vector<std::string> bootstrap_sql;     // the first Bestgres' name for bootstrap.sql

    bool operator==(const ClusterSpec&) const = default;
};

inline constexpr std::string_view paused_annotation = "bestgres.io/paused";
inline constexpr std::string_view restarted_at_annotation = "bestgres.io/restartedAt";
inline constexpr std::string_view confirm_deletion_annotation = "bestgres.io/confirm-deletion";

// What the spec means where it leaves something open or says it under an older name.
// spilo when the spec says so, when the command runs /launch.sh, or when the image is called
// spilo (the first Bestgres ran nothing else, and its manifests name no command).
Flavour flavour(const ClusterSpec& spec);
// The image's own entry point. Empty for flavour patroni unless the user gave one.
std::vector<std::string> command(const ClusterSpec& spec);
std::optional<std::string> working_dir(const ClusterSpec& spec);
LogLevel log_level(const ClusterSpec& spec);
const std::vector<std::string>& bootstrap_sql(const ClusterSpec& spec);
// How many members are to run: none of a cluster that hibernates.
std::int64_t running_instances(const ClusterSpec& spec);
// How long the volume of a member that left is kept where whenScaled is Quarantine.
Duration quarantine(const RetentionSpec& spec);
// Bytes; the text was checked when the spec was read.
std::int64_t maximum_lag_on_failover(const ClusterSpec& spec);

// Of a cluster of the resource, be its spec valid or not: scope and group alone say what the
// objects of its Patroni are called. Absent where it has none that can be read.
std::optional<CitusSpec> citus_of(const kube::Object& cluster);

// Annotations of the resource itself.
bool is_paused(const kube::Object& cluster);
// Whether its deletion was asked for and is held: spec.deletionProtection as it stands now, be the
// spec valid or not, until the annotation repeats the name.
bool deletion_is_held(const kube::Object& cluster);
// The text of the annotation, empty when there is none.
std::string restarted_at(const kube::Object& cluster);

// `json` is the value of `spec`. Fills defaults; gives every problem of form and of rules between
// fields (validate.hpp), not only the first. Unknown fields are problems.
Parsed<ClusterSpec> parse_cluster_spec(const Json& json);
// Reads back as the same value: defaults are written out, absent fields are not.
Json to_json(const ClusterSpec& spec);

// The status as the operator wrote it. What cannot be read counts as absent: a status is a report.
ClusterStatus parse_cluster_status(const Json& json);
Json to_json(const ClusterStatus& status);

}  // namespace bestgres::api
