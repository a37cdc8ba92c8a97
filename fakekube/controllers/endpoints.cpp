#include "fakekube/controllers/endpoints.hpp"

#include <algorithm>
#include <optional>

#include "fakekube/controllers/objects.hpp"

namespace bestgres::fakekube::controllers {
namespace {

namespace kinds = kube::kinds;

constexpr const char* headless_label = "service.kubernetes.io/headless";
constexpr const char* service_label = "kubernetes.io/service-name";
constexpr const char* manager_label = "endpointslice.kubernetes.io/managed-by";
constexpr const char* slice_manager = "endpointslice-controller.k8s.io";
constexpr const char* mirror_manager = "endpointslicemirroring-controller.k8s.io";
constexpr const char* trigger_annotation = "endpoints.kubernetes.io/last-change-trigger-time";
constexpr const char* leader_annotation = "control-plane.alpha.kubernetes.io/leader";

Json endpoints_labels(const kube::Object& service) {
    Json labels = object_at(service.json(), {"metadata", "labels"});
    labels.erase(headless_label);
    if (is_headless(service)) {
        labels[headless_label] = "";
    }
    return labels;
}

struct SliceOwner {
    kube::Object owner;  // of the slices
    std::string service;
    std::string manager;  // value of the managed-by label
    Json labels;          // further ones
};

Json slice_metadata(const SliceOwner& owner) {
    Json labels = owner.labels;
    labels[service_label] = owner.service;
    labels[manager_label] = owner.manager;
    return {{"generateName", owner.service + "-"},
            {"namespace", owner.owner.ns()},
            {"labels", std::move(labels)},
            {"ownerReferences", Json::array({controller_reference(owner.owner)})}};
}

struct Slices {
    std::vector<kube::Object> own;
    std::vector<kube::Object> of_a_namesake;  // of a Service that was deleted and made anew
};

Slices slices_of(const Cache& slices, const SliceOwner& owner) {
    Slices found;
    const Words words = {std::string(service_label) + "=" + owner.service};
    for (const kube::Object& slice : slices.with_words(std::string(owner.owner.ns()), words)) {
        if (slice.label(service_label) == owner.service &&
            slice.label(manager_label) == owner.manager && !slice.being_deleted()) {
            const auto controller = slice.controller();
            const bool is_own = controller && controller->uid == owner.owner.uid();
            (is_own ? found.own : found.of_a_namesake).push_back(slice);
        }
    }
    return found;
}

bool same_ports(const kube::Object& existing, const Json& wanted) {
    return array_at(existing.json(), {"ports"}) == wanted["ports"] &&
           string_at(existing.json(), {"addressType"}) == wanted["addressType"];
}

void write_slice(const kube::Object& existing, const Json& wanted, const SliceOwner& owner,
                 Client& client) {
    Json json = existing.json();
    json["endpoints"] = wanted["endpoints"];
    json["ports"] = wanted["ports"];
    json["metadata"]["labels"] = slice_metadata(owner)["labels"];
    if (json != existing.json()) {
        client.update(kinds::endpoint_slice, json, "");
    }
}

// Slices keep their names while their ports stay; what is left over is removed. Those of a former
// Service are never filled again: the garbage collector takes them.
void reconcile_slices(const Cache& cache, const SliceOwner& owner, std::vector<Json> wanted,
                      Client& client) {
    auto [existing, left_over] = slices_of(cache, owner);
    std::vector<Json> missing;
    for (Json& slice : wanted) {
        const auto same = std::find_if(existing.begin(), existing.end(),
                                       [&](const auto& one) { return same_ports(one, slice); });
        if (same == existing.end()) {
            missing.push_back(std::move(slice));
            continue;
        }
        write_slice(*same, slice, owner, client);
        existing.erase(same);
    }
    for (Json& slice : missing) {
        if (!existing.empty() &&
            string_at(existing.back().json(), {"addressType"}) == slice["addressType"]) {
            write_slice(existing.back(), slice, owner, client);
            existing.pop_back();
            continue;
        }
        slice["metadata"] = slice_metadata(owner);
        client.create(kinds::endpoint_slice, std::move(slice));
    }
    left_over.insert(left_over.end(), existing.begin(), existing.end());
    for (const kube::Object& slice : left_over) {
        client.remove(kinds::endpoint_slice, key_of(slice), only_uid(slice.uid()));
    }
}

// The Service of a slice that was changed or removed, by whomever. Its own writes are told too, and
// the look at them finds nothing to do.
std::optional<Key> service_of_slice(const Change& change, std::string_view manager) {
    if (!change.is(kinds::endpoint_slice) || change.before == nullptr ||
        change.before->label(manager_label) != manager) {
        return std::nullopt;
    }
    return Key{.ns = std::string(change.before->ns()),
               .name = std::string(change.before->label(service_label))};
}

}  // namespace

ServiceController::ServiceController(std::string name, std::vector<kube::Kind> more_watches)
    : Controller(std::move(name), [&more_watches] {
          std::vector<kube::Kind> watches = {kinds::service, kinds::pod};
          watches.insert(watches.end(), more_watches.begin(), more_watches.end());
          return watches;
      }()) {
    find_by(kinds::pod, words_of_child);
    find_by(kinds::service, words_of_selector, Filing::under_rarest);
}

ServiceView ServiceController::view_of(const kube::Object& service) const {
    return {.service = service, .pods = objects(kinds::pod).candidates_of(service), .nodes = {}};
}

void ServiceController::observe(const Change& change) {
    if (change.is(kinds::service)) {
        enqueue(key_of(change.object()));
        return;
    }
    if (change.is(kinds::pod)) {
        enqueue_services_of(change.before);
        enqueue_services_of(change.after);
    }
}

void ServiceController::enqueue_services_of(const kube::Object* pod) {
    if (pod == nullptr) {
        return;
    }
    for (const kube::Object& service :
         objects(kinds::service).with_words(std::string(pod->ns()), words_of_child(*pod))) {
        if (labels_include(object_at(service.json(), {"spec", "selector"}), *pod)) {
            enqueue(key_of(service));
        }
    }
}

EndpointsController::EndpointsController()
    : ServiceController("endpoint-controller", {kinds::endpoints}) {}

std::unique_ptr<Controller> EndpointsController::clone() const {
    return std::make_unique<EndpointsController>(*this);
}

void EndpointsController::started(Instant) {
    for (const auto& [key, endpoints] : objects(kinds::endpoints).all()) {
        enqueue(key);
    }
}

void EndpointsController::sync(const Key& key, Client& client) {
    const kube::Object* service = objects(kinds::service).find(key);
    const kube::Object* existing = objects(kinds::endpoints).find(key);
    if (service == nullptr) {
        if (existing != nullptr && existing->annotation(leader_annotation).empty()) {
            client.remove(kinds::endpoints, key, {});
        }
        return;
    }
    if (has_selector(*service)) {
        write(*service, existing, client);
    }
}

void EndpointsController::write(const kube::Object& service, const kube::Object* existing,
                                Client& client) const {
    const Json subsets = endpoint_subsets(view_of(service));
    const Json labels = endpoints_labels(service);
    if (existing == nullptr) {
        Json json = {
            {"metadata",
             {{"name", service.name()},
              {"namespace", service.ns()},
              {"annotations",
               {{trigger_annotation, service.text_at({"metadata", "creationTimestamp"})}}}}}};
        if (!labels.empty()) {
            json["metadata"]["labels"] = labels;
        }
        if (!subsets.empty()) {
            json["subsets"] = subsets;
        }
        client.create(kinds::endpoints, std::move(json));
        return;
    }
    const bool same =
        without_versions(array_at(existing->json(), {"subsets"})) == without_versions(subsets) &&
        object_at(existing->json(), {"metadata", "labels"}) == labels;
    if (same) {
        return;
    }
    Json json = existing->json();
    json["subsets"] = subsets;
    json["metadata"]["labels"] = labels;
    json["metadata"]["annotations"][trigger_annotation] = format_seconds(client.now());
    client.update(kinds::endpoints, json, "");
}

EndpointSliceController::EndpointSliceController()
    : ServiceController("endpointslice-controller", {kinds::endpoint_slice, kinds::node}) {
    find_by(kinds::endpoint_slice, words_of_child);
}

std::unique_ptr<Controller> EndpointSliceController::clone() const {
    return std::make_unique<EndpointSliceController>(*this);
}

void EndpointSliceController::observe(const Change& change) {
    if (const auto service = service_of_slice(change, slice_manager)) {
        enqueue(*service);
        return;
    }
    ServiceController::observe(change);
}

// The slices of a Service that is gone go with it by their owner reference.
void EndpointSliceController::sync(const Key& key, Client& client) {
    const kube::Object* service = objects(kinds::service).find(key);
    if (service == nullptr || service->being_deleted() || !has_selector(*service)) {
        return;
    }
    ServiceView view = view_of(*service);
    for (const auto& [name, node] : objects(kinds::node).all()) {
        view.nodes.push_back(node);
    }
    const SliceOwner owner{.owner = *service,
                           .service = std::string(service->name()),
                           .manager = slice_manager,
                           .labels = endpoints_labels(*service)};
    reconcile_slices(objects(kinds::endpoint_slice), owner, endpoint_slices(view), client);
}

EndpointSliceMirroringController::EndpointSliceMirroringController()
    : Controller("endpointslicemirroring-controller",
                 {kinds::service, kinds::endpoints, kinds::endpoint_slice}) {
    find_by(kinds::endpoint_slice, words_of_child);
}

std::unique_ptr<Controller> EndpointSliceMirroringController::clone() const {
    return std::make_unique<EndpointSliceMirroringController>(*this);
}

void EndpointSliceMirroringController::observe(const Change& change) {
    if (change.is(kinds::service) || change.is(kinds::endpoints)) {
        enqueue(key_of(change.object()));
    } else if (const auto service = service_of_slice(change, mirror_manager)) {
        enqueue(*service);
    }
}

void EndpointSliceMirroringController::sync(const Key& key, Client& client) {
    const kube::Object* service = objects(kinds::service).find(key);
    const kube::Object* endpoints = objects(kinds::endpoints).find(key);
    if (endpoints == nullptr) {
        return;  // its slices have it as their owner
    }
    const bool mirrored = service != nullptr && !has_selector(*service) &&
                          endpoints->label("endpointslice.kubernetes.io/skip-mirror") != "true" &&
                          endpoints->annotation(leader_annotation).empty();
    const SliceOwner owner{.owner = *endpoints,
                           .service = key.name,
                           .manager = mirror_manager,
                           .labels = object_at(endpoints->json(), {"metadata", "labels"})};
    reconcile_slices(objects(kinds::endpoint_slice), owner,
                     mirrored ? mirrored_slices(*endpoints) : std::vector<Json>(), client);
}

}  // namespace bestgres::fakekube::controllers
