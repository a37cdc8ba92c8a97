#include "fakekube/controllers/volumes_plan.hpp"

#include <algorithm>

#include "fakekube/controllers/objects.hpp"
#include "lib/kube/quantity.hpp"

namespace bestgres::fakekube::controllers {
namespace {

constexpr const char* by_controller = "pv.kubernetes.io/bound-by-controller";

std::int64_t capacity_of(const kube::Object& volume) {
    const auto parsed =
        kube::Quantity::parse(string_at(volume.json(), {"spec", "capacity", "storage"}));
    return parsed.ok() ? parsed->bytes() : 0;
}

std::int64_t request_of(const kube::Object& claim) {
    const auto parsed = kube::Quantity::parse(
        string_at(claim.json(), {"spec", "resources", "requests", "storage"}));
    return parsed.ok() ? parsed->bytes() : 0;
}

bool offers_modes(const kube::Object& volume, const kube::Object& claim) {
    const Json& offered = array_at(volume.json(), {"spec", "accessModes"});
    const Json& wanted = array_at(claim.json(), {"spec", "accessModes"});
    return std::all_of(wanted.begin(), wanted.end(), [&](const Json& mode) {
        return std::find(offered.begin(), offered.end(), mode) != offered.end();
    });
}

bool satisfies(const kube::Object& volume, const kube::Object& claim) {
    const Json* selector = find(claim.json(), {"spec", "selector"});
    const auto text = [](const kube::Object& object, const char* field, const char* fallback) {
        return string_at(object.json(), {"spec", field}, fallback);
    };
    return !volume.being_deleted() && offers_modes(volume, claim) &&
           capacity_of(volume) >= request_of(claim) &&
           text(volume, "storageClassName", "") == text(claim, "storageClassName", "") &&
           text(volume, "volumeMode", "Filesystem") == text(claim, "volumeMode", "Filesystem") &&
           (selector == nullptr || selector_matches(*selector, volume));
}

Json claim_reference(const kube::Object& claim) {
    return {{"kind", "PersistentVolumeClaim"},
            {"namespace", claim.ns()},
            {"name", claim.name()},
            {"uid", claim.uid()},
            {"apiVersion", "v1"},
            {"resourceVersion", claim.resource_version()}};
}

}  // namespace

bool has_claim(const kube::Object& volume) {
    return find(volume.json(), {"spec", "claimRef", "name"}) != nullptr;
}

bool is_for(const kube::Object& volume, const kube::Object& claim) {
    const Json& reference = object_at(volume.json(), {"spec", "claimRef"});
    const std::string uid = string_at(reference, {"uid"});
    return string_at(reference, {"name"}) == claim.name() &&
           string_at(reference, {"namespace"}) == claim.ns() && (uid.empty() || uid == claim.uid());
}

std::optional<kube::Object> find_volume(const kube::Object& claim,
                                        const std::vector<kube::Object>& volumes,
                                        bool only_prebound) {
    const kube::Object* smallest = nullptr;
    for (const kube::Object& volume : volumes) {
        if (has_claim(volume) && is_for(volume, claim)) {
            return volume;
        }
        const bool free = !has_claim(volume) && !only_prebound && satisfies(volume, claim);
        if (free && (smallest == nullptr || capacity_of(volume) < capacity_of(*smallest))) {
            smallest = &volume;
        }
    }
    return smallest == nullptr ? std::nullopt : std::optional(*smallest);
}

Json provisioned_volume(const kube::Object& claim, const kube::Object& storage_class,
                        const std::string& directory) {
    const std::string name = "pvc-" + std::string(claim.uid());
    return {
        {"metadata",
         {{"name", name},
          {"annotations",
           {{"pv.kubernetes.io/provisioned-by", string_at(storage_class.json(), {"provisioner"})}}},
          {"finalizers", Json::array({"kubernetes.io/pv-protection"})}}},
        {"spec",
         {{"capacity",
           {{"storage", string_at(claim.json(), {"spec", "resources", "requests", "storage"})}}},
          {"accessModes", array_at(claim.json(), {"spec", "accessModes"})},
          {"volumeMode", string_at(claim.json(), {"spec", "volumeMode"}, "Filesystem")},
          {"persistentVolumeReclaimPolicy",
           string_at(storage_class.json(), {"reclaimPolicy"}, "Delete")},
          {"storageClassName", storage_class.name()},
          {"claimRef", claim_reference(claim)},
          {"hostPath", {{"path", directory + "/" + name}, {"type", "DirectoryOrCreate"}}}}}};
}

Json bound_volume(const kube::Object& volume, const kube::Object& claim) {
    Json json = volume.json();
    if (!has_claim(volume)) {
        json["metadata"]["annotations"][by_controller] = "yes";
    }
    if (string_at(json, {"spec", "claimRef", "uid"}).empty()) {
        json["spec"]["claimRef"] = claim_reference(claim);
    }
    return json;
}

Json bound_claim(const kube::Object& claim, const kube::Object& volume) {
    Json json = claim.json();
    Json& annotations = json["metadata"]["annotations"];
    if (string_at(json, {"spec", "volumeName"}).empty()) {
        json["spec"]["volumeName"] = volume.name();
        annotations[by_controller] = "yes";
    }
    annotations["pv.kubernetes.io/bind-completed"] = "yes";
    return json;
}

Json bound_claim_status(const kube::Object& claim, const kube::Object& volume) {
    Json status = object_at(claim.json(), {"status"});
    if (string_at(status, {"phase"}) == "Bound") {
        return status;  // capacity is now the resizer's
    }
    status["phase"] = "Bound";
    status["accessModes"] = array_at(volume.json(), {"spec", "accessModes"});
    status["capacity"] = object_at(volume.json(), {"spec", "capacity"});
    return status;
}

std::optional<std::string> wanted_growth(const kube::Object& claim, const kube::Object& volume) {
    const bool bound = string_at(claim.json(), {"status", "phase"}) == "Bound";
    const auto told =
        kube::Quantity::parse(string_at(claim.json(), {"status", "capacity", "storage"}));
    const std::int64_t has =
        std::max(capacity_of(volume), told.ok() ? told->bytes() : std::int64_t{0});
    const bool grows = bound && request_of(claim) > 0 &&
                       (request_of(claim) > has || (told.ok() && told->bytes() < has));
    if (!grows) {
        return std::nullopt;
    }
    return request_of(claim) > has
               ? string_at(claim.json(), {"spec", "resources", "requests", "storage"})
               : string_at(volume.json(), {"spec", "capacity", "storage"});
}

Json standard_storage_class() {
    return {{"metadata",
             {{"name", "standard"},
              {"annotations", {{"storageclass.kubernetes.io/is-default-class", "true"}}}}},
            {"provisioner", "fakekube.bestgres.io/local"},
            {"reclaimPolicy", "Delete"},
            {"volumeBindingMode", "WaitForFirstConsumer"},
            {"allowVolumeExpansion", true}};
}

}  // namespace bestgres::fakekube::controllers
