#include "fakekube/controllers/volumes.hpp"

#include "fakekube/controllers/objects.hpp"
#include "fakekube/controllers/volumes_plan.hpp"

namespace bestgres::fakekube::controllers {
namespace {

namespace kinds = kube::kinds;

constexpr const char* selected_node = "volume.kubernetes.io/selected-node";
constexpr const char* bind_completed = "pv.kubernetes.io/bind-completed";
constexpr const char* no_provisioner = "kubernetes.io/no-provisioner";

void write_phase(const kube::Kind& kind, const kube::Object& object, const char* phase,
                 Client& client) {
    if (string_at(object.json(), {"status", "phase"}) == phase) {
        return;
    }
    Json json = object.json();
    json["status"]["phase"] = phase;
    client.update(kind, json, "status");
}

bool waits_for_consumer(const kube::Object* storage_class) {
    return storage_class != nullptr &&
           string_at(storage_class->json(), {"volumeBindingMode"}) == "WaitForFirstConsumer";
}

}  // namespace

VolumeController::VolumeController(VolumeOptions options)
    : Controller("persistent-volume-binder",
                 {kinds::persistent_volume_claim, kinds::persistent_volume, kinds::storage_class}),
      options_(std::move(options)) {}

std::unique_ptr<Controller> VolumeController::clone() const {
    return std::make_unique<VolumeController>(*this);
}

void VolumeController::started(Instant) {
    if (options_.creates_standard_class && objects(kinds::storage_class).all().empty()) {
        enqueue({});
    }
}

void VolumeController::observe(const Change& change) {
    if (change.is(kinds::storage_class)) {
        for (const auto& [key, claim] : objects(kinds::persistent_volume_claim).all()) {
            enqueue(key);
        }
        return;
    }
    enqueue(key_of(change.object()));
    if (change.is(kinds::persistent_volume_claim)) {
        if (const std::string volume = string_at(change.object().json(), {"spec", "volumeName"});
            !volume.empty()) {
            enqueue({.ns = "", .name = volume});
        }
        return;
    }
    const Json& reference = object_at(change.object().json(), {"spec", "claimRef"});
    if (!reference.empty()) {
        enqueue(
            {.ns = string_at(reference, {"namespace"}), .name = string_at(reference, {"name"})});
        return;
    }
    for (const auto& [key, claim] : objects(kinds::persistent_volume_claim).all()) {
        if (string_at(claim.json(), {"spec", "volumeName"}).empty()) {
            enqueue(key);
        }
    }
}

void VolumeController::sync(const Key& key, Client& client) {
    if (key.name.empty()) {
        client.create(kinds::storage_class, standard_storage_class());
        return;
    }
    if (key.ns.empty()) {
        if (const kube::Object* volume = objects(kinds::persistent_volume).find(key)) {
            sync_volume(kube::Object(*volume), client);
        }
        return;
    }
    if (const kube::Object* claim = objects(kinds::persistent_volume_claim).find(key)) {
        sync_claim(kube::Object(*claim), client);
    }
}

void VolumeController::sync_claim(const kube::Object& claim, Client& client) {
    const std::string name = string_at(claim.json(), {"spec", "volumeName"});
    if (name.empty()) {
        if (!claim.being_deleted()) {
            find_or_provision(claim, client);
        }
        return;
    }
    const bool was_bound = !claim.annotation(bind_completed).empty();
    const kube::Object* volume = objects(kinds::persistent_volume).find({.ns = "", .name = name});
    if (volume == nullptr || (has_claim(*volume) && !is_for(*volume, claim))) {
        write_phase(kinds::persistent_volume_claim, claim, was_bound ? "Lost" : "Pending", client);
        return;
    }
    const kube::Object bound = *volume;
    bind(claim, bound, client);
    if (!claim.being_deleted()) {
        grow(claim, bound, client);
    }
}

void VolumeController::find_or_provision(const kube::Object& claim, Client& client) const {
    const kube::Object* storage_class = class_of(claim);
    const bool waits = waits_for_consumer(storage_class) && claim.annotation(selected_node).empty();
    const auto volume =
        find_volume(claim, objects(kinds::persistent_volume).in_namespace(""), waits);
    if (volume) {
        bind(claim, *volume, client);
        return;
    }
    if (waits) {
        client.record(claim,
                      {.reason = "WaitForFirstConsumer",
                       .message = "waiting for first consumer to be created before binding"});
        return;
    }
    if (storage_class == nullptr) {
        const std::string name = string_at(claim.json(), {"spec", "storageClassName"});
        client.record(
            claim,
            {.type = name.empty() ? "Normal" : "Warning",
             .reason = name.empty() ? "FailedBinding" : "ProvisioningFailed",
             .message = name.empty() ? "no persistent volumes available for this claim "
                                       "and no storage class is set"
                                     : "storageclass.storage.k8s.io \"" + name + "\" not found"});
        return;
    }
    if (string_at(storage_class->json(), {"provisioner"}) != no_provisioner) {
        provision(claim, kube::Object(*storage_class), client);
    }
}

void VolumeController::provision(const kube::Object& claim, const kube::Object& storage_class,
                                 Client& client) const {
    const std::string provisioner = string_at(storage_class.json(), {"provisioner"});
    const auto told =
        client.patch(kinds::persistent_volume_claim, key_of(claim),
                     {{"metadata",
                       {{"annotations",
                         {{"volume.beta.kubernetes.io/storage-provisioner", provisioner},
                          {"volume.kubernetes.io/storage-provisioner", provisioner}}}}}});
    if (!told) {
        return;
    }
    const auto volume = client.create(kinds::persistent_volume,
                                      provisioned_volume(*told, storage_class, options_.directory));
    if (volume) {
        client.record(
            claim, {.reason = "ProvisioningSucceeded",
                    .message = "Successfully provisioned volume " + std::string(volume->name())});
        bind(*told, *volume, client);
    }
}

// Volume first, claim second, each with its status: a crash in between is repaired by the next
// look.
void VolumeController::bind(const kube::Object& claim, const kube::Object& volume,
                            Client& client) const {
    Json volume_json = bound_volume(volume, claim);
    std::optional<kube::Object> latest = volume;
    if (volume_json != volume.json()) {
        latest = client.update(kinds::persistent_volume, volume_json, "");
    }
    if (!latest) {
        return;
    }
    write_phase(kinds::persistent_volume, *latest, "Bound", client);
    std::optional<kube::Object> latest_claim = claim;
    if (const Json json = bound_claim(claim, volume); json != claim.json()) {
        latest_claim = client.update(kinds::persistent_volume_claim, json, "");
    }
    if (!latest_claim) {
        return;
    }
    Json json = latest_claim->json();
    json["status"] = bound_claim_status(*latest_claim, volume);
    if (json != latest_claim->json()) {
        client.update(kinds::persistent_volume_claim, json, "status");
    }
}

// As a CSI driver that needs no restart of the pod: the volume grows first, then the claim says so.
void VolumeController::grow(const kube::Object& claim, const kube::Object& volume,
                            Client& client) const {
    const std::optional<std::string> size = wanted_growth(claim, volume);
    const kube::Object* storage_class = class_of(claim);
    if (!size || storage_class == nullptr ||
        !find_bool(storage_class->json(), {"allowVolumeExpansion"}).value_or(false)) {
        return;
    }
    const Json patch = {{"spec", {{"capacity", {{"storage", *size}}}}}};
    if (!client.patch(kinds::persistent_volume, key_of(volume), patch)) {
        return;
    }
    const auto grown = client.patch(Target::of(kinds::persistent_volume_claim, key_of(claim)),
                                    {{"status", {{"capacity", {{"storage", *size}}}}}}, "status");
    if (grown) {
        client.record(claim,
                      {.reason = "VolumeResizeSuccessful", .message = "Resize volume succeeded"});
    }
}

void VolumeController::sync_volume(const kube::Object& volume, Client& client) {
    if (!has_claim(volume)) {
        if (!volume.being_deleted()) {
            write_phase(kinds::persistent_volume, volume, "Available", client);
        }
        return;
    }
    const Json& reference = object_at(volume.json(), {"spec", "claimRef"});
    if (string_at(reference, {"uid"}).empty()) {
        write_phase(kinds::persistent_volume, volume, "Available", client);
        return;
    }
    const Key key{.ns = string_at(reference, {"namespace"}),
                  .name = string_at(reference, {"name"})};
    const kube::Object* seen = objects(kinds::persistent_volume_claim).find(key);
    if (seen != nullptr && seen->uid() == string_at(reference, {"uid"})) {
        return;  // sync_claim writes the phase
    }
    // The view may be old; data must not be lost by that.
    const auto claim = client.get(kinds::persistent_volume_claim, key);
    if (!claim || claim->uid() != string_at(reference, {"uid"})) {
        release(volume, client);
    }
}

void VolumeController::release(const kube::Object& volume, Client& client) const {
    write_phase(kinds::persistent_volume, volume, "Released", client);
    const bool removes =
        string_at(volume.json(), {"spec", "persistentVolumeReclaimPolicy"}) == "Delete" &&
        !volume.annotation("pv.kubernetes.io/provisioned-by").empty();
    if (removes && !volume.being_deleted()) {
        client.remove(kinds::persistent_volume, key_of(volume), only_uid(volume.uid()));
    }
}

const kube::Object* VolumeController::class_of(const kube::Object& claim) const {
    return objects(kinds::storage_class)
        .find({.ns = "", .name = string_at(claim.json(), {"spec", "storageClassName"})});
}

}  // namespace bestgres::fakekube::controllers
