#include "operator/manifests/pod_template.hpp"

#include "lib/base/hash.hpp"
#include "operator/api/cluster_words.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/patroni_config.hpp"
#include "operator/manifests/pod_parts.hpp"

namespace bestgres::manifests {
namespace {

Json mounts(api::Flavour flavour) {
    Json mounts = {
        mount("pgdata", places(flavour).volume, false),
        mount("bestgres", "/bestgres", true),
        // Parallel queries need more shared memory than a container runtime gives.
        mount("shm", "/dev/shm", false),
    };
    if (flavour == api::Flavour::patroni) {
        mounts.push_back(mount("config", "/etc/bestgres", true));
        mounts.push_back(mount("run", "/run/bestgres", false));
        mounts.push_back(mount("socket", "/run/postgresql", false));
        mounts.push_back(mount("tmp", "/tmp", false));
    }
    return mounts;
}

Json volumes(const Input& input) {
    Json volumes = {
        empty_dir("bestgres"),
        {{"name", "shm"}, {"emptyDir", {{"medium", "Memory"}}}},
    };
    if (api::flavour(input.spec) == api::Flavour::patroni) {
        const std::string config = patroni_config_map_name(input.identity.name);
        volumes.push_back({{"name", "config"}, {"configMap", {{"name", config}}}});
        volumes.push_back(empty_dir("run"));
        volumes.push_back(empty_dir("socket"));
        volumes.push_back(empty_dir("tmp"));
    }
    return volumes;
}

Json probe(std::string_view path, int period, int failures) {
    return {{"httpGet", {{"path", path}, {"port", "agent"}, {"scheme", "HTTP"}}},
            {"periodSeconds", period},
            {"timeoutSeconds", 3},
            {"failureThreshold", failures}};
}

Json container_port(std::string_view name, int number) {
    return {{"name", name}, {"containerPort", number}, {"protocol", "TCP"}};
}

Json resources(const api::ResourcesSpec& spec) {
    Json resources = Json::object();
    if (!spec.requests.empty()) {
        resources["requests"] = spec.requests;
    }
    if (!spec.limits.empty()) {
        resources["limits"] = spec.limits;
    }
    return resources;
}

Json postgres_container(const Input& input) {
    const api::Flavour flavour = api::flavour(input.spec);
    Json container = {
        {"name", "postgres"},
        {"image", input.spec.image.tag},
        {"imagePullPolicy", api::word(input.spec.image.pull_policy)},
        {"command", {"/bestgres/bestgres-agent", "run"}},
        {"env", container_environment(input)},
        {"ports",
         {container_port("postgres", 5432), container_port("patroni", 8008),
          container_port("agent", 8009)}},
        // The agent answers startup and liveness while a member copies data or recovers.
        {"startupProbe", probe("/startup", 2, 150)},
        {"livenessProbe", probe("/live", 10, 6)},
        // Ready again within a second, so that a switchover ends when Patroni's part of it does;
        // not ready only after five, so that a candidate stays in its Services meanwhile.
        {"readinessProbe", probe("/ready", 1, 5)},
        {"resources", resources(input.spec.resources)},
        {"securityContext", container_security(flavour == api::Flavour::patroni)},
        {"volumeMounts", mounts(flavour)},
    };
    if (const auto command = api::command(input.spec); !command.empty()) {
        container["args"] = command;
    }
    if (const auto directory = api::working_dir(input.spec)) {
        container["workingDir"] = *directory;
    }
    return container;
}

Json default_affinity(std::string_view cluster) {
    const Json term = {{"topologyKey", "kubernetes.io/hostname"},
                       {"labelSelector", {{"matchLabels", pod_selector(cluster)}}}};
    return {{"podAntiAffinity",
             {{"preferredDuringSchedulingIgnoredDuringExecution",
               Json::array({{{"weight", 100}, {"podAffinityTerm", term}}})}}}};
}

void add_scheduling(const Input& input, Json& pod) {
    const api::SchedulingSpec& scheduling = input.spec.scheduling;
    pod["affinity"] =
        scheduling.affinity.is_null() ? default_affinity(input.identity.name) : scheduling.affinity;
    if (!scheduling.tolerations.empty()) {
        pod["tolerations"] = scheduling.tolerations;
    }
    if (!scheduling.node_selector.empty()) {
        pod["nodeSelector"] = scheduling.node_selector;
    }
    for (Json constraint : scheduling.topology_spread_constraints) {
        if (!constraint.contains("labelSelector")) {
            constraint["labelSelector"] = {{"matchLabels", pod_selector(input.identity.name)}};
        }
        pod["topologySpreadConstraints"].push_back(std::move(constraint));
    }
    if (scheduling.priority_class_name) {
        pod["priorityClassName"] = *scheduling.priority_class_name;
    }
}

Json pod_metadata(const Input& input) {
    Json labels = common_labels(input.identity.name);
    add_group_labels(input.identity, labels);
    labels[std::string(fenced_label)] = "false";
    for (const auto& [key, value] : input.spec.pod.labels) {
        labels.emplace(key, value);
    }
    Json annotations = Json::object();
    for (const auto& [key, value] : input.spec.pod.annotations) {
        annotations.emplace(key, value);
    }
    if (!input.restarted_at.empty()) {
        annotations[std::string(api::restarted_at_annotation)] = input.restarted_at;
    }
    if (api::flavour(input.spec) == api::Flavour::patroni) {
        // The file is read when a pod starts, but for what only a new cluster looks at.
        Json file = patroni_file(input.identity, input.spec);
        file.erase("bootstrap");
        annotations[std::string(config_hash_annotation)] = to_hex(hash_json(file));
    }
    return {{"labels", std::move(labels)}, {"annotations", std::move(annotations)}};
}

}  // namespace

Places places(api::Flavour flavour) {
    switch (flavour) {
        case api::Flavour::patroni:
            return {"/var/lib/postgresql/pgdata", "/var/lib/postgresql/pgdata/data",
                    "/run/postgresql"};
        case api::Flavour::spilo:
            return {"/home/postgres/pgdata", "/home/postgres/pgdata/pgroot/data",
                    "/var/run/postgresql"};
    }
    return {};
}

Json pod_template(const Input& input) {
    Json pod = {
        {"serviceAccountName", service_account_name(input.identity.name)},
        {"enableServiceLinks", false},
        // A clean stop hands over and writes a checkpoint first.
        {"terminationGracePeriodSeconds", 120},
        {"securityContext", pod_security(api::flavour(input.spec))},
        {"initContainers", Json::array({install_agent(input)})},
        {"containers", Json::array({postgres_container(input)})},
        {"volumes", volumes(input)},
    };
    add_scheduling(input, pod);
    for (const std::string& name : input.spec.image.pull_secrets) {
        pod["imagePullSecrets"].push_back({{"name", name}});
    }
    return {{"metadata", pod_metadata(input)}, {"spec", std::move(pod)}};
}

Json canonical_pod_template(const Input& input) {
    Json canonical = pod_template(input);
    canonical["spec"]["initContainers"][0].erase("image");
    Json& environment = canonical["spec"]["containers"][0]["env"];
    for (Json& variable : environment) {
        if (variable["name"] == "SPILO_CONFIGURATION") {
            Json configuration = spilo_configuration(input.identity, input.spec);
            configuration.erase("bootstrap");
            variable["value"] = dump(configuration);
        }
    }
    return canonical;
}

}  // namespace bestgres::manifests
