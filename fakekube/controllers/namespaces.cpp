#include "fakekube/controllers/namespaces.hpp"

#include <algorithm>

#include "fakekube/controllers/objects.hpp"

namespace bestgres::fakekube::controllers {
namespace {

namespace kinds = kube::kinds;

constexpr Duration look_again_after = std::chrono::seconds(5);
constexpr const char* finalizer = "kubernetes";

bool has_kubernetes_finalizer(const kube::Object& ns) {
    const Json& finalizers = array_at(ns.json(), {"spec", "finalizers"});
    return std::find(finalizers.begin(), finalizers.end(), finalizer) != finalizers.end();
}

bool is_active_namespace(const kube::Object& ns) {
    return !ns.being_deleted() && string_at(ns.json(), {"status", "phase"}) != "Terminating";
}

std::string counted(const std::map<std::string, std::int64_t>& counts, const char* between) {
    std::string text;
    for (const auto& [name, count] : counts) {
        text += (text.empty() ? "" : ", ") + name + between + std::to_string(count) +
                " resource instances";
    }
    return text;
}

Target target_in(const Resource& resource, std::string_view ns, std::string_view name) {
    return {.group = resource.group,
            .version = resource.version,
            .plural = resource.plural,
            .ns = std::string(ns),
            .name = std::string(name)};
}

// One version of each stored resource that can be listed and deleted.
std::vector<ResourcePtr> content_resources(ApiServer& server) {
    std::vector<ResourcePtr> chosen;
    std::set<std::pair<std::string, std::string>> seen;
    for (const ResourcePtr& resource : server.resources()) {
        const std::string group = resource->storage_group.value_or(resource->group);
        const bool listed = resource->has_verb("list") && resource->has_verb("delete");
        if (resource->namespaced && listed && seen.emplace(group, resource->plural).second) {
            chosen.push_back(resource);
        }
    }
    return chosen;
}

void finish(const kube::Object& ns, Client& client) {
    Json json = ns.json();
    Json kept = Json::array();
    for (const Json& one : array_at(json, {"spec", "finalizers"})) {
        if (one != finalizer) {
            kept.push_back(one);
        }
    }
    json["spec"]["finalizers"] = kept;
    client.update(kinds::namespace_, json, "finalize");
}

}  // namespace

NamespaceController::NamespaceController()
    : Controller("namespace-controller", {kinds::namespace_}) {}

std::unique_ptr<Controller> NamespaceController::clone() const {
    return std::make_unique<NamespaceController>(*this);
}

void NamespaceController::observe(const Change& change) {
    if (change.is(kinds::namespace_)) {
        const std::string name(change.object().name());
        if (change.after != nullptr && change.after->being_deleted()) {
            terminating_.insert(name);
            enqueue({.ns = "", .name = name});
        } else {
            terminating_.erase(name);
        }
        return;
    }
    if (terminating_.empty() || change.after != nullptr) {
        return;
    }
    if (const std::string ns(change.before->ns()); terminating_.contains(ns)) {
        enqueue({.ns = "", .name = ns});
    }
}

void NamespaceController::sync(const Key& key, Client& client) {
    const auto ns = client.get(kinds::namespace_, key);
    if (!ns || !ns->being_deleted() || !has_kubernetes_finalizer(*ns)) {
        return;
    }
    const Remaining remaining = remove_content(key.name, client);
    write_conditions(*ns, remaining, client);
    if (!remaining.resources.empty()) {
        enqueue_at(key, client.now() + look_again_after);
        return;
    }
    if (const auto latest = client.get(kinds::namespace_, key)) {
        finish(*latest, client);
    }
}

NamespaceController::Remaining NamespaceController::remove_content(const std::string& ns,
                                                                   Client& client) const {
    const std::vector<ResourcePtr> resources = content_resources(client.server());
    const auto count_pods = [&] { return client.list(Target::of(kinds::pod, {ns, ""})).size(); };
    const bool pods_first = count_pods() > 0;
    Remaining remaining;
    for (const bool pods : {true, false}) {
        if (!pods && pods_first && count_pods() > 0) {
            break;
        }
        for (const ResourcePtr& resource : resources) {
            if (resource->is(kinds::pod) != pods) {
                continue;
            }
            for (const kube::Object& object : client.list(target_in(*resource, ns, ""))) {
                if (!object.being_deleted()) {
                    client.remove(target_in(*resource, ns, object.name()),
                                  with_policy("Background"));
                }
            }
        }
    }
    for (const ResourcePtr& resource : resources) {
        for (const kube::Object& object : client.list(target_in(*resource, ns, ""))) {
            ++remaining.resources[resource->plural + "." + resource->group];
            for (const Json& one : array_at(object.json(), {"metadata", "finalizers"})) {
                ++remaining.finalizers[one.get<std::string>()];
            }
        }
    }
    return remaining;
}

void NamespaceController::write_conditions(const kube::Object& ns, const Remaining& remaining,
                                           Client& client) const {
    Json json = ns.json();
    const bool content = !remaining.resources.empty();
    const bool finalizers = !remaining.finalizers.empty();
    const std::vector<Condition> conditions = {
        {"NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered",
         "All resources successfully discovered"},
        {"NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions",
         "All legacy kube types successfully parsed"},
        {"NamespaceDeletionContentFailure", "False", "ContentDeleted",
         "All content successfully deleted, may be waiting on finalization"},
        {"NamespaceContentRemaining", content ? "True" : "False",
         content ? "SomeResourcesRemain" : "ContentRemoved",
         content ? "Some resources are remaining: " + counted(remaining.resources, " has ")
                 : "All content successfully removed"},
        {"NamespaceFinalizersRemaining", finalizers ? "True" : "False",
         finalizers ? "SomeFinalizersRemain" : "ContentHasNoFinalizers",
         finalizers ? "Some content in the namespace has finalizers remaining: " +
                          counted(remaining.finalizers, " in ")
                    : "All content-preserving finalizers finished"}};
    bool changed = false;
    for (const Condition& condition : conditions) {
        changed = set_condition(json, condition, client.now()) || changed;
    }
    if (changed) {
        client.update(kinds::namespace_, json, "status");
    }
}

ServiceAccountController::ServiceAccountController()
    : Controller("service-account-controller", {kinds::namespace_, kinds::service_account}) {}

std::unique_ptr<Controller> ServiceAccountController::clone() const {
    return std::make_unique<ServiceAccountController>(*this);
}

void ServiceAccountController::observe(const Change& change) {
    const bool is_namespace = change.is(kinds::namespace_);
    enqueue({.ns = "",
             .name = std::string(is_namespace ? change.object().name() : change.object().ns())});
}

void ServiceAccountController::sync(const Key& key, Client& client) {
    const kube::Object* ns = objects(kinds::namespace_).find(key);
    const Key account{.ns = key.name, .name = "default"};
    if (ns == nullptr || !is_active_namespace(*ns) ||
        objects(kinds::service_account).find(account) != nullptr) {
        return;
    }
    client.create(kinds::service_account,
                  {{"metadata", {{"name", account.name}, {"namespace", account.ns}}}});
}

RootCertificatePublisher::RootCertificatePublisher(std::string certificate)
    : Controller("root-ca-certificate-publisher", {kinds::namespace_, kinds::config_map}),
      certificate_(std::move(certificate)) {}

std::unique_ptr<Controller> RootCertificatePublisher::clone() const {
    return std::make_unique<RootCertificatePublisher>(*this);
}

void RootCertificatePublisher::observe(const Change& change) {
    if (change.is(kinds::namespace_)) {
        enqueue({.ns = "", .name = std::string(change.object().name())});
    } else if (change.object().name() == "kube-root-ca.crt") {
        enqueue({.ns = "", .name = std::string(change.object().ns())});
    }
}

void RootCertificatePublisher::sync(const Key& key, Client& client) {
    const kube::Object* ns = objects(kinds::namespace_).find(key);
    if (ns == nullptr || !is_active_namespace(*ns)) {
        return;
    }
    const Key name{.ns = key.name, .name = "kube-root-ca.crt"};
    const kube::Object* existing = objects(kinds::config_map).find(name);
    const Json data = {{"ca.crt", certificate_}};
    if (existing == nullptr) {
        client.create(
            kinds::config_map,
            {{"metadata", {{"name", name.name}, {"namespace", name.ns}}}, {"data", data}});
        return;
    }
    if (object_at(existing->json(), {"data"}) != data) {
        Json json = existing->json();
        json["data"] = data;
        client.update(kinds::config_map, json, "");
    }
}

}  // namespace bestgres::fakekube::controllers
