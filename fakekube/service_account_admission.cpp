#include <fmt/format.h>

#include <utility>

#include "fakekube/admission.hpp"
#include "fakekube/registry.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view mount_path = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr int token_seconds = 3607;

bool is_mirror_pod(const Json& pod) {
    return object_at(pod, {"metadata", "annotations"}).contains("kubernetes.io/config.mirror");
}

Json token_volume(std::string_view name) {
    return {
        {"name", name},
        {"projected",
         {{"defaultMode", 420},
          {"sources",
           {{{"serviceAccountToken", {{"expirationSeconds", token_seconds}, {"path", "token"}}}},
            {{"configMap",
              {{"name", "kube-root-ca.crt"},
               {"items", {{{"key", "ca.crt"}, {"path", "ca.crt"}}}}}}},
            {{"downwardAPI",
              {{"items",
                {{{"path", "namespace"},
                  {"fieldRef",
                   {{"apiVersion", "v1"}, {"fieldPath", "metadata.namespace"}}}}}}}}}}}}}};
}

bool mounts_there(const Json& container) {
    for (const Json& mount : array_at(container, {"volumeMounts"})) {
        if (string_at(mount, {"mountPath"}) == mount_path) {
            return true;
        }
    }
    return false;
}

// True if any container got the mount.
bool mount_token(Json& pod, std::string_view volume) {
    bool mounted = false;
    for (const char* list : {"initContainers", "containers"}) {
        if (!object_at(pod, {"spec"}).contains(list)) {
            continue;
        }
        for (Json& container : pod["spec"][list]) {
            if (mounts_there(container)) {
                continue;
            }
            container["volumeMounts"].push_back(
                {{"name", volume}, {"readOnly", true}, {"mountPath", mount_path}});
            mounted = true;
        }
    }
    return mounted;
}

bool wants_token(const Json& pod, const kube::Object& account) {
    const std::optional<bool> of_pod = find_bool(pod, {"spec", "automountServiceAccountToken"});
    const std::optional<bool> of_account =
        find_bool(account.json(), {"automountServiceAccountToken"});
    return of_pod.value_or(of_account.value_or(true));
}

}  // namespace

Outcome<Done> admit_service_account(ServerState& state, const Resource& resource, Json& pod) {
    if (is_mirror_pod(pod) || !pod.contains("spec") || !pod["spec"].is_object()) {
        return Done{};
    }
    Json& spec = pod["spec"];
    std::string name = string_at(spec, {"serviceAccountName"});
    if (name.empty()) {
        name = "default";
    }
    const std::string ns = string_at(pod, {"metadata", "namespace"});
    const kube::Object* account = find_stored(state, "serviceaccounts.", ns, name);
    if (account == nullptr) {
        return forbidden(resource, string_at(pod, {"metadata", "name"}),
                         fmt::format("error looking up service account {}/{}: serviceaccount {} "
                                     "not found",
                                     ns, name, go_quote(name)));
    }
    spec["serviceAccountName"] = name;
    spec["serviceAccount"] = name;
    if (wants_token(pod, *account)) {
        const std::string volume = "kube-api-access-" + new_suffix(state);
        if (mount_token(pod, volume)) {
            spec["volumes"].push_back(token_volume(volume));
        }
    }
    const Json& secrets = array_at(account->json(), {"imagePullSecrets"});
    if (array_at(spec, {"imagePullSecrets"}).empty() && !secrets.empty()) {
        spec["imagePullSecrets"] = secrets;
    }
    return Done{};
}

}  // namespace bestgres::fakekube
