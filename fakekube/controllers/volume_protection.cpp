#include "fakekube/controllers/objects.hpp"
#include "fakekube/controllers/volumes.hpp"

namespace bestgres::fakekube::controllers {
namespace {

namespace kinds = kube::kinds;

constexpr const char* claim_finalizer = "kubernetes.io/pvc-protection";
constexpr const char* volume_finalizer = "kubernetes.io/pv-protection";

// The kubelet starts no pod with a claim that is being deleted, so an unscheduled pod holds none.
bool uses(const kube::Object& pod, const std::string& claim) {
    if (string_at(pod.json(), {"spec", "nodeName"}).empty()) {
        return false;
    }
    for (const Json& volume : array_at(pod.json(), {"spec", "volumes"})) {
        if (string_at(volume, {"persistentVolumeClaim", "claimName"}) == claim) {
            return true;
        }
    }
    return false;
}

void keep_finalizer(const kube::Kind& kind, const kube::Object& object, const char* finalizer,
                    Client& client) {
    Json json = object.json();
    if (!object.being_deleted() && add_finalizer(json, finalizer)) {
        client.update(kind, json, "");
    }
}

}  // namespace

ClaimProtectionController::ClaimProtectionController()
    : Controller("pvc-protection-controller", {kinds::persistent_volume_claim, kinds::pod}) {}

std::unique_ptr<Controller> ClaimProtectionController::clone() const {
    return std::make_unique<ClaimProtectionController>(*this);
}

void ClaimProtectionController::observe(const Change& change) {
    if (change.is(kinds::persistent_volume_claim)) {
        enqueue(key_of(change.object()));
        return;
    }
    const bool may_free = change.after == nullptr;
    if (!may_free || change.before == nullptr) {
        return;
    }
    for (const Json& volume : array_at(change.before->json(), {"spec", "volumes"})) {
        if (const auto claim = find_string(volume, {"persistentVolumeClaim", "claimName"})) {
            enqueue({.ns = std::string(change.before->ns()), .name = *claim});
        }
    }
}

void ClaimProtectionController::sync(const Key& key, Client& client) {
    const kube::Object* claim = objects(kinds::persistent_volume_claim).find(key);
    if (claim == nullptr) {
        return;
    }
    if (!claim->being_deleted()) {
        keep_finalizer(kinds::persistent_volume_claim, *claim, claim_finalizer, client);
        return;
    }
    for (const kube::Object& pod : objects(kinds::pod).in_namespace(key.ns)) {
        if (uses(pod, key.name)) {
            return;
        }
    }
    Json json = claim->json();
    if (drop_finalizer(json, claim_finalizer)) {
        client.update(kinds::persistent_volume_claim, json, "");
    }
}

VolumeProtectionController::VolumeProtectionController()
    : Controller("pv-protection-controller", {kinds::persistent_volume}) {}

std::unique_ptr<Controller> VolumeProtectionController::clone() const {
    return std::make_unique<VolumeProtectionController>(*this);
}

void VolumeProtectionController::observe(const Change& change) {
    enqueue(key_of(change.object()));
}

void VolumeProtectionController::sync(const Key& key, Client& client) {
    const kube::Object* volume = objects(kinds::persistent_volume).find(key);
    if (volume == nullptr) {
        return;
    }
    if (!volume->being_deleted()) {
        keep_finalizer(kinds::persistent_volume, *volume, volume_finalizer, client);
        return;
    }
    Json json = volume->json();
    const bool bound = string_at(json, {"status", "phase"}) == "Bound";
    if (!bound && drop_finalizer(json, volume_finalizer)) {
        client.update(kinds::persistent_volume, json, "");
    }
}

}  // namespace bestgres::fakekube::controllers
