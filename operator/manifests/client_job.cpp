#include "operator/manifests/client_job.hpp"

#include "lib/base/hash.hpp"
#include "operator/api/cluster_words.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/pod_parts.hpp"

namespace bestgres::manifests {
namespace {

constexpr std::string_view script_directory = "/etc/bestgres/script";

// The same words as the cluster's other objects, but not those by which Patroni, Services and the
// disruption budget find members.
Json labels(const Input& input, const ClientJob& job) {
    Json labels = common_labels(input.identity.name);
    labels["app.kubernetes.io/name"] = "postgresql-client";
    labels["app.kubernetes.io/component"] = "operation";
    labels[std::string(operation_label)] = job.operation_uid;
    return labels;
}

Json job_metadata(const Input& input, const ClientJob& job) {
    Json metadata = manifests::metadata(input.identity, job.name);
    metadata["labels"].update(labels(input, job));
    metadata["annotations"][std::string(operation_name_annotation)] = job.operation;
    return metadata;
}

Json variable(std::string_view name, std::string_view value) {
    return {{"name", name}, {"value", value}};
}

Json environment(const Input& input, const ClientJob& job) {
    const std::string& cluster = input.identity.name;
    const ClientProgram& program = job.program;
    Json environment = {
        variable("PGHOST", program.on_replicas ? replica_service_name(cluster)
                                               : primary_service_name(cluster)),
        variable("PGPORT", "5432"),
        variable("PGUSER", "postgres"),
        {{"name", "PGPASSWORD"},
         {"valueFrom",
          {{"secretKeyRef",
            {{"name", secret_name(cluster, input.identity.citus)},
             {"key", "superuser-password"}}}}}},
        variable("PGDATABASE", program.database),
        variable("PGCONNECT_TIMEOUT", "10"),
        variable("PGAPPNAME", "bgdbops/" + job.operation),
        // A former primary that a Service still leads to is not what is meant.
        variable("PGTARGETSESSIONATTRS", program.on_replicas ? "any" : "read-write"),
        variable("HOME", "/tmp"),
    };
    if (!program.input.empty()) {
        environment.push_back(variable("BESTGRES_INPUT", program.input));
    }
    if (program.is_silent) {
        environment.push_back(variable("BESTGRES_SILENT", "true"));
    }
    return environment;
}

// Optional, so that a name that does not exist is the program's failure and not a pod that never
// starts.
Json script_volume(const Script& script) {
    Json source = {{script.is_secret ? "secretName" : "name", script.name},
                   {"items", Json::array({{{"key", script.key}, {"path", "script"}}})},
                   {"optional", true}};
    return {{"name", "script"}, {script.is_secret ? "secret" : "configMap", std::move(source)}};
}

Json client(const Input& input, const ClientJob& job) {
    Json mounts = {mount("bestgres", "/bestgres", true), mount("tmp", "/tmp", false)};
    if (job.program.script) {
        mounts.push_back(mount("script", script_directory, true));
    }
    return {{"name", client_container},
            {"image", input.spec.image.tag},
            {"imagePullPolicy", api::word(input.spec.image.pull_policy)},
            {"command", {"/bestgres/bestgres-agent", "report"}},
            {"args", job.program.command},
            {"env", environment(input, job)},
            {"resources", {{"requests", {{"cpu", "50m"}, {"memory", "64Mi"}}}}},
            {"securityContext", container_security(true)},
            {"volumeMounts", std::move(mounts)}};
}

Json pod(const Input& input, const ClientJob& job) {
    Json pod = {
        // It asks nothing of the API server.
        {"serviceAccountName", service_account_name(input.identity.name)},
        {"automountServiceAccountToken", false},
        {"enableServiceLinks", false},
        {"restartPolicy", "Never"},
        // Time to cancel its statement on the server.
        {"terminationGracePeriodSeconds", 30},
        {"securityContext", pod_security(api::flavour(input.spec))},
        {"initContainers", Json::array({install_agent(input)})},
        {"containers", Json::array({client(input, job)})},
        {"volumes", Json::array({empty_dir("bestgres"), empty_dir("tmp")})},
    };
    if (job.program.script) {
        pod["volumes"].push_back(script_volume(*job.program.script));
    }
    const api::SchedulingSpec& scheduling = input.spec.scheduling;
    if (!scheduling.tolerations.empty()) {
        pod["tolerations"] = scheduling.tolerations;
    }
    if (!scheduling.node_selector.empty()) {
        pod["nodeSelector"] = scheduling.node_selector;
    }
    for (const std::string& name : input.spec.image.pull_secrets) {
        pod["imagePullSecrets"].push_back({{"name", name}});
    }
    return pod;
}

}  // namespace

std::string client_job_name(std::string_view cluster, std::string_view operation_uid,
                            std::int64_t step, std::int64_t attempt) {
    Hasher hasher;
    hasher.add(operation_uid);
    hasher.add(static_cast<std::uint64_t>(step));
    hasher.add(static_cast<std::uint64_t>(attempt));
    return std::string(cluster) + "-op-" + to_hex(hasher.value());
}

kube::Object client_job(const Input& input, const ClientJob& job) {
    const Json pod_metadata = {{"labels", labels(input, job)},
                               {"annotations", {{operation_name_annotation, job.operation}}}};
    return kube::Object({
        {"apiVersion", "batch/v1"},
        {"kind", "Job"},
        {"metadata", job_metadata(input, job)},
        {"spec",
         // One pod, once: whether it is tried again is for the journal to say.
         {{"backoffLimit", 0},
          {"completions", 1},
          {"parallelism", 1},
          {"activeDeadlineSeconds", job.deadline_seconds},
          {"template", {{"metadata", pod_metadata}, {"spec", pod(input, job)}}}}},
    });
}

}  // namespace bestgres::manifests
