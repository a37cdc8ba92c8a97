// The kinds of object that this code names. A kind is its group, version and plural; nothing here
// knows whether a server serves it.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace bestgres::kube {

// The texts live as long as the program: every Kind is a constant of some header.
struct Kind {
    std::string_view group;    // "" for the core group
    std::string_view version;  // "v1"
    std::string_view name;     // "StatefulSet"
    std::string_view plural;   // "statefulsets"
    bool namespaced = true;

    auto operator<=>(const Kind&) const = default;

    // "v1" or "apps/v1".
    std::string api_version() const;
    // "/api/v1" or "/apis/apps/v1".
    std::string api_path() const;
};

namespace kinds {

inline constexpr Kind namespace_{"", "v1", "Namespace", "namespaces", false};
inline constexpr Kind node{"", "v1", "Node", "nodes", false};
inline constexpr Kind pod{"", "v1", "Pod", "pods"};
inline constexpr Kind service{"", "v1", "Service", "services"};
inline constexpr Kind endpoints{"", "v1", "Endpoints", "endpoints"};
inline constexpr Kind config_map{"", "v1", "ConfigMap", "configmaps"};
inline constexpr Kind secret{"", "v1", "Secret", "secrets"};
inline constexpr Kind service_account{"", "v1", "ServiceAccount", "serviceaccounts"};
inline constexpr Kind event{"", "v1", "Event", "events"};
inline constexpr Kind persistent_volume{"", "v1", "PersistentVolume", "persistentvolumes", false};
inline constexpr Kind persistent_volume_claim{"", "v1", "PersistentVolumeClaim",
                                              "persistentvolumeclaims"};
inline constexpr Kind stateful_set{"apps", "v1", "StatefulSet", "statefulsets"};
inline constexpr Kind deployment{"apps", "v1", "Deployment", "deployments"};
inline constexpr Kind replica_set{"apps", "v1", "ReplicaSet", "replicasets"};
inline constexpr Kind controller_revision{"apps", "v1", "ControllerRevision",
                                          "controllerrevisions"};
inline constexpr Kind job{"batch", "v1", "Job", "jobs"};
inline constexpr Kind cron_job{"batch", "v1", "CronJob", "cronjobs"};
inline constexpr Kind lease{"coordination.k8s.io", "v1", "Lease", "leases"};
inline constexpr Kind endpoint_slice{"discovery.k8s.io", "v1", "EndpointSlice", "endpointslices"};
inline constexpr Kind pod_disruption_budget{"policy", "v1", "PodDisruptionBudget",
                                            "poddisruptionbudgets"};
inline constexpr Kind role{"rbac.authorization.k8s.io", "v1", "Role", "roles"};
inline constexpr Kind role_binding{"rbac.authorization.k8s.io", "v1", "RoleBinding",
                                   "rolebindings"};
inline constexpr Kind cluster_role{"rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles",
                                   false};
inline constexpr Kind cluster_role_binding{"rbac.authorization.k8s.io", "v1", "ClusterRoleBinding",
                                           "clusterrolebindings", false};
inline constexpr Kind storage_class{"storage.k8s.io", "v1", "StorageClass", "storageclasses",
                                    false};
inline constexpr Kind custom_resource_definition{
    "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", false};

}  // namespace kinds
// The constant above for an object's apiVersion and kind.
std::optional<Kind> find_kind(std::string_view api_version, std::string_view name);

}  // namespace bestgres::kube
