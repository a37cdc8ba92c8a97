#include "fakekube/kinds/checks.hpp"
#include "fakekube/kinds/go_text.hpp"
#include "fakekube/kinds/rules.hpp"
#include "fakekube/kinds/tables/tables.hpp"
#include "lib/kube/quantity.hpp"

namespace bestgres::fakekube {
namespace {

constexpr const char* volume_sources[] = {
    "gcePersistentDisk", "awsElasticBlockStore", "hostPath", "nfs", "rbd", "iscsi", "cephfs", "fc",
    "azureDisk",         "vsphereVolume",        "local",    "csi"};

FieldErrors check_access_modes(const Json& spec, const std::string& why_required) {
    FieldErrors errors;
    const Json& modes = array_at(spec, {"accessModes"});
    if (modes.empty()) {
        errors.push_back(required("spec.accessModes", why_required));
    }
    for (const Json& mode : modes) {
        const auto text = mode.get<std::string>();
        // The fourth mode is younger than the text.
        if (text != "ReadWriteOncePod") {
            check_one_of(errors, text, "spec.accessModes",
                         {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce"});
        }
    }
    return errors;
}

FieldErrors check_storage(const Json& quantity, const std::string& path) {
    const auto parsed = kube::Quantity::parse(quantity.get<std::string>());
    if (parsed && (parsed->is_negative() || parsed->is_zero())) {
        return {invalid(path, quantity, "must be greater than zero")};
    }
    return {};
}

void prepare_protected(Json& object, const std::string& finalizer) {
    Json& metadata = object["metadata"];
    for (const Json& present : array_at(metadata, {"finalizers"})) {
        if (present == finalizer) {
            return;
        }
    }
    metadata["finalizers"].push_back(finalizer);
}

void prepare_claim(Json& object) {
    prepare_protected(object, "kubernetes.io/pvc-protection");
}

void prepare_volume(Json& object) {
    prepare_protected(object, "kubernetes.io/pv-protection");
}

FieldErrors validate_claim(const Json& object) {
    const Json& spec = object_at(object, {"spec"});
    FieldErrors errors = check_access_modes(spec, "at least 1 access mode is required");
    append(errors, check_label_selector(value_of(spec, "selector"), "spec.selector"));
    const Json& storage = value_of(object_at(spec, {"resources", "requests"}), "storage");
    if (storage.is_null()) {
        errors.push_back(required("spec.resources[storage]"));
    } else {
        append(errors, check_storage(storage, "spec.resources[storage]"));
    }
    const std::string name = text_of(spec, "storageClassName");
    if (!name.empty()) {
        append(errors, invalid_each("spec.storageClassName", name, dns_subdomain_problems(name)));
    }
    check_one_of(errors, text_of(spec, "volumeMode"), "spec.volumeMode", {"Block", "Filesystem"});
    return errors;
}

kube::Quantity storage_of(const Json& claim) {
    return kube::Quantity::parse(
               string_at(claim, {"spec", "resources", "requests", "storage"}, "0"))
        .value_or(kube::Quantity());
}

Json spec_but_size(const Json& claim) {
    Json spec = object_at(claim, {"spec"});
    if (spec.contains("resources") && spec["resources"].contains("requests")) {
        spec["resources"]["requests"].erase("storage");
    }
    return spec;
}

FieldErrors validate_claim_update(const Json& now, const Json& before,
                                  std::string_view subresource) {
    if (subresource == "status") {
        return {};
    }
    FieldErrors errors = validate_claim(now);
    const bool is_bound = string_at(before, {"status", "phase"}) == "Bound";
    const bool was_bound_now = string_at(before, {"spec", "volumeName"}).empty() &&
                               !string_at(now, {"spec", "volumeName"}).empty();
    Json frozen = is_bound ? spec_but_size(now) : object_at(now, {"spec"});
    Json earlier = is_bound ? spec_but_size(before) : object_at(before, {"spec"});
    if (was_bound_now) {
        frozen.erase("volumeName");
    }
    if (frozen != earlier) {
        errors.push_back(forbidden("spec",
                                   "spec is immutable after creation except resources.requests "
                                   "for bound claims"));
    }
    if (storage_of(now) < storage_of(before)) {
        errors.push_back(forbidden("spec.resources.requests.storage",
                                   "field can not be less than previous value"));
    }
    return errors;
}

FieldErrors check_volume_sources(const Json& spec) {
    FieldErrors errors;
    int sources = 0;
    for (const std::string source : volume_sources) {
        if (is_set(spec, source) && sources++ > 0) {
            errors.push_back(
                forbidden("spec." + source, "may not specify more than 1 volume type"));
        }
    }
    if (sources == 0) {
        errors.push_back(required("spec", "must specify a volume type"));
    }
    return errors;
}

FieldErrors validate_volume(const Json& object) {
    const Json& spec = object_at(object, {"spec"});
    const Json& capacity = object_at(spec, {"capacity"});
    FieldErrors errors = check_access_modes(spec, "");
    if (capacity.empty()) {
        errors.push_back(required("spec.capacity"));
    }
    if (!is_set(capacity, "storage") || capacity.size() > 1) {
        errors.push_back(not_supported(
            "spec.capacity", capacity.empty() ? verbatim("core.ResourceList(nil)") : capacity,
            {"storage"}));
    } else {
        append(errors, check_storage(capacity["storage"], "spec.capacity[storage]"));
    }
    append(errors, check_volume_sources(spec));
    if (!text_of(spec, "persistentVolumeReclaimPolicy").empty()) {
        check_one_of(errors, text_of(spec, "persistentVolumeReclaimPolicy"),
                     "spec.persistentVolumeReclaimPolicy", {"Delete", "Recycle", "Retain"});
    }
    return errors;
}

FieldErrors validate_volume_update(const Json& now, const Json& before,
                                   std::string_view subresource) {
    if (subresource == "status") {
        return {};
    }
    FieldErrors errors = validate_volume(now);
    for (const char* source : volume_sources) {
        if (value_of(object_at(now, {"spec"}), source) !=
            value_of(object_at(before, {"spec"}), source)) {
            errors.push_back(forbidden("spec.persistentvolumesource",
                                       "spec.persistentvolumesource is immutable after creation"));
            break;
        }
    }
    append(errors,
           check_immutable(value_of(object_at(now, {"spec"}), "volumeMode"),
                           value_of(object_at(before, {"spec"}), "volumeMode"), "spec.volumeMode"));
    return errors;
}

FieldErrors validate_class(const Json& object) {
    FieldErrors errors;
    if (text_of(object, "provisioner").empty()) {
        errors.push_back(required("provisioner"));
    }
    check_one_of(errors, text_of(object, "reclaimPolicy"), "reclaimPolicy", {"Delete", "Retain"});
    check_one_of(errors, text_of(object, "volumeBindingMode"), "volumeBindingMode",
                 {"Immediate", "WaitForFirstConsumer"});
    return errors;
}

FieldErrors validate_class_update(const Json& now, const Json& before, std::string_view) {
    FieldErrors errors = validate_class(now);
    for (const std::string field : {"parameters", "provisioner", "reclaimPolicy"}) {
        if (value_of(now, field) != value_of(before, field)) {
            errors.push_back(forbidden(field, "updates to " + field + " are forbidden."));
        }
    }
    append(errors, check_immutable(value_of(now, "volumeBindingMode"),
                                   value_of(before, "volumeBindingMode"), "volumeBindingMode"));
    return errors;
}

// Kinds of the container storage interface: no unconditional updates, the object as the answer.
KindRules csi_rules() {
    return {.unconditional_update = false,
            .returns_deleted_object = true,
            .columns = plain_columns,
            .cells = plain_cells};
}

}  // namespace

KindRules persistent_volume_claim_rules() {
    return {.returns_deleted_object = true,
            .prepare_create = prepare_claim,
            .validate_create = validate_claim,
            .validate_update = validate_claim_update,
            .columns = persistent_volume_claim_columns,
            .cells = persistent_volume_claim_cells};
}

KindRules persistent_volume_rules() {
    return {.returns_deleted_object = true,
            .prepare_create = prepare_volume,
            .validate_create = validate_volume,
            .validate_update = validate_volume_update,
            .columns = persistent_volume_columns,
            .cells = persistent_volume_cells};
}

KindRules storage_class_rules() {
    return {.returns_deleted_object = true,
            .validate_create = validate_class,
            .validate_update = validate_class_update,
            .columns = storage_class_columns,
            .cells = storage_class_cells};
}

KindRules csi_driver_rules() {
    return csi_rules();
}

KindRules csi_node_rules() {
    return csi_rules();
}

KindRules volume_attachment_rules() {
    return csi_rules();
}

}  // namespace bestgres::fakekube
