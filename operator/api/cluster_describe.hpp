// BGCluster's spec, described: what a user reads in `kubectl explain`, in the reference page and in
// error messages is said here.
#pragma once

#include "operator/api/cluster.hpp"
#include "operator/api/cluster_words.hpp"

namespace bestgres::api {

inline constexpr Field quantities{
    .max_length = 40, .max_items = 20, .quantity = true, .int_or_string = true};

inline constexpr std::string_view citus_cannot_change =
    "the group of a sharded cluster that a cluster is cannot change";

template <class Visitor>
void describe(Visitor& visit, RetentionSpec& spec) {
    visit(
        "whenDeleted", spec.when_deleted,
        Field{.doc = "What happens to the volumes when the cluster is deleted. Retain keeps them, "
                     "and a cluster of the same name finds its data again."});
    visit("whenScaled", spec.when_scaled,
          Field{.doc = "What happens to the volume of a member that was removed by lowering "
                       "`instances`. Quarantine keeps it for the time that `quarantine` says, and "
                       "the member comes back on it when `instances` is raised."});
    visit("quarantine", spec.quarantine,
          with_doc(duration_field,
                   "How long a volume is kept where whenScaled is Quarantine, from the time when "
                   "its member had left. `bestgres undelete` takes it back."));
}

template <class Visitor>
void describe(Visitor& visit, VolumeSpec& spec) {
    visit("persistentVolumeSize", spec.persistent_volume_size,
          Field{.doc = "Size of each member's data volume. It can grow, where the storage class "
                       "allows it, and never shrink.",
                .required = true,
                .max_length = 40,
                .quantity = true,
                .cel = "quantity(self).compareTo(quantity(oldSelf)) >= 0",
                .cel_says = "a volume cannot shrink"});
    visit("storageClass", spec.storage_class,
          Field{.doc = "Storage class of the volumes; the default class of the Kubernetes cluster "
                       "when absent.",
                .min_length = 1,
                .max_length = 253,
                .cel = "self == oldSelf",
                .cel_says = "the storage class of existing volumes cannot change"});
    visit("retention", spec.retention, Field{.doc = "When volumes are kept and when removed."});
    visit.rule({"has(self.storageClass) == has(oldSelf.storageClass)",
                "the storage class of existing volumes cannot change"});
}

template <class Visitor>
void describe(Visitor& visit, ImageSpec& spec) {
    visit("tag", spec.tag,
          Field{.doc = "The image with PostgreSQL and Patroni, as a whole reference: "
                       "`registry.example.com/patroni:16`.",
                .required = true,
                .min_length = 1,
                .max_length = 1024});
    visit(
        "flavour", spec.flavour,
        Field{.doc = "How the image wants to be started. `patroni`: any image with PostgreSQL and "
                     "Patroni in it. `spilo`: Zalando's Spilo. When absent: spilo if the command "
                     "runs /launch.sh or the image is called spilo, else patroni."});
    visit("command", spec.command,
          Field{.doc = "What runs in the container, under bestgres-agent. When absent: patroni, or "
                       "Spilo's /launch.sh.",
                .max_length = 4096,
                .max_items = 64});
    visit("workingDir", spec.working_dir,
          Field{.doc = "Working directory of the command; /home/postgres for flavour spilo.",
                .min_length = 1,
                .max_length = 4096});
    visit("pullPolicy", spec.pull_policy, Field{.doc = "When nodes ask the registry."});
    visit("pullSecrets", spec.pull_secrets,
          Field{.doc = "Names of Secrets with registry credentials.",
                .min_length = 1,
                .max_length = 253,
                .max_items = 16});
}

template <class Visitor>
void describe(Visitor& visit, PostgresqlSpec& spec) {
    visit("version", spec.version,
          Field{.doc = "Major version, for images that hold several. A cluster keeps it: there is "
                       "no upgrade in place yet.",
                .max_length = 2,
                .pattern = "^[1-9][0-9]$",
                .pattern_says = "a major version such as \"16\"",
                .cel = "self == oldSelf",
                .cel_says = "the major version of an existing cluster cannot change"});
    visit(
        "parameters", spec.parameters,
        Field{.doc = "PostgreSQL settings, applied through Patroni: by reload where PostgreSQL "
                     "can, by an ordered restart where it must. Settings that Patroni or Bestgres "
                     "govern are refused.",
              .max_length = 8192,
              .max_items = 500,
              .int_or_string = true});
    visit("pgHba", spec.pg_hba,
          Field{.doc = "Lines of pg_hba.conf for users and applications. They stand after the "
                       "lines that Bestgres needs for itself, in place of "
                       "`host all all all scram-sha-256`.",
                .min_length = 1,
                .max_length = 1024,
                .max_items = 200});
}

template <class Visitor>
void describe(Visitor& visit, PatroniSpec& spec) {
    visit("ttl", spec.ttl,
          Field{.doc = "Seconds after which a silent primary loses the leader lock.",
                .minimum = 20,
                .maximum = 600});
    visit("loopWait", spec.loop_wait,
          Field{.doc = "Seconds between two looks of Patroni.", .minimum = 1, .maximum = 300});
    visit("retryTimeout", spec.retry_timeout,
          Field{.doc = "Seconds for which Patroni repeats a failed request before it gives up the "
                       "lock.",
                .minimum = 3,
                .maximum = 300});
    visit("maximumLagOnFailover", spec.maximum_lag_on_failover,
          Field{.doc = "A replica further behind than this many bytes is never promoted.",
                .max_length = 40,
                .quantity = true,
                .int_or_string = true});
    visit(
        "synchronous", spec.synchronous,
        Field{.doc = "`disabled`: a commit waits for the primary alone. `preferred`: also for a "
                     "replica, while there is one. `required`: always for a replica; without one, "
                     "writes wait. `quorum`: for any synchronousNodeCount replicas (Patroni 4)."});
    visit("synchronousNodeCount", spec.synchronous_node_count,
          Field{.doc = "How many replicas a commit waits for.", .minimum = 1, .maximum = 99});
    visit("failsafe", spec.failsafe,
          Field{.doc = "While the Kubernetes API cannot be reached, the primary stays one as long "
                       "as it reaches all members."});
    visit("logLevel", spec.log_level, Field{.doc = "Of Patroni; INFO when absent."});
    visit.rule({"self.loopWait + 2 * self.retryTimeout <= self.ttl",
                "loopWait + 2 * retryTimeout must be at most ttl, or one slow request costs the "
                "primary its lock"});
}

template <class Visitor>
void describe(Visitor& visit, InitdbSpec& spec) {
    visit("dataChecksums", spec.data_checksums, Field{.doc = "Detect damaged pages."});
    visit("encoding", spec.encoding,
          Field{.doc = "Of new databases.",
                .min_length = 1,
                .max_length = 40,
                .pattern = "^[A-Za-z0-9_-]+$",
                .pattern_says = "an encoding such as UTF8"});
    visit("locale", spec.locale,
          Field{.doc = "Of new databases. It must exist in the image.",
                .min_length = 1,
                .max_length = 80,
                .pattern = "^[A-Za-z0-9_.@-]+$",
                .pattern_says = "a locale such as C.UTF-8"});
}

template <class Visitor>
void describe(Visitor& visit, BootstrapSpec& spec) {
    visit("initdb", spec.initdb, Field{.doc = "Options of initdb."});
    visit(
        "sql", spec.sql,
        Field{.doc = "Statements that run once, on the primary, as superuser in database "
                     "postgres, in this order. A ledger in the database remembers which ones ran.",
              .min_length = 1,
              .max_length = 65536,
              .max_items = 200});
}

template <class Visitor>
void describe(Visitor& visit, ResourcesSpec& spec) {
    Field requests = quantities;
    requests.doc = "What the scheduler sets aside: cpu, memory, ...";
    visit("requests", spec.requests, requests);
    Field limits = quantities;
    limits.doc = "What the container may use at most.";
    visit("limits", spec.limits, limits);
}

template <class Visitor>
void describe(Visitor& visit, SchedulingSpec& spec) {
    visit("affinity", spec.affinity,
          Field{.doc = "A Kubernetes Affinity. When absent, members avoid each other's nodes where "
                       "they can.",
                .foreign = true});
    visit("tolerations", spec.tolerations,
          Field{.doc = "Kubernetes Tolerations.", .max_items = 64, .foreign = true});
    visit("nodeSelector", spec.node_selector,
          Field{.doc = "Labels that a node must have.", .max_length = 63, .max_items = 64});
    visit("topologySpreadConstraints", spec.topology_spread_constraints,
          Field{.doc = "Kubernetes TopologySpreadConstraints. One without a labelSelector counts "
                       "the members of this cluster.",
                .max_items = 16,
                .foreign = true});
    visit("priorityClassName", spec.priority_class_name,
          Field{.doc = "PriorityClass of the pods.", .min_length = 1, .max_length = 253});
}

template <class Visitor>
void describe(Visitor& visit, ServiceSpec& spec) {
    visit("type", spec.type, Field{.doc = "How the Service can be reached."});
    visit("annotations", spec.annotations,
          Field{.doc = "For load balancers and DNS.", .max_length = 4096, .max_items = 64});
    visit("loadBalancerSourceRanges", spec.load_balancer_source_ranges,
          Field{.doc = "Networks that the load balancer admits.",
                .min_length = 1,
                .max_length = 64,
                .max_items = 64});
    visit("nodePort", spec.node_port,
          Field{.doc = "Port on every node; chosen by Kubernetes when absent.",
                .minimum = 1,
                .maximum = 65535});
    visit("externalTrafficPolicy", spec.external_traffic_policy,
          Field{.doc = "Cluster or Local, for NodePort and LoadBalancer."});
    visit.rule(
        {"self.type != 'ClusterIP' || "
         "(!has(self.nodePort) && !has(self.externalTrafficPolicy))",
         "nodePort and externalTrafficPolicy need type NodePort or LoadBalancer"});
    visit.rule({"self.type == 'LoadBalancer' || !has(self.loadBalancerSourceRanges)",
                "loadBalancerSourceRanges needs type LoadBalancer"});
}

template <class Visitor>
void describe(Visitor& visit, ServicesSpec& spec) {
    visit("primary", spec.primary,
          Field{.doc = "The Service `<name>`, which leads to the primary: reads and writes."});
    visit("replicas", spec.replicas,
          Field{.doc = "The Service `<name>-repl`, which leads to the replicas: reads."});
}

template <class Visitor>
void describe(Visitor& visit, PodSpec& spec) {
    visit("labels", spec.labels,
          Field{.doc = "More labels for the pods.", .max_length = 63, .max_items = 64});
    visit("annotations", spec.annotations,
          Field{.doc = "More annotations for the pods.", .max_length = 65536, .max_items = 64});
}

template <class Visitor>
void describe(Visitor& visit, CitusSpec& spec) {
    visit("scope", spec.scope,
          Field{.doc = "Patroni's scope, the same for all groups: the name of the sharded cluster.",
                .required = true,
                .min_length = 1,
                .max_length = 50,
                .pattern = "^[a-z]([-a-z0-9]*[a-z0-9])?$",
                .pattern_says = "lower-case letters, digits and hyphens that begin with a letter"});
    visit("group", spec.group,
          Field{.doc = "Number of the group; 0 is the coordinator.",
                .required = true,
                .minimum = 0,
                .maximum = 2147483647});
    visit("database", spec.database,
          Field{.doc = "The database that is sharded. Patroni makes it, with the extension.",
                .required = true,
                .min_length = 1,
                .max_length = 63,
                .pattern = "^[A-Za-z_][A-Za-z0-9_-]*$",
                .pattern_says = "letters, digits, _ and - that begin with a letter or _"});
}

template <class Visitor>
void describe_older_names(Visitor& visit, ClusterSpec& spec) {
    visit("patroniLogLevel", spec.patroni_log_level,
          Field{.doc = "The older name of patroni.logLevel."});
    visit("bootstrapSQL", spec.bootstrap_sql,
          Field{.doc = "The older name of bootstrap.sql.",
                .min_length = 1,
                .max_length = 65536,
                .max_items = 200,
                .cel = "self == oldSelf",
                .cel_says = "what a cluster was made from cannot change"});
    visit.rule({"!has(self.patroniLogLevel) || !has(self.patroni.logLevel)",
                "give patroni.logLevel or its older name patroniLogLevel, not both"});
    visit.rule({"!has(self.bootstrapSQL) || !has(self.bootstrap.sql)",
                "give bootstrap.sql or its older name bootstrapSQL, not both"});
    visit.rule({"has(self.bootstrapSQL) == has(oldSelf.bootstrapSQL)",
                "what a cluster was made from cannot change"});
}

template <class Visitor>
void describe(Visitor& visit, ClusterSpec& spec) {
    visit("instances", spec.instances,
          Field{.doc = "Number of members: one primary, the rest replicas. 0 stops the cluster as "
                       "`hibernate` does.",
                .minimum = 0,
                .maximum = 100});
    visit("image", spec.image, Field{.doc = "What runs in the pods.", .required = true});
    visit("volumeSpec", spec.volume, Field{.doc = "Where the data lives.", .required = true});
    visit("postgresql", spec.postgresql, Field{.doc = "Version and settings of PostgreSQL."});
    visit("patroni", spec.patroni, Field{.doc = "High availability."});
    visit("bootstrap", spec.bootstrap,
          Field{.doc = "How a new, empty cluster is made. It cannot change afterwards.",
                .cel = "self == oldSelf",
                .cel_says = "what a cluster was made from cannot change"});
    visit("resources", spec.resources,
          Field{.doc = "CPU and memory of each member, as in any container."});
    visit("scheduling", spec.scheduling, Field{.doc = "On which nodes members run."});
    visit("services", spec.services, Field{.doc = "How the cluster is reached."});
    visit("pod", spec.pod, Field{.doc = "Additions to the pods."});
    visit(
        "hibernate", spec.hibernate,
        Field{.doc = "Stops all members and keeps everything else. Member 0 takes the lead, stops "
                     "last and starts first again."});
    visit(
        "deletionProtection", spec.deletion_protection,
        Field{.doc = "A deletion is held until annotation bestgres.io/confirm-deletion repeats the "
                     "name of the cluster; meanwhile everything goes on."});
    visit("citus", spec.citus,
          Field{.doc = "Internal, written by BGShardedCluster only: the group of a sharded cluster "
                       "that this cluster is. It cannot change.",
                .cel = "self == oldSelf",
                .cel_says = citus_cannot_change});
    visit.rule({"has(self.citus) == has(oldSelf.citus)", citus_cannot_change});
    describe_older_names(visit, spec);
    visit.rule({"self.patroni.synchronous != 'required' || self.instances != 1",
                "patroni.synchronous: required needs at least 2 instances, because a primary alone "
                "would accept no writes"});
}

}  // namespace bestgres::api
