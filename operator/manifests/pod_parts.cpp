#include "operator/manifests/pod_parts.hpp"

namespace bestgres::manifests {
namespace {

// uid and gid of `postgres` in the images: Debian's packages and the official image; Spilo's.
struct User {
    int uid;
    int gid;
};

User user(api::Flavour flavour) {
    switch (flavour) {
        case api::Flavour::patroni:
            return {999, 999};
        case api::Flavour::spilo:
            return {101, 103};
    }
    return {};
}

}  // namespace

Json container_security(bool read_only_root) {
    return {{"allowPrivilegeEscalation", false},
            {"readOnlyRootFilesystem", read_only_root},
            {"capabilities", {{"drop", Json::array({"ALL"})}}}};
}

Json pod_security(api::Flavour flavour) {
    const User postgres = user(flavour);
    return {{"runAsNonRoot", true},
            {"runAsUser", postgres.uid},
            {"runAsGroup", postgres.gid},
            {"fsGroup", postgres.gid},
            // A recursive change would open the data directory to its group, and PostgreSQL would
            // refuse to start on it.
            {"fsGroupChangePolicy", "OnRootMismatch"},
            {"seccompProfile", {{"type", "RuntimeDefault"}}}};
}

Json mount(std::string_view volume, std::string_view path, bool read_only) {
    Json mount = {{"name", volume}, {"mountPath", path}};
    if (read_only) {
        mount["readOnly"] = true;
    }
    return mount;
}

Json empty_dir(std::string_view name) {
    return {{"name", name}, {"emptyDir", Json::object()}};
}

Json install_agent(const Input& input) {
    return {
        {"name", "install-agent"},
        {"image", input.operator_image},
        {"imagePullPolicy", "IfNotPresent"},
        {"command", {"/usr/local/bin/bestgres-agent", "install", "/bestgres/bestgres-agent"}},
        {"securityContext", container_security(true)},
        {"resources",
         {{"requests", {{"cpu", "10m"}, {"memory", "16Mi"}}}, {"limits", {{"memory", "64Mi"}}}}},
        {"volumeMounts", Json::array({mount("bestgres", "/bestgres", false)})}};
}

}  // namespace bestgres::manifests
