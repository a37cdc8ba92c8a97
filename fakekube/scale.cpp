#include "fakekube/scale.hpp"

#include <fmt/format.h>

#include <utility>

#include "fakekube/kinds/json_patch.hpp"
#include "fakekube/registry.hpp"
#include "lib/kube/selector.hpp"

namespace bestgres::fakekube {
namespace {

Json::json_pointer pointer_of(std::string_view dotted) {
    std::string pointer(dotted);
    if (!pointer.empty() && pointer.front() != '.') {
        pointer.insert(0, ".");
    }
    for (char& byte : pointer) {
        byte = byte == '.' ? '/' : byte;
    }
    return Json::json_pointer(pointer);
}

Json value_at(const Json& object, const std::string& dotted) {
    if (dotted.empty()) {
        return nullptr;
    }
    const Json::json_pointer pointer = pointer_of(dotted);
    return object.contains(pointer) ? object[pointer] : Json();
}

std::string selector_text(const Json& selector) {
    if (selector.is_string()) {
        return selector.get<std::string>();
    }
    if (!selector.is_object()) {
        return "";
    }
    const bool structured =
        selector.contains("matchLabels") || selector.contains("matchExpressions");
    if (!structured) {
        return kube::to_string(kube::selector_of_map(selector));
    }
    const Result<kube::LabelSelector> parsed = kube::label_selector_of(selector);
    return parsed.ok() ? kube::to_string(*parsed) : std::string();
}

FieldErrors check_scale(const Json& scale) {
    const std::int64_t replicas = find_int(scale, {"spec", "replicas"}).value_or(0);
    if (replicas < 0) {
        return {invalid("spec.replicas", replicas, "must be greater than or equal to 0")};
    }
    return {};
}

struct ScaleWrite {
    const kube::Object& before;
    const Json& scale;
};

Outcome<Json> store_scale(ServerState& state, const RequestContext& context,
                          const Resource& resource, const ScaleWrite& write) {
    const kube::Object& before = write.before;
    const Json& scale = write.scale;
    // The schema of a custom resource says which numbers it takes.
    const FieldErrors errors = resource.strategy->is_custom() ? FieldErrors{} : check_scale(scale);
    if (!errors.empty()) {
        return invalid("autoscaling", "Scale", before.name(), errors);
    }
    const kube::Object live = served(resource, before);
    const std::string version = string_at(scale, {"metadata", "resourceVersion"});
    const std::string uid = string_at(scale, {"metadata", "uid"});
    if (!version.empty() && version != "0" && version != live.resource_version()) {
        return conflict(resource, live.name());
    }
    if (!uid.empty() && uid != live.uid()) {
        return conflict(resource, live.name(),
                        fmt::format("Precondition failed: UID in precondition: {}, UID in object "
                                    "meta: {}",
                                    uid, live.uid()));
    }
    Json now = live.json();
    now[pointer_of(resource.strategy->scale_paths()->spec_replicas)] =
        find_int(scale, {"spec", "replicas"}).value_or(0);
    const Outcome<Written> written =
        replace_object(state, context, resource, {.before = before, .now = std::move(now)});
    if (!written.ok()) {
        return written.error();
    }
    return scale_of(resource, written->object);
}

}  // namespace

Json scale_of(const Resource& resource, const kube::Object& object) {
    const std::optional<ScalePaths> paths = resource.strategy->scale_paths();
    Json meta = Json::object();
    for (const char* key : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
        const Json* value = find(object.json(), {"metadata", key});
        if (value != nullptr) {
            meta[key] = *value;
        }
    }
    Json scale = {{"kind", "Scale"},
                  {"apiVersion", "autoscaling/v1"},
                  {"metadata", std::move(meta)},
                  {"spec", Json::object()},
                  {"status", {{"replicas", 0}}}};
    if (!paths) {
        return scale;
    }
    const Json wanted = value_at(object.json(), paths->spec_replicas);
    if (wanted.is_number_integer() && wanted != 0) {
        scale["spec"]["replicas"] = wanted;
    }
    const Json actual = value_at(object.json(), paths->status_replicas);
    if (actual.is_number_integer()) {
        scale["status"]["replicas"] = actual;
    }
    const std::string selector = selector_text(value_at(object.json(), paths->selector));
    if (!selector.empty()) {
        scale["status"]["selector"] = selector;
    }
    return scale;
}

Outcome<Json> update_scale(ServerState& state, const RequestContext& context,
                           const Resource& resource, const Json& scale) {
    const std::string name = string_at(scale, {"metadata", "name"});
    const kube::Object* found =
        state.store.find(storage_key(resource, string_at(scale, {"metadata", "namespace"}), name));
    if (found == nullptr) {
        return not_found(resource, name);
    }
    return store_scale(state, context, resource, {kube::Object(*found), scale});
}

Outcome<Json> patch_scale(ServerState& state, const RequestContext& context,
                          const Resource& resource, const ObjectPatch& asked) {
    const ObjectKey& key = asked.key;
    const PatchRequest& patch = asked.patch;
    const kube::Object* found = state.store.find(storage_key(resource, key.ns, key.name));
    if (found == nullptr) {
        return not_found(resource, key.name);
    }
    const kube::Object before = *found;
    Json scale = scale_of(resource, before);
    if (patch.type == PatchType::json) {
        Outcome<Json> patched = json_patch(scale, patch.body);
        if (!patched.ok()) {
            return patched;
        }
        scale = std::move(*patched);
    } else {
        merge_patch(scale, patch.body);
    }
    return store_scale(state, context, resource, {before, scale});
}

}  // namespace bestgres::fakekube
