#include "operator/core/heartbeat.hpp"

namespace bestgres::core {
namespace {

// Of `<scope>-leader`, as Patroni 3 and 4 write it.
Json without_pulse(const kube::Object& object) {
    Json json = object.json();
    Json& metadata = json["metadata"];
    metadata.erase("resourceVersion");
    metadata.erase("managedFields");
    for (const char* const name : {"renewTime", "optime", "slots", "retain_slots"}) {
        metadata["annotations"].erase(name);
    }
    return json;
}

bool has_lock(const kube::Object& object) {
    return !object.annotation("renewTime").empty() && !object.annotation("leader").empty();
}

}  // namespace

bool is_heartbeat(const kube::Ref& ref, const kube::Object& before, const kube::Object& after) {
    return ref.kind == kube::kinds::config_map && has_lock(before) && has_lock(after) &&
           without_pulse(before) == without_pulse(after);
}

}  // namespace bestgres::core
