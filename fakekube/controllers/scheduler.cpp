#include "fakekube/controllers/scheduler.hpp"

#include <algorithm>

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

bool needs_company(const kube::Object& pod) {
    return !array_at(pod.json(), {"spec", "affinity", "podAffinity",
                                  "requiredDuringSchedulingIgnoredDuringExecution"})
                .empty() ||
           std::ranges::any_of(array_at(pod.json(), {"spec", "topologySpreadConstraints"}),
                               is_hard_spread);
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
                  kinds::persistent_volume, kinds::storage_class}) {
    find_by(kinds::pod, words_of_child);
}

std::unique_ptr<Controller> Scheduler::clone() const {
    return std::make_unique<Scheduler>(*this);
}

void Scheduler::forget() {
    pending_.clear();
    placed_.clear();
    loads_.clear();
    refusing_.clear();
    assumed_.clear();
}

void Scheduler::observe(const Change& change) {
    if (change.is(kinds::pod)) {
        observe_pod(change);
        return;
    }
    if (change.is(kinds::persistent_volume_claim)) {
        enqueue_users_of(key_of(change.object()));
        return;
    }
    if (change.is(kinds::persistent_volume)) {
        const Json& claim = object_at(change.object().json(), {"spec", "claimRef"});
        enqueue_users_of(
            {.ns = string_at(claim, {"namespace"}), .name = string_at(claim, {"name"})});
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
        pending_.erase(key);
        assumed_.erase(key);
        displace(key);
        enqueue_pending();
        return;
    }
    const std::string node = string_at(change.after->json(), {"spec", "nodeName"});
    if (!node.empty()) {
        pending_.erase(key);
        assumed_.erase(key);
        displace(key);
        if (!is_finished(*change.after)) {
            place(key, *change.after, node);
        }
        const bool was_bound = change.before != nullptr &&
                               !string_at(change.before->json(), {"spec", "nodeName"}).empty();
        if (is_finished(*change.after) && !(was_bound && is_finished(*change.before))) {
            enqueue_pending();  // its resources are free
        } else if (!was_bound) {
            enqueue_sociable();
        }
        return;
    }
    if (!is_pending(*change.after)) {
        pending_.erase(key);
        return;
    }
    pending_.insert_or_assign(key, Pending{.claims = claim_names(*change.after),
                                           .sociable = needs_company(*change.after)});
    const bool same_spec =
        change.before != nullptr && change.before->uid() == change.after->uid() &&
        object_at(change.before->json(), {"spec"}) == object_at(change.after->json(), {"spec"});
    if (!same_spec) {
        enqueue(key);
    }
}

void Scheduler::enqueue_pending() {
    for (const auto& [key, pod] : pending_) {
        if (!assumed_.contains(key)) {
            enqueue(key);
        }
    }
}

void Scheduler::enqueue_users_of(const Key& claim) {
    for (const auto& [key, pod] : pending_) {
        if (key.ns == claim.ns && std::ranges::count(pod.claims, claim.name) > 0) {
            enqueue(key);
        }
    }
}

void Scheduler::enqueue_sociable() {
    for (const auto& [key, pod] : pending_) {
        if (pod.sociable && !assumed_.contains(key)) {
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
        assumed_.insert(key);
        place(key, pod, choice.node);
        client.record(pod, {.reason = "Scheduled",
                            .message = "Successfully assigned " + key.ns + "/" + key.name + " to " +
                                       choice.node});
    }
}

SchedulingView Scheduler::view_for(const kube::Object& pod) const {
    SchedulingView view{.nodes = {},
                        .namespaces = by_name(objects(kinds::namespace_).in_namespace("")),
                        .claims = {},
                        .volumes = {},
                        .classes = by_name(objects(kinds::storage_class).in_namespace(""))};
    for (const std::string& name : claim_names(pod)) {
        const kube::Object* const claim = objects(kinds::persistent_volume_claim)
                                              .find({.ns = std::string(pod.ns()), .name = name});
        if (claim == nullptr) {
            continue;
        }
        view.claims.emplace(name, *claim);
        const std::string volume = string_at(claim->json(), {"spec", "volumeName"});
        if (const kube::Object* found =
                objects(kinds::persistent_volume).find({.ns = "", .name = volume})) {
            view.volumes.emplace(volume, *found);
        }
    }
    std::map<std::string, std::size_t> places;
    for (const auto& [key, node] : objects(kinds::node).all()) {
        if (!node.being_deleted()) {
            places[key.name] = view.nodes.size();
            const auto load = loads_.find(key.name);
            view.nodes.push_back(
                {.node = node, .load = load == loads_.end() ? Load() : load->second, .pods = {}});
        }
    }
    for (const kube::Object& other : company_of(pod)) {
        const auto place = places.find(placed_.at(key_of(other)).node);
        if (place != places.end()) {
            view.nodes[place->second].pods.push_back(other);
        }
    }
    return view;
}

std::vector<kube::Object> Scheduler::company_of(const kube::Object& pod) const {
    const Cache& pods = objects(kinds::pod);
    const std::string ns(pod.ns());
    Words words;
    if (const auto owner = pod.controller()) {
        words.push_back("@" + owner->uid);
    }
    bool anyone = false;
    for (const Json& term : terms_of(pod)) {
        const Words labels = words_of_labels(object_at(term, {"labelSelector", "matchLabels"}));
        anyone = anyone || labels.empty() || term.contains("namespaces") ||
                 term.contains("namespaceSelector");
        if (!anyone) {
            words.push_back(pods.rarest(ns, labels));
        }
    }
    std::set<Key> keys = refusing_;
    if (anyone) {
        for (const auto& [key, other] : placed_) {
            keys.insert(key);
        }
    } else {
        for (const kube::Object& other : pods.with_words(ns, words)) {
            keys.insert(key_of(other));
        }
    }
    std::vector<kube::Object> company;
    for (const Key& key : keys) {
        if (placed_.contains(key)) {
            company.push_back(*pods.find(key));
        }
    }
    return company;
}

void Scheduler::place(const Key& key, const kube::Object& pod, const std::string& node) {
    Placed placed{.node = node, .requests = requests_of(pod)};
    loads_[node].add(placed.requests);
    placed_.insert_or_assign(key, std::move(placed));
    if (refuses_others(pod)) {
        refusing_.insert(key);
    }
}

void Scheduler::displace(const Key& key) {
    const auto known = placed_.find(key);
    if (known == placed_.end()) {
        return;
    }
    loads_[known->second.node].remove(known->second.requests);
    placed_.erase(known);
    refusing_.erase(key);
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
