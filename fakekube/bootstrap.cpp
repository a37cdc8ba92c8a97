#include "fakekube/bootstrap.hpp"

#include <string>
#include <utility>

#include "fakekube/registry.hpp"

namespace bestgres::fakekube {
namespace {

constexpr const char* rbac_version = "rbac.authorization.k8s.io/v1";

void add(ServerState& state, Json object) {
    const ResourcePtr resource =
        find_kind(state, string_at(object, {"apiVersion"}), string_at(object, {"kind"}));
    if (resource == nullptr) {
        return;  // a server with a small set of resources
    }
    const RequestContext context{.now = state.options.started,
                                 .user = {.name = "system:apiserver"},
                                 .options = {.field_manager = "kube-apiserver"}};
    const Outcome<Written> written = create_object(state, context, *resource, std::move(object));
    BG_CHECK(written.ok(), written.ok() ? "" : written.error().message);
}

Json cluster_role(std::string_view name, Json rules) {
    return {{"apiVersion", rbac_version},
            {"kind", "ClusterRole"},
            {"metadata",
             {{"name", name}, {"labels", {{"kubernetes.io/bootstrapping", "rbac-defaults"}}}}},
            {"rules", std::move(rules)}};
}

Json cluster_role_binding(std::string_view name, std::string_view role, Json subjects) {
    return {{"apiVersion", rbac_version},
            {"kind", "ClusterRoleBinding"},
            {"metadata",
             {{"name", name}, {"labels", {{"kubernetes.io/bootstrapping", "rbac-defaults"}}}}},
            {"roleRef",
             {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", role}}},
            {"subjects", std::move(subjects)}};
}

Json group(std::string_view name) {
    return {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Group"}, {"name", name}};
}

Json rule(Json groups, Json resources, Json verbs) {
    return {{"apiGroups", std::move(groups)},
            {"resources", std::move(resources)},
            {"verbs", std::move(verbs)}};
}

void add_namespaces(ServerState& state) {
    for (const char* name : {"default", "kube-node-lease", "kube-public", "kube-system"}) {
        add(state, {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}});
    }
}

void add_admin_roles(ServerState& state) {
    const Json all = Json::array({"*"});
    add(state,
        cluster_role("cluster-admin", {{{"apiGroups", all}, {"resources", all}, {"verbs", all}},
                                       {{"nonResourceURLs", all}, {"verbs", all}}}));
    add(state, cluster_role_binding("cluster-admin", "cluster-admin",
                                    Json::array({group("system:masters")})));
}

void add_discovery_roles(ServerState& state) {
    const Json get = Json::array({"get"});
    add(state,
        cluster_role("system:discovery",
                     Json::array({{{"nonResourceURLs",
                                    {"/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez",
                                     "/openapi", "/openapi/*", "/readyz", "/version", "/version/"}},
                                   {"verbs", get}}})));
    add(state, cluster_role_binding("system:discovery", "system:discovery",
                                    Json::array({group("system:authenticated")})));
    add(state,
        cluster_role("system:public-info-viewer",
                     Json::array({{{"nonResourceURLs",
                                    {"/healthz", "/livez", "/readyz", "/version", "/version/"}},
                                   {"verbs", get}}})));
    add(state, cluster_role_binding(
                   "system:public-info-viewer", "system:public-info-viewer",
                   Json::array({group("system:authenticated"), group("system:unauthenticated")})));
    add(state,
        cluster_role(
            "system:basic-user",
            Json::array({rule({"authorization.k8s.io"},
                              {"selfsubjectaccessreviews", "selfsubjectrulesreviews"}, {"create"}),
                         rule({"authentication.k8s.io"}, {"selfsubjectreviews"}, {"create"})})));
    add(state, cluster_role_binding("system:basic-user", "system:basic-user",
                                    Json::array({group("system:authenticated")})));
}

// What kubelets need, bound to the group of nodes: there is no node authorizer here.
void add_node_role(ServerState& state) {
    const Json read = Json::array({"get", "list", "watch"});
    add(state,
        cluster_role(
            "system:node",
            Json::array(
                {rule({""},
                      {"services", "endpoints", "configmaps", "secrets", "persistentvolumeclaims",
                       "persistentvolumes"},
                      read),
                 rule({""}, {"nodes"}, {"create", "get", "list", "watch", "update", "patch"}),
                 rule({""}, {"nodes/status", "pods/status"}, {"get", "update", "patch"}),
                 rule({""}, {"pods"}, {"get", "list", "watch", "create", "delete"}),
                 rule({""}, {"pods/eviction", "serviceaccounts/token"}, {"create"}),
                 rule({"", "events.k8s.io"}, {"events"}, {"create", "update", "patch"}),
                 rule({"coordination.k8s.io"}, {"leases"},
                      {"create", "delete", "get", "patch", "update"}),
                 rule({"discovery.k8s.io"}, {"endpointslices"}, read),
                 rule({"authentication.k8s.io"}, {"tokenreviews"}, {"create"}),
                 rule({"authorization.k8s.io"}, {"subjectaccessreviews"}, {"create"})})));
    add(state,
        cluster_role_binding("system:node", "system:node", Json::array({group("system:nodes")})));
}

// The three roles that people bind in their namespaces.
void add_user_roles(ServerState& state) {
    const Json every = {"create", "delete", "deletecollection", "get",
                        "list",   "patch",  "update",           "watch"};
    const Json read = {"get", "list", "watch"};
    const Json core = {
        "configmaps", "endpoints",   "events",  "persistentvolumeclaims", "pods",
        "pods/log",   "pods/status", "secrets", "serviceaccounts",        "services"};
    Json visible = core;
    visible.erase(std::remove(visible.begin(), visible.end(), "secrets"), visible.end());
    const Json groups = {"apps",  "autoscaling", "batch", "discovery.k8s.io", "networking.k8s.io",
                         "policy"};
    const Json all = Json::array({"*"});
    add(state,
        cluster_role("view", Json::array({rule({""}, visible, read), rule(groups, all, read)})));
    add(state, cluster_role("edit", Json::array({rule({""}, core, every),
                                                 rule({""}, {"pods/eviction"}, {"create"}),
                                                 rule(groups, all, every)})));
    add(state,
        cluster_role(
            "admin",
            Json::array({rule({""}, core, every), rule({""}, {"pods/eviction"}, {"create"}),
                         rule(groups, all, every),
                         rule({"rbac.authorization.k8s.io"}, {"roles", "rolebindings"}, every)})));
}

}  // namespace

void create_default_objects(ServerState& state) {
    add_namespaces(state);
    add_admin_roles(state);
    add_discovery_roles(state);
    add_node_role(state);
    add_user_roles(state);
}

}  // namespace bestgres::fakekube
