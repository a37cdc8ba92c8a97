#include "scenarios/invariants/managed_fields.hpp"

#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {

Json fields_owned(const kube::Object& object) {
    Json owned = Json::object();
    for (const Json& entry : array_at(object.json(), {"metadata", "managedFields"})) {
        if (string_at(entry, {"manager"}) == manifests::field_manager) {
            owned.merge_patch(object_at(entry, {"fieldsV1"}));
        }
    }
    return owned;
}

const Json* fields_below(const Json* fields, const std::string& key) {
    if (fields == nullptr) {
        return nullptr;
    }
    const auto found = fields->find("f:" + key);
    return found == fields->end() ? nullptr : &*found;
}

}  // namespace bestgres::scenarios
