#include <fmt/format.h>

#include "fakekube/kinds/tables/cells.hpp"
#include "fakekube/kinds/tables/tables.hpp"

namespace bestgres::fakekube {
namespace {

std::string int_or_percent_cell(const Json& spec, std::string_view field) {
    const Json* value = find(spec, {field});
    if (value == nullptr) {
        return "N/A";
    }
    return value->is_string() ? value->get<std::string>() : dump(*value);
}

bool is_being_deleted(const Json& object) {
    return find(object, {"metadata", "deletionTimestamp"}) != nullptr;
}

std::string subjects_of(const Json& binding, std::string_view kind) {
    std::vector<std::string> names;
    for (const Json& subject : array_at(binding, {"subjects"})) {
        if (string_at(subject, {"kind"}) == kind) {
            const std::string ns = string_at(subject, {"namespace"});
            const bool has_namespace = kind == "ServiceAccount";
            names.push_back((has_namespace ? ns + "/" : "") + string_at(subject, {"name"}));
        }
    }
    return join(names, ", ");
}

}  // namespace

std::vector<TableColumn> persistent_volume_claim_columns() {
    return columns_of(
        "Name:name Status Volume Capacity Access_Modes StorageClass Age VolumeMode:wide");
}

std::vector<Json> persistent_volume_claim_cells(const Json& object, Instant now) {
    const std::string volume = string_at(object, {"spec", "volumeName"});
    const std::string phase = string_at(object, {"status", "phase"});
    return {name_cell(object),
            is_being_deleted(object) ? "Terminating" : phase,
            volume,
            volume.empty() ? "" : string_at(object, {"status", "capacity", "storage"}),
            volume.empty() ? "" : access_modes_cell(array_at(object, {"status", "accessModes"})),
            string_at(object, {"spec", "storageClassName"}),
            age_cell(object, now),
            string_at(object, {"spec", "volumeMode"}, "<unset>")};
}

std::vector<TableColumn> persistent_volume_columns() {
    return columns_of(
        "Name:name Capacity Access_Modes Reclaim_Policy Status Claim StorageClass Reason Age "
        "VolumeMode:wide");
}

std::vector<Json> persistent_volume_cells(const Json& object, Instant now) {
    const std::string claim = string_at(object, {"spec", "claimRef", "name"});
    const std::string ns = string_at(object, {"spec", "claimRef", "namespace"});
    const std::string phase = string_at(object, {"status", "phase"});
    return {name_cell(object),
            string_at(object, {"spec", "capacity", "storage"}),
            access_modes_cell(array_at(object, {"spec", "accessModes"})),
            string_at(object, {"spec", "persistentVolumeReclaimPolicy"}),
            is_being_deleted(object) ? "Terminating" : phase,
            claim.empty() ? "" : ns + "/" + claim,
            string_at(object, {"spec", "storageClassName"}),
            string_at(object, {"status", "reason"}),
            age_cell(object, now),
            string_at(object, {"spec", "volumeMode"}, "<unset>")};
}

std::vector<TableColumn> storage_class_columns() {
    return columns_of(
        "Name:name Provisioner ReclaimPolicy VolumeBindingMode AllowVolumeExpansion Age");
}

std::vector<Json> storage_class_cells(const Json& object, Instant now) {
    const bool is_default =
        string_at(object, {"metadata", "annotations",
                           "storageclass.kubernetes.io/is-default-class"}) == "true";
    return {name_cell(object) + (is_default ? " (default)" : ""),
            string_at(object, {"provisioner"}),
            string_at(object, {"reclaimPolicy"}, "Delete"),
            string_at(object, {"volumeBindingMode"}, "Immediate"),
            find_bool(object, {"allowVolumeExpansion"}).value_or(false),
            age_cell(object, now)};
}

std::vector<TableColumn> lease_columns() {
    return columns_of("Name:name Holder Age");
}

std::vector<Json> lease_cells(const Json& object, Instant now) {
    return {name_cell(object), string_at(object, {"spec", "holderIdentity"}),
            age_cell(object, now)};
}

std::vector<TableColumn> pod_disruption_budget_columns() {
    return columns_of("Name:name Min_Available Max_Unavailable Allowed_Disruptions:integer Age");
}

std::vector<Json> pod_disruption_budget_cells(const Json& object, Instant now) {
    const Json& spec = object_at(object, {"spec"});
    return {name_cell(object), int_or_percent_cell(spec, "minAvailable"),
            int_or_percent_cell(spec, "maxUnavailable"),
            find_int(object, {"status", "disruptionsAllowed"}).value_or(0), age_cell(object, now)};
}

std::vector<TableColumn> role_columns() {
    return columns_of("Name:name Created_At");
}

std::vector<Json> role_cells(const Json& object, Instant) {
    return {name_cell(object), string_at(object, {"metadata", "creationTimestamp"})};
}

std::vector<TableColumn> role_binding_columns() {
    return columns_of("Name:name Role Age Users:wide Groups:wide ServiceAccounts:wide");
}

std::vector<Json> role_binding_cells(const Json& object, Instant now) {
    return {name_cell(object),
            string_at(object, {"roleRef", "kind"}) + "/" + string_at(object, {"roleRef", "name"}),
            age_cell(object, now),
            subjects_of(object, "User"),
            subjects_of(object, "Group"),
            subjects_of(object, "ServiceAccount")};
}

std::vector<TableColumn> priority_class_columns() {
    return columns_of("Name:name Value Global-Default Age");
}

std::vector<Json> priority_class_cells(const Json& object, Instant now) {
    return {name_cell(object), find_int(object, {"value"}).value_or(0),
            find_bool(object, {"globalDefault"}).value_or(false), age_cell(object, now)};
}

}  // namespace bestgres::fakekube
