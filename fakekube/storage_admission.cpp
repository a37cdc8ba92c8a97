#include "fakekube/storage_admission.hpp"

#include "fakekube/registry.hpp"
#include "lib/kube/quantity.hpp"

namespace bestgres::fakekube {
namespace {

constexpr const char* classes = "storageclasses.storage.k8s.io";
constexpr const char* default_annotation = "storageclass.kubernetes.io/is-default-class";

kube::Quantity request_of(const Json& claim) {
    const auto parsed =
        kube::Quantity::parse(string_at(claim, {"spec", "resources", "requests", "storage"}, "0"));
    return parsed.ok() ? *parsed : kube::Quantity();
}

}  // namespace

void set_default_class(const ServerState& state, Json& claim) {
    if (find(claim, {"spec", "storageClassName"}) != nullptr || !claim.contains("spec")) {
        return;
    }
    kube::Object chosen;  // of several the youngest, then the first by name
    const std::string prefix = std::string(classes) + "/";
    state.store.scan(prefix, prefix, [&chosen](const Store::Entry& entry) {
        const kube::Object& one = entry.object;
        if (one.annotation(default_annotation) == "true" &&
            (chosen.name().empty() || one.creation_timestamp() > chosen.creation_timestamp())) {
            chosen = one;
        }
        return true;
    });
    if (!chosen.name().empty()) {
        claim["spec"]["storageClassName"] = chosen.name();
    }
}

Outcome<Done> check_growth(const ServerState& state, const Resource& resource, const Json& now,
                           const Json& before) {
    const bool bound = string_at(before, {"status", "phase"}) == "Bound";
    if (!bound || request_of(now) <= request_of(before)) {
        return Done{};
    }
    const kube::Object* storage_class =
        find_stored(state, classes, "", string_at(before, {"spec", "storageClassName"}));
    if (storage_class != nullptr &&
        find_bool(storage_class->json(), {"allowVolumeExpansion"}).value_or(false)) {
        return Done{};
    }
    return forbidden(resource, string_at(now, {"metadata", "name"}),
                     "only dynamically provisioned pvc can be resized and the storageclass that "
                     "provisions the pvc must support resize");
}

}  // namespace bestgres::fakekube
