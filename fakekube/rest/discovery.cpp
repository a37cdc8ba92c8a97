#include "fakekube/rest/discovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "fakekube/rest/virtual_resources.hpp"

namespace bestgres::fakekube {
namespace {

const std::vector<std::string>& all_verbs() {
    static const std::vector<std::string> verbs = {"create", "delete", "deletecollection", "get",
                                                   "list",   "patch",  "update",           "watch"};
    return verbs;
}

// Versions by Kubernetes' order: GA before beta before alpha, higher numbers first.
int version_rank(std::string_view version) {
    int major = 0;
    int minor = 0;
    int stability = 3;
    std::size_t at = 1;
    while (at < version.size() && version[at] >= '0' && version[at] <= '9') {
        major = major * 10 + (version[at++] - '0');
    }
    if (version.substr(at).starts_with("alpha")) {
        stability = 1;
    } else if (version.substr(at).starts_with("beta")) {
        stability = 2;
    }
    const std::size_t digits = version.find_last_not_of("0123456789") + 1;
    if (at < version.size() && digits < version.size()) {
        minor = std::stoi(std::string(version.substr(digits)));
    }
    return stability * 10000 + major * 100 + minor;
}

struct GroupVersion {
    std::string group;
    std::string version;

    auto operator<=>(const GroupVersion&) const = default;
    std::string text() const { return group.empty() ? version : group + "/" + version; }
};

void add_once(std::vector<GroupVersion>& all, GroupVersion one) {
    if (std::find(all.begin(), all.end(), one) == all.end()) {
        all.push_back(std::move(one));
    }
}

std::vector<GroupVersion> group_versions(const ServerState& state) {
    std::vector<GroupVersion> all;
    for (const ResourcePtr& resource : state.resources->in_order) {
        add_once(all, {resource->group, resource->version});
    }
    for (const VirtualResource& resource : virtual_resources()) {
        add_once(all, {std::string(resource.group), std::string(resource.version)});
    }
    return all;
}

// In order of first appearance.
std::vector<std::string> groups(const ServerState& state) {
    std::vector<std::string> names;
    for (const GroupVersion& each : group_versions(state)) {
        if (std::find(names.begin(), names.end(), each.group) == names.end()) {
            names.push_back(each.group);
        }
    }
    return names;
}

std::vector<std::string> versions_of(const ServerState& state, std::string_view group) {
    std::vector<std::string> versions;
    for (const GroupVersion& each : group_versions(state)) {
        if (each.group == group) {
            versions.push_back(each.version);
        }
    }
    std::stable_sort(versions.begin(), versions.end(),
                     [](const std::string& left, const std::string& right) {
                         return version_rank(left) > version_rank(right);
                     });
    return versions;
}

struct Subresource {
    std::string kind;
    std::string group = {};
    std::string version = {};
    std::vector<std::string> verbs;
};

Subresource describe_subresource(const Resource& resource, std::string_view name) {
    if (name == "scale") {
        return {"Scale", "autoscaling", "v1", {"get", "patch", "update"}};
    }
    if (name == "eviction") {
        return {"Eviction", "policy", "v1", {"create"}};
    }
    if (name == "binding") {
        return {"Binding", "", "", {"create"}};
    }
    if (name == "token") {
        return {"TokenRequest", "authentication.k8s.io", "v1", {"create"}};
    }
    if (name == "log") {
        return {resource.kind, "", "", {"get"}};
    }
    if (name == "finalize") {
        return {resource.kind, "", "", {"update"}};
    }
    if (name == "exec" || name == "attach" || name == "portforward") {
        const std::string kind = name == "exec"     ? "PodExecOptions"
                                 : name == "attach" ? "PodAttachOptions"
                                                    : "PodPortForwardOptions";
        return {kind, "", "", {"create", "get"}};
    }
    if (name == "proxy") {
        return {
            resource.kind + "ProxyOptions", "", "", {"create", "delete", "get", "patch", "update"}};
    }
    return {resource.kind, "", "", {"get", "patch", "update"}};
}

Json resource_json(const Resource& resource) {
    Json json = {{"name", resource.plural},
                 {"singularName", resource.singular},
                 {"namespaced", resource.namespaced},
                 {"kind", resource.kind},
                 {"verbs", resource.verbs.empty() ? all_verbs() : resource.verbs}};
    if (!resource.short_names.empty()) {
        json["shortNames"] = resource.short_names;
    }
    if (!resource.categories.empty()) {
        json["categories"] = resource.categories;
    }
    return json;
}

Json subresource_json(const Resource& resource, const std::string& name) {
    const Subresource described = describe_subresource(resource, name);
    Json json = {{"name", resource.plural + "/" + name},
                 {"singularName", ""},
                 {"namespaced", resource.namespaced},
                 {"kind", described.kind},
                 {"verbs", described.verbs}};
    if (!described.version.empty()) {
        json["group"] = described.group;
        json["version"] = described.version;
    }
    return json;
}

Json group_json(const ServerState& state, const std::string& group) {
    Json versions = Json::array();
    for (const std::string& version : versions_of(state, group)) {
        versions.push_back({{"groupVersion", group + "/" + version}, {"version", version}});
    }
    Json preferred = versions.front();
    return {{"name", group},
            {"versions", std::move(versions)},
            {"preferredVersion", std::move(preferred)}};
}

Json discovered_resource(const Resource& resource) {
    const auto kind = [&](const std::string& group, const std::string& version,
                          const std::string& name) {
        return Json{{"group", group}, {"version", version}, {"kind", name}};
    };
    Json json = {{"resource", resource.plural},
                 {"responseKind", kind(resource.group, resource.version, resource.kind)},
                 {"scope", resource.namespaced ? "Namespaced" : "Cluster"},
                 {"singularResource", resource.singular},
                 {"verbs", resource.verbs.empty() ? all_verbs() : resource.verbs}};
    if (!resource.short_names.empty()) {
        json["shortNames"] = resource.short_names;
    }
    if (!resource.categories.empty()) {
        json["categories"] = resource.categories;
    }
    for (const std::string& name : resource.subresources) {
        const Subresource described = describe_subresource(resource, name);
        const bool own = described.version.empty();
        json["subresources"].push_back(
            {{"subresource", name},
             {"responseKind", kind(own ? resource.group : described.group,
                                   own ? resource.version : described.version, described.kind)},
             {"verbs", described.verbs}});
    }
    return json;
}

Json discovered_virtual(const VirtualResource& resource) {
    return {{"resource", resource.plural},
            {"responseKind",
             {{"group", resource.group}, {"version", resource.version}, {"kind", resource.kind}}},
            {"scope", resource.namespaced ? "Namespaced" : "Cluster"},
            {"singularResource", ""},
            {"verbs", {"create"}}};
}

Json discovered_group(const ServerState& state, const std::string& group) {
    Json versions = Json::array();
    for (const std::string& version : versions_of(state, group)) {
        Json resources = Json::array();
        for (const VirtualResource& resource : virtual_resources()) {
            if (resource.group == group && resource.version == version) {
                resources.push_back(discovered_virtual(resource));
            }
        }
        for (const ResourcePtr& resource : state.resources->in_order) {
            if (resource->group == group && resource->version == version) {
                resources.push_back(discovered_resource(*resource));
            }
        }
        versions.push_back(
            {{"version", version}, {"resources", std::move(resources)}, {"freshness", "Current"}});
    }
    return {{"metadata", {{"name", group}, {"creationTimestamp", nullptr}}},
            {"versions", std::move(versions)}};
}

}  // namespace

Json api_versions(const ServerState& state) {
    return {{"kind", "APIVersions"},
            {"versions", {"v1"}},
            {"serverAddressByClientCIDRs",
             Json::array({{{"clientCIDR", "0.0.0.0/0"},
                           {"serverAddress", state.options.advertise_address}}})}};
}

Json api_group_list(const ServerState& state) {
    Json all = Json::array();
    for (const std::string& group : groups(state)) {
        if (!group.empty()) {
            all.push_back(group_json(state, group));
        }
    }
    return {{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(all)}};
}

std::optional<Json> api_group(const ServerState& state, std::string_view group) {
    const std::vector<std::string> known = groups(state);
    if (group.empty() || std::find(known.begin(), known.end(), group) == known.end()) {
        return std::nullopt;
    }
    Json json = group_json(state, std::string(group));
    json["kind"] = "APIGroup";
    json["apiVersion"] = "v1";
    return json;
}

std::optional<Json> api_resource_list(const ServerState& state, std::string_view group,
                                      std::string_view version) {
    std::vector<Json> resources;
    bool has_custom = false;
    for (const VirtualResource& resource : virtual_resources()) {
        if (resource.group == group && resource.version == version) {
            resources.push_back({{"name", resource.plural},
                                 {"singularName", ""},
                                 {"namespaced", resource.namespaced},
                                 {"kind", resource.kind},
                                 {"verbs", {"create"}}});
        }
    }
    for (const ResourcePtr& resource : state.resources->in_order) {
        if (resource->group != group || resource->version != version) {
            continue;
        }
        has_custom = has_custom || resource->strategy->is_custom();
        resources.push_back(resource_json(*resource));
        for (const std::string& name : resource->subresources) {
            resources.push_back(subresource_json(*resource, name));
        }
    }
    if (resources.empty()) {
        return std::nullopt;
    }
    // Custom resources come in the order of their definitions, with /status before /scale.
    if (!has_custom) {
        std::sort(resources.begin(), resources.end(),
                  [](const Json& left, const Json& right) { return left["name"] < right["name"]; });
    }
    const GroupVersion group_version{std::string(group), std::string(version)};
    Json list = {{"kind", "APIResourceList"},
                 {"groupVersion", group_version.text()},
                 {"resources", std::move(resources)}};
    if (!group.empty()) {
        list["apiVersion"] = "v1";
    }
    return list;
}

Json api_group_discovery(const ServerState& state, std::string_view discovery_version, bool core) {
    Json items = Json::array();
    for (const std::string& group : groups(state)) {
        if (group.empty() == core) {
            items.push_back(discovered_group(state, group));
        }
    }
    return {{"kind", "APIGroupDiscoveryList"},
            {"apiVersion", "apidiscovery.k8s.io/" + std::string(discovery_version)},
            {"metadata", Json::object()},
            {"items", std::move(items)}};
}

Json version_info(std::string_view kubernetes_version) {
    std::string_view numbers = kubernetes_version;
    numbers.remove_prefix(numbers.starts_with('v') ? 1 : 0);
    const std::size_t dot = numbers.find('.');
    const std::string_view rest = numbers.substr(dot == std::string_view::npos ? 0 : dot + 1);
    return {{"major", numbers.substr(0, dot)},
            {"minor", rest.substr(0, rest.find('.'))},
            {"gitVersion", kubernetes_version},
            {"gitCommit", ""},
            {"gitTreeState", "clean"},
            {"buildDate", "1970-01-01T00:00:00Z"},
            {"goVersion", "none"},
            {"compiler", "g++"},
            {"platform", "linux/amd64"}};
}

}  // namespace bestgres::fakekube
