// ServiceAccount, Role and RoleBinding of the pods: what Patroni asks of the API server, measured
// over 3.0.2 and 4.1, and nothing else.
#include <algorithm>

#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/objects.hpp"

namespace bestgres::manifests {
namespace {

constexpr std::string_view rbac_group = "rbac.authorization.k8s.io";

Json rule(std::string_view resource, std::initializer_list<std::string_view> verbs,
          const std::vector<std::string>& names) {
    Json rule = {{"apiGroups", Json::array({""})},
                 {"resources", Json::array({resource})},
                 {"verbs", Json(std::vector<std::string_view>(verbs))}};
    if (!names.empty()) {
        rule["resourceNames"] = names;
    }
    return rule;
}

// Members by name, in steps of ten: the Role seldom changes, and a member that is scaled in keeps
// its rights to the end.
std::vector<std::string> member_names(const Input& input) {
    const std::int64_t wanted =
        std::max({input.spec.instances, input.existing_members, std::int64_t{1}});
    const std::int64_t named = (wanted + 9) / 10 * 10;
    std::vector<std::string> names;
    for (std::int64_t ordinal = 0; ordinal < named; ++ordinal) {
        names.push_back(pod_name(input.identity.name, ordinal));
    }
    return names;
}

}  // namespace

kube::Object service_account(const Input& input) {
    return kube::Object({
        {"apiVersion", "v1"},
        {"kind", "ServiceAccount"},
        {"metadata", metadata(input.identity, service_account_name(input.identity.name))},
    });
}

kube::Object role(const Input& input) {
    const std::string& cluster = input.identity.name;
    return kube::Object({
        {"apiVersion", "rbac.authorization.k8s.io/v1"},
        {"kind", "Role"},
        {"metadata", metadata(input.identity, service_account_name(cluster))},
        {"rules", Json::array({
                      // RBAC cannot restrict these verbs to names.
                      rule("configmaps", {"create", "list", "watch"}, {}),
                      rule("configmaps", {"get", "patch"},
                           dcs_names(dcs_prefix(cluster, input.identity.citus))),
                      rule("pods", {"list", "watch"}, {}),
                      rule("pods", {"patch"}, member_names(input)),
                  })},
    });
}

kube::Object role_binding(const Input& input) {
    const std::string name = service_account_name(input.identity.name);
    return kube::Object({
        {"apiVersion", "rbac.authorization.k8s.io/v1"},
        {"kind", "RoleBinding"},
        {"metadata", metadata(input.identity, name)},
        {"roleRef", {{"apiGroup", rbac_group}, {"kind", "Role"}, {"name", name}}},
        {"subjects",
         Json::array(
             {{{"kind", "ServiceAccount"}, {"name", name}, {"namespace", input.identity.ns}}})},
    });
}

}  // namespace bestgres::manifests
