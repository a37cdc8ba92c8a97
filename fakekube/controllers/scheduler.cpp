#include "fakekube/controllers/scheduler.hpp"

#include "fakekube/controllers/objects.hpp"

namespace bestgres::fakekube::controllers {
namespace {

namespace kinds = kube::kinds;

constexpr const char* scheduler_name = "default-scheduler";
constexpr const char* selected_node = "volume.kubernetes.io/selected-node";
constexpr Duration flush_after = std::chrono::minutes(5);

bool is_pending(const kube::Object& pod) {
    return string_at(pod.json(), {"spec", "nodeName"}).empty() && is_active(pod) &&
           string_at(pod.json(), {"spec", "schedulerName"}, scheduler_name) == scheduler_name &&
           array_at(pod.json(), {"spec", "schedulingGates"}).empty();
}

// What the scheduler reads of a node; heartbeats are no reason to try everything again.
bool differs_for_pods(const kube::Object& before, const kube::Object& after) {
    return object_at(before.json(), {"spec"}) != object_at(after.json(), {"spec"}) ||
           object_at(before.json(), {"metadata", "labels"}) !=
               object_at(after.json(), {"metadata", "labels"}) ||
           object_at(before.json(), {"status", "allocatable"}) !=
               object_at(after.json(), {"status", "allocatable"});
}

std::map<std::string, kube::Object> by_name(const std::vector<kube::Object>& objects) {
    std::map<std::string, kube::Object> named;
    for (const kube::Object& object : objects) {
        named.emplace(object.name(), object);
    }
    return named;
}

}  // namespace

Scheduler::Scheduler()
    : Controller("scheduler",
                 {kinds::pod, kinds::node, kinds::namespace_, kinds::persistent_volume_claim,
                  kinds::persistent_volume, kinds::storage_class}) {}

std::unique_ptr<Controller> Scheduler::clone() const {
    return std::make_unique<Scheduler>(*this);
}

void Scheduler::observe(const Change& change) {
    if (change.is(kinds::pod)) {
        observe_pod(change);
        return;
    }
    const bool idle_heartbeat = change.is(kinds::node) && change.before != nullptr &&
                                change.after != nullptr &&
                                !differs_for_pods(*change.before, *change.after);
    if (!idle_heartbeat && !change.is(kinds::namespace_)) {
        enqueue_pending();
    }
}

void Scheduler::observe_pod(const Change& change) {
    const Key key = key_of(change.object());
    if (change.after == nullptr) {
        assumed_.erase(key);
        enqueue_pending();
        return;
    }
    if (!string_at(change.after->json(), {"spec", "nodeName"}).empty()) {
        assumed_.erase(key);
        const bool was_bound = change.before != nullptr &&
                               !string_at(change.before->json(), {"spec", "nodeName"}).empty();
        if (!was_bound || (is_finished(*change.after) && !is_finished(*change.before))) {
            enqueue_pending();  // affinity may now be satisfied, or resources be free
        }
        return;
    }
    const bool same_spec =
        change.before != nullptr && change.before->uid() == change.after->uid() &&
        object_at(change.before->json(), {"spec"}) == object_at(change.after->json(), {"spec"});
    if (!same_spec && is_pending(*change.after)) {
        enqueue(key);
    }
}

void Scheduler::enqueue_pending() {
    for (const auto& [key, pod] : objects(kinds::pod).all()) {
        if (is_pending(pod) && !assumed_.contains(key)) {
            enqueue(key);
        }
    }
}

void Scheduler::sync(const Key& key, Client& client) {
    const kube::Object* found = objects(kinds::pod).find(key);
    if (found == nullptr || !is_pending(*found) || assumed_.contains(key)) {
        return;
    }
    const kube::Object pod = *found;
    const Choice choice = choose_node(pod, view_for(pod));
    if (choice.node.empty()) {
        tell_unschedulable(pod, choice.message, client);
        enqueue_at(key, client.now() + flush_after);
        return;
    }
    if (!claims_are_ready(pod, choice, client)) {
        return;
    }
    if (client.bind(key, choice.node)) {
        assumed_[key] = choice.node;
        client.record(pod, {.reason = "Scheduled",
                            .message = "Successfully assigned " + key.ns + "/" + key.name + " to " +
                                       choice.node});
    }
}

SchedulingView Scheduler::view_for(const kube::Object& pod) const {
    SchedulingView view{
        .nodes = {},
        .namespaces = by_name(objects(kinds::namespace_).in_namespace("")),
        .claims =
            by_name(objects(kinds::persistent_volume_claim).in_namespace(std::string(pod.ns()))),
        .volumes = by_name(objects(kinds::persistent_volume).in_namespace("")),
        .classes = by_name(objects(kinds::storage_class).in_namespace(""))};
    std::map<std::string, std::size_t> places;
    for (const auto& [key, node] : objects(kinds::node).all()) {
        if (!node.being_deleted()) {
            places[key.name] = view.nodes.size();
            view.nodes.push_back({.node = node, .pods = {}});
        }
    }
    for (const auto& [key, other] : objects(kinds::pod).all()) {
        const auto place = places.find(node_of(key, other));
        if (place != places.end() && !is_finished(other)) {
            view.nodes[place->second].pods.push_back(other);
        }
    }
    return view;
}

std::string Scheduler::node_of(const Key& key, const kube::Object& pod) const {
    const auto assumed = assumed_.find(key);
    return assumed != assumed_.end() ? assumed->second
                                     : string_at(pod.json(), {"spec", "nodeName"});
}

bool Scheduler::claims_are_ready(const kube::Object& pod, const Choice& choice,
                                 Client& client) const {
    for (const std::string& name : choice.waiting_claims) {
        const Key key{.ns = std::string(pod.ns()), .name = name};
        const kube::Object* claim = objects(kinds::persistent_volume_claim).find(key);
        if (claim != nullptr && claim->annotation(selected_node) != choice.node) {
            client.patch(kinds::persistent_volume_claim, key,
                         {{"metadata", {{"annotations", {{selected_node, choice.node}}}}}});
        }
    }
    return choice.waiting_claims.empty();
}

void Scheduler::tell_unschedulable(const kube::Object& pod, const std::string& why,
                                   Client& client) {
    Json json = pod.json();
    const bool changed = set_condition(
        json,
        {.type = "PodScheduled", .status = "False", .reason = "Unschedulable", .message = why},
        client.now());
    if (!changed) {
        return;
    }
    client.update(kinds::pod, json, "status");
    client.record(pod, {.type = "Warning", .reason = "FailedScheduling", .message = why});
}

}  // namespace bestgres::fakekube::controllers
