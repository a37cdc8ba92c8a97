#include "fakekube/controllers/garbage_collector.hpp"

#include <algorithm>

#include "fakekube/controllers/objects.hpp"

namespace bestgres::fakekube::controllers {
namespace {

constexpr const char* foreground = "foregroundDeletion";
constexpr const char* orphan = "orphan";

bool waits_for_collector(const kube::Object& object) {
    return object.being_deleted() &&
           (object.has_finalizer(foreground) || object.has_finalizer(orphan));
}

std::optional<Target> target_of(const kube::Object& object, const Client& client) {
    const ResourcePtr resource = client.find_resource(object.api_version(), object.kind());
    if (resource == nullptr) {
        return std::nullopt;
    }
    return Target{.group = resource->group,
                  .version = resource->version,
                  .plural = resource->plural,
                  .ns = std::string(object.ns()),
                  .name = std::string(object.name())};
}

void write_owners(const kube::Object& object, const Json& owners, Client& client) {
    if (const auto target = target_of(object, client)) {
        client.patch(*target,
                     {{"metadata",
                       {{"uid", object.uid()},
                        {"resourceVersion", object.resource_version()},
                        {"ownerReferences", owners.empty() ? Json() : owners}}}},
                     "");
    }
}

void write_without_finalizer(const kube::Object& object, const char* finalizer, Client& client) {
    Json json = object.json();
    const auto target = target_of(object, client);
    if (!target || !drop_finalizer(json, finalizer)) {
        return;
    }
    const Json& kept = array_at(json, {"metadata", "finalizers"});
    client.patch(*target,
                 {{"metadata",
                   {{"resourceVersion", object.resource_version()},
                    {"finalizers", kept.empty() ? Json() : kept}}}},
                 "");
}

}  // namespace

GarbageCollector::GarbageCollector() : Controller("generic-garbage-collector", {}) {}

std::unique_ptr<Controller> GarbageCollector::clone() const {
    return std::make_unique<GarbageCollector>(*this);
}

// Most writes move no edge of the graph.
bool GarbageCollector::cares_about(const Change& change) const {
    if (change.kind.plural == "events") {
        return false;
    }
    return change.before == nullptr || change.after == nullptr || change.after->being_deleted() ||
           array_at(change.before->json(), {"metadata", "ownerReferences"}) !=
               array_at(change.after->json(), {"metadata", "ownerReferences"});
}

void GarbageCollector::observe(const Change& change) {
    if (!cares_about(change)) {
        return;
    }
    if (change.after != nullptr) {
        remember(*change.after);
        return;
    }
    const std::string uid(change.before->uid());
    for (const kube::OwnerReference& owner : change.before->owner_references()) {
        enqueue({.ns = "", .name = owner.uid});  // it may wait for this one
    }
    remove_from_graph(uid);
    enqueue_dependents(uid);
}

void GarbageCollector::remember(const kube::Object& object) {
    std::vector<kube::OwnerReference> owners = object.owner_references();
    const std::string uid(object.uid());
    const auto known = graph_->entries.find(uid);
    if (owners.empty() && !waits_for_collector(object)) {
        if (known != graph_->entries.end()) {
            remove_from_graph(uid);
        }
        return;
    }
    const bool same = known != graph_->entries.end() && known->second.owners == owners;
    if (!same || waits_for_collector(object)) {
        enqueue({.ns = "", .name = uid});
    }
    if (same) {
        return;
    }
    remove_from_graph(uid);
    Graph& graph = graph_.write();
    for (const kube::OwnerReference& owner : owners) {
        graph.dependents[owner.uid].insert(uid);
    }
    graph.entries[uid] = {.api_version = std::string(object.api_version()),
                          .kind = std::string(object.kind()),
                          .ns = std::string(object.ns()),
                          .name = std::string(object.name()),
                          .owners = std::move(owners)};
}

void GarbageCollector::remove_from_graph(const std::string& uid) {
    if (!graph_->entries.contains(uid)) {
        return;
    }
    Graph& graph = graph_.write();
    for (const kube::OwnerReference& owner : graph.entries[uid].owners) {
        const auto set = graph.dependents.find(owner.uid);
        if (set != graph.dependents.end() && set->second.erase(uid) > 0 && set->second.empty()) {
            graph.dependents.erase(set);
        }
    }
    graph.entries.erase(uid);
}

void GarbageCollector::enqueue_dependents(const std::string& uid) {
    const auto found = graph_->dependents.find(uid);
    if (found == graph_->dependents.end()) {
        return;
    }
    for (const std::string& dependent : found->second) {
        enqueue({.ns = "", .name = dependent});
    }
}

void GarbageCollector::sync(const Key& key, Client& client) {
    const auto found = graph_->entries.find(key.name);
    if (found == graph_->entries.end()) {
        return;
    }
    const Entry entry = found->second;
    const auto object = fresh(entry, key.name, client);
    if (!object) {
        return;
    }
    if (object->being_deleted()) {
        if (object->has_finalizer(orphan)) {
            orphan_dependents(*object, client);
        } else if (object->has_finalizer(foreground)) {
            wait_for_dependents(*object, client);
        }
        return;
    }
    judge(*object, entry, client);
}

std::optional<kube::Object> GarbageCollector::fresh(const Entry& entry, const std::string& uid,
                                                    Client& client) const {
    const ResourcePtr resource = client.find_resource(entry.api_version, entry.kind);
    if (resource == nullptr) {
        return std::nullopt;
    }
    auto object = client.get({.group = resource->group,
                              .version = resource->version,
                              .plural = resource->plural,
                              .ns = entry.ns,
                              .name = entry.name});
    return object && object->uid() == uid ? object : std::nullopt;
}

// An owner in another namespace counts as absent; a kind that nobody serves says nothing.
GarbageCollector::OwnerState GarbageCollector::state_of(const kube::OwnerReference& owner,
                                                        const Entry& dependent,
                                                        Client& client) const {
    const ResourcePtr resource = client.find_resource(owner.api_version, owner.kind);
    if (resource == nullptr || (resource->namespaced && dependent.ns.empty())) {
        return OwnerState::unknown;
    }
    const auto found = client.get({.group = resource->group,
                                   .version = resource->version,
                                   .plural = resource->plural,
                                   .ns = resource->namespaced ? dependent.ns : "",
                                   .name = owner.name});
    if (!found || found->uid() != owner.uid) {
        return OwnerState::dangling;
    }
    const bool waits = found->being_deleted() && found->has_finalizer(foreground);
    return waits && owner.block_owner_deletion ? OwnerState::waiting : OwnerState::solid;
}

void GarbageCollector::orphan_dependents(const kube::Object& owner, Client& client) const {
    const auto found = graph_->dependents.find(std::string(owner.uid()));
    if (found != graph_->dependents.end()) {
        for (const std::string& uid : found->second) {
            const auto object = fresh(graph_->entries.at(uid), uid, client);
            if (!object) {
                continue;
            }
            Json owners = Json::array();
            for (const Json& reference :
                 array_at(object->json(), {"metadata", "ownerReferences"})) {
                if (string_at(reference, {"uid"}) != owner.uid()) {
                    owners.push_back(reference);
                }
            }
            write_owners(*object, owners, client);
        }
    }
    if (!client.failure()) {
        write_without_finalizer(owner, orphan, client);
    }
}

void GarbageCollector::wait_for_dependents(const kube::Object& owner, Client& client) {
    bool blocked = false;
    const auto found = graph_->dependents.find(std::string(owner.uid()));
    if (found != graph_->dependents.end()) {
        for (const std::string& uid : found->second) {
            const auto& owners = graph_->entries.at(uid).owners;
            blocked = blocked || std::any_of(owners.begin(), owners.end(), [&](const auto& one) {
                          return one.uid == owner.uid() && one.block_owner_deletion;
                      });
        }
    }
    if (!blocked) {
        write_without_finalizer(owner, foreground, client);
        return;
    }
    enqueue_dependents(std::string(owner.uid()));
}

void GarbageCollector::judge(const kube::Object& object, const Entry& entry, Client& client) {
    bool has_solid = false;
    bool has_waiting = false;
    std::set<std::string> lost;
    for (const kube::OwnerReference& owner : object.owner_references()) {
        switch (state_of(owner, entry, client)) {
            case OwnerState::unknown:
                return;
            case OwnerState::solid:
                has_solid = true;
                break;
            case OwnerState::waiting:
                has_waiting = true;
                lost.insert(owner.uid);
                break;
            case OwnerState::dangling:
                lost.insert(owner.uid);
                break;
        }
    }
    if (lost.empty()) {
        return;
    }
    if (has_solid) {
        Json owners = Json::array();
        for (const Json& reference : array_at(object.json(), {"metadata", "ownerReferences"})) {
            if (!lost.contains(string_at(reference, {"uid"}))) {
                owners.push_back(reference);
            }
        }
        write_owners(object, owners, client);
        return;
    }
    const bool owns = graph_->dependents.contains(std::string(object.uid()));
    remove_object(object, has_waiting && owns ? "Foreground" : "Background", client);
}

void GarbageCollector::remove_object(const kube::Object& object, const std::string& policy,
                                     Client& client) const {
    const auto target = target_of(object, client);
    if (!target) {
        return;
    }
    std::string chosen = policy;
    if (object.has_finalizer(orphan)) {
        chosen = "Orphan";
    } else if (object.has_finalizer(foreground)) {
        chosen = "Foreground";
    }
    DeleteOptions options = only_uid(object.uid());
    options.resource_version = std::string(object.resource_version());
    options.propagation_policy = chosen;
    client.remove(*target, options);
}

}  // namespace bestgres::fakekube::controllers
