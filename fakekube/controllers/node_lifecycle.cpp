#include <algorithm>

#include "fakekube/controllers/nodes.hpp"
#include "fakekube/controllers/objects.hpp"

namespace bestgres::fakekube::controllers {
namespace {

namespace kinds = kube::kinds;

constexpr const char* lease_namespace = "kube-node-lease";
constexpr const char* not_ready = "node.kubernetes.io/not-ready";
constexpr const char* unreachable = "node.kubernetes.io/unreachable";
constexpr const char* unschedulable = "node.kubernetes.io/unschedulable";

bool is_managed_taint(const Json& taint) {
    const std::string key = string_at(taint, {"key"});
    return key == not_ready || key == unreachable ||
           (key == unschedulable && string_at(taint, {"effect"}) == "NoSchedule");
}

void add_taint(Json& taints, const Json& present, Json taint, Instant now) {
    for (const Json& one : present) {
        if (one["key"] == taint["key"] && one["effect"] == taint["effect"]) {
            taints.push_back(one);  // keeps its timeAdded
            return;
        }
    }
    if (taint["effect"] == "NoExecute") {
        taint["timeAdded"] = format_seconds(now);
    }
    taints.push_back(std::move(taint));
}

Json with_unknown_condition(Json json, const std::string& type, Instant now) {
    const bool known = find_condition(json, type) != nullptr;
    set_condition(json,
                  {.type = type,
                   .status = "Unknown",
                   .reason = known ? "NodeStatusUnknown" : "NodeStatusNeverUpdated",
                   .message = known ? "Kubelet stopped posting node status."
                                    : "Kubelet never posted node status."},
                  now);
    return json;
}

}  // namespace

Json wanted_taints(const kube::Object& node, Instant now) {
    const Json& present = array_at(node.json(), {"spec", "taints"});
    Json taints = Json::array();
    for (const Json& taint : present) {
        if (!is_managed_taint(taint)) {
            taints.push_back(taint);
        }
    }
    if (find_bool(node.json(), {"spec", "unschedulable"}).value_or(false)) {
        add_taint(taints, present, {{"key", unschedulable}, {"effect", "NoSchedule"}}, now);
    }
    const std::string ready = condition_status(node.json(), "Ready");
    if (ready == "True") {
        return taints;
    }
    const char* key = ready == "Unknown" ? unreachable : not_ready;
    add_taint(taints, present, {{"key", key}, {"effect", "NoSchedule"}}, now);
    add_taint(taints, present, {{"key", key}, {"effect", "NoExecute"}}, now);
    return taints;
}

NodeLifecycleController::NodeLifecycleController(NodeOptions options)
    : Controller("node-lifecycle-controller", {kinds::node, kinds::lease, kinds::pod}),
      options_(options) {}

std::unique_ptr<Controller> NodeLifecycleController::clone() const {
    return std::make_unique<NodeLifecycleController>(*this);
}

void NodeLifecycleController::observe(const Change& change) {
    const kube::Object& object = change.object();
    if (change.is(kinds::node)) {
        if (change.after == nullptr) {
            health_.erase(std::string(object.name()));
        }
        enqueue(key_of(object));
        return;
    }
    if (change.is(kinds::lease)) {
        if (object.ns() == lease_namespace) {
            enqueue({.ns = "", .name = std::string(object.name())});
        }
        return;
    }
    const std::string node = string_at(object.json(), {"spec", "nodeName"});
    const auto health = health_.find(node);
    if (change.after != nullptr && health != health_.end() && health->second.pods_marked &&
        is_ready(object)) {
        health->second.pods_marked = false;  // bound or revived behind our back
        enqueue({.ns = "", .name = node});
    }
}

void NodeLifecycleController::sync(const Key& key, Client& client) {
    const kube::Object* found = objects(kinds::node).find(key);
    if (found == nullptr) {
        return;
    }
    const kube::Object node = *found;
    const bool silent = is_silent(node, client.now());
    Health& health = health_[key.name];
    if (!silent) {
        enqueue_at(key, health.seen + options_.grace);
    } else if (write_unknown(node, client)) {
        return;  // the change comes back
    }
    write_taints(node, client);
    if (condition_status(node.json(), "Ready") == "True") {
        health.pods_marked = false;
        return;
    }
    if (!health.pods_marked) {
        mark_pods(node, client);
        health.pods_marked = true;
    }
}

std::string NodeLifecycleController::heartbeat_of(const kube::Object& node) const {
    const kube::Object* lease =
        objects(kinds::lease).find({.ns = lease_namespace, .name = std::string(node.name())});
    const Json* ready = find_condition(node.json(), "Ready");
    return (lease == nullptr ? "" : string_at(lease->json(), {"spec", "renewTime"})) + "/" +
           (ready == nullptr ? "" : string_at(*ready, {"lastHeartbeatTime"}));
}

bool NodeLifecycleController::is_silent(const kube::Object& node, Instant now) {
    const std::string heartbeat = heartbeat_of(node);
    const auto [entry, is_new] = health_.try_emplace(std::string(node.name()));
    Health& health = entry->second;
    if (is_new || health.heartbeat != heartbeat) {
        health.heartbeat = heartbeat;
        health.seen = now;
        return false;
    }
    return now >= health.seen + options_.grace;
}

// Answers whether anything was written.
bool NodeLifecycleController::write_unknown(const kube::Object& node, Client& client) const {
    if (condition_status(node.json(), "Ready") == "Unknown") {
        return false;
    }
    Json json = node.json();
    for (const char* type : {"Ready", "MemoryPressure", "DiskPressure", "PIDPressure"}) {
        json = with_unknown_condition(std::move(json), type, client.now());
    }
    client.record(node,
                  {.reason = "NodeNotReady",
                   .message = "Node " + std::string(node.name()) + " status is now: NodeNotReady"});
    return client.update(kinds::node, json, "status").has_value();
}

void NodeLifecycleController::write_taints(const kube::Object& node, Client& client) const {
    const Json taints = wanted_taints(node, client.now());
    if (taints == array_at(node.json(), {"spec", "taints"})) {
        return;
    }
    client.patch(kinds::node, key_of(node),
                 {{"metadata", {{"resourceVersion", node.resource_version()}}},
                  {"spec", {{"taints", taints.empty() ? Json() : taints}}}});
}

void NodeLifecycleController::mark_pods(const kube::Object& node, Client& client) {
    for (const auto& [key, pod] : Cache(objects(kinds::pod)).all()) {
        const bool here = string_at(pod.json(), {"spec", "nodeName"}) == node.name();
        if (!here || !is_ready(pod)) {
            continue;
        }
        Json json = pod.json();
        const Json* ready = find_condition(pod.json(), "Ready");
        set_condition(json,
                      {.type = "Ready",
                       .status = "False",
                       .reason = string_at(*ready, {"reason"}),
                       .message = string_at(*ready, {"message"})},
                      client.now());
        client.update(kinds::pod, json, "status");
        client.record(
            pod, {.type = "Warning", .reason = "NodeNotReady", .message = "Node is not ready"});
    }
}

}  // namespace bestgres::fakekube::controllers
