#include <fmt/format.h>

#include <utility>

#include "fakekube/managed_fields.hpp"
#include "fakekube/patching.hpp"
#include "fakekube/registry.hpp"

namespace bestgres::fakekube {
namespace {

// A version or uid in the patched object is a precondition, since patches never change them.
Outcome<Done> check_preconditions(const Resource& resource, const Json& patched,
                                  const kube::Object& before) {
    const std::string version = string_at(patched, {"metadata", "resourceVersion"});
    if (!version.empty() && version != "0" && version != before.resource_version()) {
        return conflict(resource, before.name());
    }
    return Done{};
}

// A patch renames nothing.
Outcome<Done> check_names(const ObjectKey& key, const Json& patched) {
    const std::string name = string_at(patched, {"metadata", "name"});
    if (name.empty()) {
        return bad_request(fmt::format(
            "the name of the object ({} based on URL) was undeterminable: name must be provided",
            key.name));
    }
    if (name != key.name) {
        return bad_request(fmt::format(
            "the name of the object ({}) does not match the name on the URL ({})", name, key.name));
    }
    const std::string ns = string_at(patched, {"metadata", "namespace"}, key.ns);
    if (!key.ns.empty() && !ns.empty() && ns != key.ns) {
        return bad_request(fmt::format(
            "the namespace of the object ({}) does not match the namespace on the request ({})", ns,
            key.ns));
    }
    return Done{};
}

Outcome<Written> apply_patch(ServerState& state, const RequestContext& context,
                             const Resource& resource, const ObjectPatch& asked) {
    const ObjectKey& key = asked.key;
    const Json& applied = asked.patch.body;
    const kube::Object* found = state.store.find(storage_key(resource, key.ns, key.name));
    if (found == nullptr && !context.subresource.empty()) {
        return not_found(resource, key.name);
    }
    const kube::Object shown = found == nullptr ? kube::Object() : served(resource, *found);
    const Json& live = shown.json();
    Outcome<Json> merged = apply_fields(context, resource, live, applied);
    if (!merged.ok()) {
        return std::move(merged).error();
    }
    if (found == nullptr) {
        return create_applied(state, context, resource, std::move(*merged));
    }
    BG_TRY(check_preconditions(resource, *merged, *found));
    BG_TRY(decode_body(context, resource, *merged, &live));
    resource.strategy->set_update_defaults(*merged, live);
    return replace_object(
        state, context, resource,
        {.before = *found, .now = std::move(*merged), .managed_fields_done = true});
}

}  // namespace

Outcome<Written> patch_object(ServerState& state, const RequestContext& context,
                              const Resource& resource, const ObjectPatch& asked) {
    const ObjectKey& key = asked.key;
    const PatchRequest& patch = asked.patch;
    if (patch.type == PatchType::apply) {
        return apply_patch(state, context, resource, asked);
    }
    const kube::Object* found = state.store.find(storage_key(resource, key.ns, key.name));
    if (found == nullptr) {
        return not_found(resource, key.name);
    }
    const kube::Object before = *found;
    const kube::Object live = served(resource, before);
    Outcome<Json> patched = patched_json(resource, live.json(), patch);
    if (!patched.ok()) {
        return std::move(patched).error();
    }
    Outcome<std::vector<std::string>> warnings =
        decode_patched(context, resource, {live.json(), patch, *patched});
    if (!warnings.ok()) {
        return std::move(warnings).error();
    }
    BG_TRY(check_names(key, *patched));
    BG_TRY(check_preconditions(resource, *patched, before));
    resource.strategy->set_update_defaults(*patched, live.json());
    Outcome<Written> written =
        replace_object(state, context, resource, {.before = before, .now = std::move(*patched)});
    if (written.ok()) {
        written->warnings = std::move(*warnings);
    }
    return written;
}

}  // namespace bestgres::fakekube
