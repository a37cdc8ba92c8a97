#include "fakekube/rest/protobuf_types.hpp"

namespace bestgres::fakekube {
namespace {

using Messages = std::map<std::string_view, ProtobufMessage>;

Messages meta_messages() {
    return {
        {"ObjectMeta",
         {{1, "name", "string"},
          {2, "generateName", "string"},
          {3, "namespace", "string"},
          {5, "uid", "string"},
          {6, "resourceVersion", "string"},
          {7, "generation", "int"},
          {8, "creationTimestamp", "Time"},
          {10, "deletionGracePeriodSeconds", "*int"},
          {11, "labels", "map[string]"},
          {12, "annotations", "map[string]"},
          {13, "ownerReferences", "[]OwnerReference"},
          {14, "finalizers", "[]string"}}},
        {"OwnerReference",
         {{1, "kind", "string"},
          {3, "name", "string"},
          {4, "uid", "string"},
          {5, "apiVersion", "string"},
          {6, "controller", "*bool"},
          {7, "blockOwnerDeletion", "*bool"}}},
        {"LabelSelector",
         {{1, "matchLabels", "map[string]"}, {2, "matchExpressions", "[]SelectorRequirement"}}},
        {"SelectorRequirement",
         {{1, "key", "string"}, {2, "operator", "string"}, {3, "values", "[]string"}}},
        {"DeleteOptions",
         {{1, "gracePeriodSeconds", "*int"},
          {2, "preconditions", "*Preconditions"},
          {3, "orphanDependents", "*bool"},
          {4, "propagationPolicy", "*string"},
          {5, "dryRun", "[]string"}}},
        {"Preconditions", {{1, "uid", "*string"}, {2, "resourceVersion", "*string"}}},
    };
}

Messages core_messages() {
    return {
        {"ConfigMap",
         {{1, "metadata", "ObjectMeta"},
          {2, "data", "map[string]"},
          {3, "binaryData", "map[bytes]"},
          {4, "immutable", "*bool"}}},
        {"Secret",
         {{1, "metadata", "ObjectMeta"},
          {2, "data", "map[bytes]"},
          {3, "type", "string"},
          {4, "stringData", "map[string]"},
          {5, "immutable", "*bool"}}},
        {"Namespace", {{1, "metadata", "ObjectMeta"}, {2, "spec", "NamespaceSpec"}}},
        {"NamespaceSpec", {{1, "finalizers", "[]string"}}},
        {"ServiceAccount",
         {{1, "metadata", "ObjectMeta"},
          {2, "secrets", "[]ObjectReference"},
          {3, "imagePullSecrets", "[]LocalObjectReference"},
          {4, "automountServiceAccountToken", "*bool"}}},
        {"ObjectReference",
         {{1, "kind", "string"},
          {2, "namespace", "string"},
          {3, "name", "string"},
          {4, "uid", "string"},
          {5, "apiVersion", "string"},
          {6, "resourceVersion", "string"},
          {7, "fieldPath", "string"}}},
        {"LocalObjectReference", {{1, "name", "string"}}},
        {"Binding", {{1, "metadata", "ObjectMeta"}, {2, "target", "ObjectReference"}}},
        {"Service", {{1, "metadata", "ObjectMeta"}, {2, "spec", "ServiceSpec"}}},
        {"ServiceSpec",
         {{1, "ports", "[]ServicePort"},
          {2, "selector", "map[string]"},
          {3, "clusterIP", "string"},
          {4, "type", "string"},
          {7, "sessionAffinity", "string"},
          {10, "externalName", "string"}}},
        {"ServicePort",
         {{1, "name", "string"},
          {2, "protocol", "string"},
          {3, "port", "int"},
          {4, "targetPort", "IntOrString"},
          {5, "nodePort", "int"}}},
        {"ResourceQuota", {{1, "metadata", "ObjectMeta"}, {2, "spec", "ResourceQuotaSpec"}}},
        {"ResourceQuotaSpec", {{1, "hard", "map[Quantity]"}, {2, "scopes", "[]string"}}},
    };
}

// Templates of pods, as far as kubectl makes them from its flags.
Messages workload_messages() {
    return {
        {"Deployment", {{1, "metadata", "ObjectMeta"}, {2, "spec", "DeploymentSpec"}}},
        {"DeploymentSpec",
         {{1, "replicas", "*int"},
          {2, "selector", "*LabelSelector"},
          {3, "template", "PodTemplateSpec"},
          {4, "strategy", "DeploymentStrategy"},
          {5, "minReadySeconds", "int"},
          {6, "revisionHistoryLimit", "*int"},
          {7, "paused", "bool"},
          {9, "progressDeadlineSeconds", "*int"}}},
        {"DeploymentStrategy", {{1, "type", "string"}}},
        {"Job", {{1, "metadata", "ObjectMeta"}, {2, "spec", "JobSpec"}}},
        {"JobSpec",
         {{1, "parallelism", "*int"},
          {2, "completions", "*int"},
          {3, "activeDeadlineSeconds", "*int"},
          {6, "template", "PodTemplateSpec"},
          {7, "backoffLimit", "*int"}}},
        {"PodTemplateSpec", {{1, "metadata", "ObjectMeta"}, {2, "spec", "PodSpec"}}},
        {"PodSpec",
         {{2, "containers", "[]Container"},
          {3, "restartPolicy", "string"},
          {4, "terminationGracePeriodSeconds", "*int"},
          {8, "serviceAccountName", "string"}}},
        {"Container",
         {{1, "name", "string"},
          {2, "image", "string"},
          {3, "command", "[]string"},
          {4, "args", "[]string"},
          {5, "workingDir", "string"},
          {6, "ports", "[]ContainerPort"},
          {14, "imagePullPolicy", "string"}}},
        {"ContainerPort",
         {{1, "name", "string"},
          {2, "hostPort", "int"},
          {3, "containerPort", "int"},
          {4, "protocol", "string"}}},
        {"PodDisruptionBudget",
         {{1, "metadata", "ObjectMeta"}, {2, "spec", "PodDisruptionBudgetSpec"}}},
        {"PodDisruptionBudgetSpec",
         {{1, "minAvailable", "*IntOrString"},
          {2, "selector", "*LabelSelector"},
          {3, "maxUnavailable", "*IntOrString"}}},
        {"Eviction", {{1, "metadata", "ObjectMeta"}, {2, "deleteOptions", "*DeleteOptions"}}},
    };
}

Messages rights_messages() {
    return {
        {"Role", {{1, "metadata", "ObjectMeta"}, {2, "rules", "[]PolicyRule"}}},
        {"ClusterRole",
         {{1, "metadata", "ObjectMeta"},
          {2, "rules", "[]PolicyRule"},
          {3, "aggregationRule", "*AggregationRule"}}},
        {"AggregationRule", {{1, "clusterRoleSelectors", "[]LabelSelector"}}},
        {"PolicyRule",
         {{1, "verbs", "[]string"},
          {2, "apiGroups", "[]string"},
          {3, "resources", "[]string"},
          {4, "resourceNames", "[]string"},
          {5, "nonResourceURLs", "[]string"}}},
        {"RoleBinding",
         {{1, "metadata", "ObjectMeta"}, {2, "subjects", "[]Subject"}, {3, "roleRef", "RoleRef"}}},
        {"ClusterRoleBinding",
         {{1, "metadata", "ObjectMeta"}, {2, "subjects", "[]Subject"}, {3, "roleRef", "RoleRef"}}},
        {"Subject",
         {{1, "kind", "string"},
          {2, "apiGroup", "string"},
          {3, "name", "string"},
          {4, "namespace", "string"}}},
        {"RoleRef", {{1, "apiGroup", "string"}, {2, "kind", "string"}, {3, "name", "string"}}},
        {"SelfSubjectAccessReview", {{1, "metadata", "ObjectMeta"}, {2, "spec", "AccessSpec"}}},
        {"AccessSpec",
         {{1, "resourceAttributes", "*ResourceAttributes"},
          {2, "nonResourceAttributes", "*NonResourceAttributes"}}},
        {"ResourceAttributes",
         {{1, "namespace", "string"},
          {2, "verb", "string"},
          {3, "group", "string"},
          {4, "version", "string"},
          {5, "resource", "string"},
          {6, "subresource", "string"},
          {7, "name", "string"}}},
        {"NonResourceAttributes", {{1, "path", "string"}, {2, "verb", "string"}}},
        {"SelfSubjectRulesReview", {{1, "metadata", "ObjectMeta"}, {2, "spec", "RulesSpec"}}},
        {"RulesSpec", {{1, "namespace", "string"}}},
        {"SelfSubjectReview", {{1, "metadata", "ObjectMeta"}, {2, "status", "none"}}},
        {"TokenRequest", {{1, "metadata", "ObjectMeta"}, {2, "spec", "TokenRequestSpec"}}},
        {"TokenRequestSpec",
         {{1, "audiences", "[]string"},
          {3, "boundObjectRef", "*BoundObjectReference"},
          {4, "expirationSeconds", "*int"}}},
        {"BoundObjectReference",
         {{1, "kind", "string"},
          {2, "apiVersion", "string"},
          {3, "name", "string"},
          {4, "uid", "string"}}},
    };
}

Messages all_messages() {
    Messages all = meta_messages();
    all.merge(core_messages());
    all.merge(workload_messages());
    all.merge(rights_messages());
    return all;
}

}  // namespace

const ProtobufMessage* find_protobuf_message(std::string_view name) {
    static const Messages messages = all_messages();
    const auto found = messages.find(name);
    return found == messages.end() ? nullptr : &found->second;
}

}  // namespace bestgres::fakekube
