#include <algorithm>

#include "fakekube/controllers/nodes.hpp"
#include "fakekube/controllers/objects.hpp"

namespace bestgres::fakekube::controllers {
namespace {

namespace kinds = kube::kinds;

bool has_effect(const kube::Object& node, const char* effect) {
    const Json& taints = array_at(node.json(), {"spec", "taints"});
    return std::any_of(taints.begin(), taints.end(),
                       [&](const Json& taint) { return string_at(taint, {"effect"}) == effect; });
}

bool covers(const Json& toleration, const Json& taint) {
    const std::string effect = string_at(toleration, {"effect"});
    const std::string key = string_at(toleration, {"key"});
    const bool exists = string_at(toleration, {"operator"}) == "Exists";
    const bool same_value = string_at(toleration, {"value"}) == string_at(taint, {"value"});
    return (effect.empty() || effect == string_at(taint, {"effect"})) &&
           (key.empty() ? exists : key == string_at(taint, {"key"})) && (exists || same_value);
}

}  // namespace

std::optional<Duration> toleration_of(const kube::Object& pod, const kube::Object& node) {
    std::optional<Duration> shortest;
    for (const Json& taint : array_at(node.json(), {"spec", "taints"})) {
        if (string_at(taint, {"effect"}) != "NoExecute") {
            continue;
        }
        bool tolerated = false;
        for (const Json& toleration : array_at(pod.json(), {"spec", "tolerations"})) {
            if (!covers(toleration, taint)) {
                continue;
            }
            tolerated = true;
            if (const auto seconds = find_int(toleration, {"tolerationSeconds"})) {
                const Duration span = std::chrono::seconds(std::max<std::int64_t>(0, *seconds));
                shortest = std::min(shortest.value_or(span), span);
            }
        }
        if (!tolerated) {
            return Duration::zero();
        }
    }
    return shortest;
}

TaintEvictionController::TaintEvictionController()
    : Controller("taint-eviction-controller", {kinds::node, kinds::pod}) {}

std::unique_ptr<Controller> TaintEvictionController::clone() const {
    return std::make_unique<TaintEvictionController>(*this);
}

void TaintEvictionController::observe(const Change& change) {
    if (change.is(kinds::pod)) {
        if (change.after == nullptr) {
            since_.erase(std::string(change.before->uid()));
        } else if (!string_at(change.after->json(), {"spec", "nodeName"}).empty()) {
            enqueue(key_of(*change.after));
        }
        return;
    }
    const bool same = change.before != nullptr && change.after != nullptr &&
                      array_at(change.before->json(), {"spec", "taints"}) ==
                          array_at(change.after->json(), {"spec", "taints"});
    if (same) {
        return;
    }
    for (const auto& [key, pod] : objects(kinds::pod).all()) {
        if (string_at(pod.json(), {"spec", "nodeName"}) == change.object().name()) {
            enqueue(key);
        }
    }
}

void TaintEvictionController::sync(const Key& key, Client& client) {
    const kube::Object* pod = objects(kinds::pod).find(key);
    if (pod == nullptr) {
        return;
    }
    const std::string uid(pod->uid());
    const kube::Object* node =
        objects(kinds::node).find({.ns = "", .name = string_at(pod->json(), {"spec", "nodeName"})});
    if (node == nullptr || pod->being_deleted() || !has_effect(*node, "NoExecute")) {
        since_.erase(uid);
        return;
    }
    const std::optional<Duration> stay = toleration_of(*pod, *node);
    if (!stay) {
        since_.erase(uid);
        return;
    }
    const Instant since = since_.try_emplace(uid, client.now()).first->second;
    if (client.now() < since + *stay) {
        enqueue_at(key, since + *stay);
        return;
    }
    evict(kube::Object(*pod), client);
}

void TaintEvictionController::evict(const kube::Object& pod, Client& client) const {
    Json json = pod.json();
    set_condition(json,
                  {.type = "DisruptionTarget",
                   .status = "True",
                   .reason = "DeletionByTaintManager",
                   .message = "Taint manager: deleting due to NoExecute taint"},
                  client.now());
    client.update(kinds::pod, json, "status");
    client.record(pod, {.reason = "TaintManagerEviction",
                        .message = "Marking for deletion Pod " + std::string(pod.ns()) + "/" +
                                   std::string(pod.name())});
    client.remove(kinds::pod, key_of(pod), only_uid(pod.uid()));
}

}  // namespace bestgres::fakekube::controllers
