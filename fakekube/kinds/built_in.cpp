#include "fakekube/kinds/built_in.hpp"

#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "fakekube/kinds/rules.hpp"
#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

constexpr int first_with_families = 23;   // Services carry ipFamilies and more
constexpr int first_with_retention = 27;  // StatefulSets say what becomes of their claims

struct Row {
    std::string_view plural;
    std::string_view kind;
    KindRules (*rules)();
    std::string_view short_names = "";   // separated by spaces
    std::string_view subresources = "";  // likewise
    bool namespaced = true;
    bool in_all = false;         // of `kubectl get all`
    std::string_view type = "";  // where the schema has another name than the kind
};

struct Group {
    std::string_view group;
    std::vector<Row> rows;
};

std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t space = text.find(' ');
        words.emplace_back(text.substr(0, space));
        text = space == std::string_view::npos ? "" : text.substr(space + 1);
    }
    return words;
}

std::string singular_of(std::string_view kind) {
    std::string singular;
    for (const char letter : kind) {
        singular.push_back(letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a')
                                                          : letter);
    }
    return singular;
}

Group core_group(const KindOptions& options) {
    const auto services = options.kubernetes_minor < first_with_families
                              ? service_rules_before_families
                              : service_rules;
    const auto endpoints =
        options.allow_loopback_endpoints ? loopback_endpoints_rules : endpoints_rules;
    return {
        "",
        {{"configmaps", "ConfigMap", config_map_rules, "cm"},
         {"endpoints", "Endpoints", endpoints, "ep"},
         {"events", "Event", event_rules, "ev"},
         {"limitranges", "LimitRange", limit_range_rules, "limits"},
         {"namespaces", "Namespace", namespace_rules, "ns", "finalize status", false},
         {"nodes", "Node", node_rules, "no", "proxy status", false},
         {"persistentvolumeclaims", "PersistentVolumeClaim", persistent_volume_claim_rules, "pvc",
          "status"},
         {"persistentvolumes", "PersistentVolume", persistent_volume_rules, "pv", "status", false},
         {"pods", "Pod", pod_rules, "po",
          "attach binding eviction exec log portforward proxy resize status", true, true},
         {"podtemplates", "PodTemplate", pod_template_rules},
         {"replicationcontrollers", "ReplicationController", replication_controller_rules, "rc",
          "scale status", true, true},
         {"resourcequotas", "ResourceQuota", resource_quota_rules, "quota", "status"},
         {"secrets", "Secret", secret_rules},
         {"serviceaccounts", "ServiceAccount", service_account_rules, "sa", "token"},
         {"services", "Service", services, "svc", "proxy status", true, true}}};
}

Group apps_group(const KindOptions& options) {
    const auto stateful_sets = options.kubernetes_minor < first_with_retention
                                   ? early_stateful_set_rules
                                   : stateful_set_rules;
    return {"apps",
            {{"controllerrevisions", "ControllerRevision", controller_revision_rules},
             {"daemonsets", "DaemonSet", daemon_set_rules, "ds", "status", true, true},
             {"deployments", "Deployment", deployment_rules, "deploy", "scale status", true, true},
             {"replicasets", "ReplicaSet", replica_set_rules, "rs", "scale status", true, true},
             {"statefulsets", "StatefulSet", stateful_sets, "sts", "scale status", true, true}}};
}

std::vector<Group> other_groups(const KindOptions& options) {
    const auto slices =
        options.allow_loopback_endpoints ? loopback_endpoint_slice_rules : endpoint_slice_rules;
    return {
        {"autoscaling",
         {{"horizontalpodautoscalers", "HorizontalPodAutoscaler", horizontal_pod_autoscaler_rules,
           "hpa", "status", true, true}}},
        {"batch",
         {{"cronjobs", "CronJob", cron_job_rules, "cj", "status", true, true},
          {"jobs", "Job", job_rules, "", "status", true, true}}},
        {"coordination.k8s.io", {{"leases", "Lease", lease_rules}}},
        {"discovery.k8s.io", {{"endpointslices", "EndpointSlice", slices}}},
        {"events.k8s.io",
         {{"events", "Event", events_v1_rules, "ev", "", true, false, "EventsEvent"}}},
        {"networking.k8s.io",
         {{"ingressclasses", "IngressClass", ingress_class_rules, "", "", false},
          {"ingresses", "Ingress", ingress_rules, "ing", "status"},
          {"networkpolicies", "NetworkPolicy", network_policy_rules, "netpol"}}},
        {"node.k8s.io", {{"runtimeclasses", "RuntimeClass", runtime_class_rules, "", "", false}}},
        {"policy",
         {{"poddisruptionbudgets", "PodDisruptionBudget", pod_disruption_budget_rules, "pdb",
           "status"}}},
        {"rbac.authorization.k8s.io",
         {{"clusterrolebindings", "ClusterRoleBinding", cluster_role_binding_rules, "", "", false},
          {"clusterroles", "ClusterRole", cluster_role_rules, "", "", false},
          {"rolebindings", "RoleBinding", role_binding_rules},
          {"roles", "Role", role_rules}}},
        {"scheduling.k8s.io",
         {{"priorityclasses", "PriorityClass", priority_class_rules, "pc", "", false}}},
        {"storage.k8s.io",
         {{"csidrivers", "CSIDriver", csi_driver_rules, "", "", false},
          {"csinodes", "CSINode", csi_node_rules, "", "", false},
          {"storageclasses", "StorageClass", storage_class_rules, "sc", "", false},
          {"volumeattachments", "VolumeAttachment", volume_attachment_rules, "", "status",
           false}}}};
}

// Namespaces and services know no deletecollection.
std::vector<std::string> verbs_of(std::string_view kind) {
    if (kind == "Namespace" || kind == "Service") {
        return {"create", "delete", "get", "list", "patch", "update", "watch"};
    }
    return {};
}

Resource make_resource(const Types& types, std::string_view group, const Row& row) {
    const SchemaPtr& schema = types.find(row.type.empty() ? row.kind : row.type)->second;
    Resource resource{.group = std::string(group),
                      .version = "v1",
                      .kind = std::string(row.kind),
                      .list_kind = std::string(row.kind) + "List",
                      .plural = std::string(row.plural),
                      .singular = singular_of(row.kind),
                      .short_names = split_words(row.short_names),
                      .categories = {},
                      .verbs = verbs_of(row.kind),
                      .namespaced = row.namespaced,
                      .subresources = split_words(row.subresources),
                      .storage_group = {},
                      .strategy = std::make_shared<const BuiltInStrategy>(schema, row.rules())};
    if (row.in_all) {
        resource.categories = {"all"};
    }
    if (row.kind == "Event") {
        resource.storage_group = "";
    }
    return resource;
}

}  // namespace

int kubernetes_minor_of(std::string_view version) {
    const std::size_t dot = version.find('.');
    int minor = 0;
    if (dot == std::string_view::npos ||
        std::from_chars(version.data() + dot + 1, version.data() + version.size(), minor).ec !=
            std::errc()) {
        return KindOptions().kubernetes_minor;
    }
    return minor;
}

std::vector<Resource> built_in_resources(const KindOptions& options) {
    Types types = built_in_types();
    if (options.kubernetes_minor < first_with_retention) {
        add_types(types, early_apps_types());
    }
    std::vector<Group> groups = {core_group(options), apps_group(options)};
    for (Group& group : other_groups(options)) {
        groups.push_back(std::move(group));
    }
    std::vector<Resource> resources;
    for (const Group& group : groups) {
        for (const Row& row : group.rows) {
            resources.push_back(make_resource(types, group.group, row));
        }
    }
    return resources;
}

}  // namespace bestgres::fakekube
