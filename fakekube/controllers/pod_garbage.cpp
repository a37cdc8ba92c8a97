#include <algorithm>

#include "fakekube/controllers/nodes.hpp"
#include "fakekube/controllers/objects.hpp"

namespace bestgres::fakekube::controllers {
namespace {

namespace kinds = kube::kinds;

constexpr const char* out_of_service = "node.kubernetes.io/out-of-service";

}  // namespace

PodGarbageCollector::PodGarbageCollector(NodeOptions options)
    : Controller("pod-garbage-collector", {kinds::node, kinds::pod}), options_(options) {}

std::unique_ptr<Controller> PodGarbageCollector::clone() const {
    return std::make_unique<PodGarbageCollector>(*this);
}

void PodGarbageCollector::observe(const Change& change) {
    if (change.is(kinds::pod)) {
        if (change.after != nullptr) {
            enqueue(key_of(*change.after));
        }
        return;
    }
    const std::string name(change.object().name());
    const bool same = change.before != nullptr && change.after != nullptr &&
                      is_out_of_service(*change.before) == is_out_of_service(*change.after);
    if (same) {
        return;
    }
    missing_since_.erase(name);
    for (const auto& [key, pod] : objects(kinds::pod).all()) {
        if (string_at(pod.json(), {"spec", "nodeName"}) == name) {
            enqueue(key);
        }
    }
}

void PodGarbageCollector::sync(const Key& key, Client& client) {
    const kube::Object* found = objects(kinds::pod).find(key);
    if (found == nullptr) {
        return;
    }
    const kube::Object pod = *found;
    const std::string name = string_at(pod.json(), {"spec", "nodeName"});
    if (name.empty()) {
        if (pod.being_deleted()) {
            remove(pod, "PodGC: deleting unscheduled terminating Pod", client);
        }
        return;
    }
    const Key node_key{.ns = "", .name = name};
    if (const kube::Object* node = objects(kinds::node).find(node_key)) {
        if (pod.being_deleted() && is_out_of_service(*node)) {
            remove(pod, "PodGC: node is out of service", client);
        }
        return;
    }
    const Instant since = missing_since_.try_emplace(name, client.now()).first->second;
    if (client.now() < since + options_.quarantine) {
        enqueue_at(key, since + options_.quarantine);
        return;
    }
    if (!client.get(kinds::node, node_key)) {
        remove(pod, "PodGC: node no longer exists", client);
    }
}

void PodGarbageCollector::remove(const kube::Object& pod, const std::string& why,
                                 Client& client) const {
    if (!is_finished(pod)) {
        Json json = pod.json();
        json["status"]["phase"] = "Failed";
        set_condition(json,
                      {.type = "DisruptionTarget",
                       .status = "True",
                       .reason = "DeletionByPodGC",
                       .message = why},
                      client.now());
        client.update(kinds::pod, json, "status");
    }
    DeleteOptions options = at_once();
    options.uid = std::string(pod.uid());
    client.remove(kinds::pod, key_of(pod), options);
}

// A person says that the node is off for good; it must be not ready besides.
bool PodGarbageCollector::is_out_of_service(const kube::Object& node) const {
    const Json& taints = array_at(node.json(), {"spec", "taints"});
    return condition_status(node.json(), "Ready") != "True" &&
           std::any_of(taints.begin(), taints.end(), [](const Json& taint) {
               return string_at(taint, {"key"}) == out_of_service;
           });
}

}  // namespace bestgres::fakekube::controllers
