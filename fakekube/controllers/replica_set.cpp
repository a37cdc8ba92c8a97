#include "fakekube/controllers/replica_set.hpp"

#include <algorithm>
#include <tuple>

#include "fakekube/controllers/claim.hpp"
#include "fakekube/controllers/objects.hpp"
#include "lib/kube/workload.hpp"

namespace bestgres::fakekube::controllers {
namespace {

namespace kinds = kube::kinds;

constexpr std::int64_t most_at_once = 500;

auto rank(const kube::Object& pod) {
    const std::string phase = phase_of(pod);
    return std::tuple(!string_at(pod.json(), {"spec", "nodeName"}).empty(), phase == "Running",
                      is_ready(pod), -pod.creation_timestamp().value_or(Instant{}).ns);
}

}  // namespace

std::vector<kube::Object> pods_to_remove(std::vector<kube::Object> pods, std::size_t surplus) {
    std::stable_sort(pods.begin(), pods.end(),
                     [](const auto& left, const auto& right) { return rank(left) < rank(right); });
    pods.resize(std::min(pods.size(), surplus));
    return pods;
}

Json pod_from_template(const kube::Object& owner, const Json& pod_template) {
    Json metadata = {{"namespace", owner.ns()},
                     {"generateName", std::string(owner.name()) + "-"},
                     {"ownerReferences", Json::array({controller_reference(owner)})}};
    for (const char* key : {"labels", "annotations", "finalizers"}) {
        if (const Json* value = find(pod_template, {"metadata", key}); value != nullptr) {
            metadata[key] = *value;
        }
    }
    return {{"metadata", std::move(metadata)}, {"spec", object_at(pod_template, {"spec"})}};
}

ReplicaSetController::ReplicaSetController()
    : Controller("replicaset-controller", {kinds::replica_set, kinds::pod}) {}

std::unique_ptr<Controller> ReplicaSetController::clone() const {
    return std::make_unique<ReplicaSetController>(*this);
}

void ReplicaSetController::observe(const Change& change) {
    if (change.is(kinds::replica_set)) {
        enqueue(key_of(change.object()));
        return;
    }
    enqueue_controller(change.before, "ReplicaSet");
    enqueue_controller(change.after, "ReplicaSet");
    if (change.after == nullptr || change.after->controller()) {
        return;
    }
    for (const kube::Object& set :
         objects(kinds::replica_set).in_namespace(std::string(change.after->ns()))) {
        if (selector_matches(object_at(set.json(), {"spec", "selector"}), *change.after)) {
            enqueue(key_of(set));
        }
    }
}

void ReplicaSetController::sync(const Key& key, Client& client) {
    const kube::Object* found = objects(kinds::replica_set).find(key);
    if (found == nullptr) {
        return;
    }
    const kube::Object set = *found;
    const Claim claim{.owner_kind = kinds::replica_set,
                      .owner = set,
                      .child_kind = kinds::pod,
                      .selector = object_at(set.json(), {"spec", "selector"})};
    std::vector<kube::Object> active;
    for (const kube::Object& pod : objects(kinds::pod).in_namespace(key.ns)) {
        if (is_active(pod)) {
            active.push_back(pod);
        }
    }
    active = claim_children(client, claim, active);
    if (!set.being_deleted()) {
        scale(set, active, client);
    }
    write_status(set, active, client);
}

void ReplicaSetController::scale(const kube::Object& set, const std::vector<kube::Object>& active,
                                 Client& client) const {
    const std::int64_t missing =
        kube::desired_replicas(set) - static_cast<std::int64_t>(active.size());
    for (std::int64_t made = 0; made < std::min(missing, most_at_once); ++made) {
        const auto pod = client.create(
            kinds::pod, pod_from_template(set, object_at(set.json(), {"spec", "template"})));
        if (!pod) {
            client.record(set, {.type = "Warning",
                                .reason = "FailedCreate",
                                .message = "Error creating: " + client.last_refusal().message});
            return;
        }
        client.record(set, {.reason = "SuccessfulCreate",
                            .message = "Created pod: " + std::string(pod->name())});
    }
    if (missing >= 0) {
        return;
    }
    for (const kube::Object& pod : pods_to_remove(active, static_cast<std::size_t>(-missing))) {
        if (client.remove(kinds::pod, key_of(pod), only_uid(pod.uid()))) {
            client.record(set, {.reason = "SuccessfulDelete",
                                .message = "Deleted pod: " + std::string(pod.name())});
        }
    }
}

void ReplicaSetController::write_status(const kube::Object& set,
                                        const std::vector<kube::Object>& active, Client& client) {
    const Json& labels = object_at(set.json(), {"spec", "template", "metadata", "labels"});
    const Duration min_ready =
        std::chrono::seconds(find_int(set.json(), {"spec", "minReadySeconds"}).value_or(0));
    std::map<std::string, std::int64_t> counts;
    for (const kube::Object& pod : active) {
        counts["fullyLabeledReplicas"] += labels_include(labels, pod) ? 1 : 0;
        counts["readyReplicas"] += is_ready(pod) ? 1 : 0;
        counts["availableReplicas"] += is_available(pod, min_ready, client.now()) ? 1 : 0;
        const auto at = available_at(pod, min_ready);
        if (at && *at > client.now()) {
            enqueue_at(key_of(set), *at);
        }
    }
    Json status = {{"observedGeneration", set.generation()},
                   {"replicas", static_cast<std::int64_t>(active.size())}};
    for (const auto& [name, count] : counts) {
        if (count > 0) {
            status[name] = count;
        }
    }
    if (status != object_at(set.json(), {"status"})) {
        Json json = set.json();
        json["status"] = std::move(status);
        client.update(kinds::replica_set, json, "status");
    }
}

}  // namespace bestgres::fakekube::controllers
