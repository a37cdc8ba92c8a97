#include "fakekube/custom_definitions.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "fakekube/crd/custom_resources.hpp"
#include "fakekube/registry.hpp"

namespace bestgres::fakekube {
namespace {

constexpr const char* definitions_prefix = "customresourcedefinitions.apiextensions.k8s.io/";

std::vector<kube::Object> stored_definitions(const ServerState& state) {
    std::vector<kube::Object> all;
    state.store.scan(definitions_prefix, "", [&all](const Store::Entry& entry) {
        all.push_back(entry.object);
        return true;
    });
    return all;
}

void serve(ServerState& state, const Json& definition) {
    ResourceTable& table = state.resources.write();
    table.remove_group_resource(string_at(definition, {"spec", "group"}),
                                string_at(definition, {"spec", "names", "plural"}));
    Result<std::vector<Resource>> resources = resources_of_crd(definition);
    if (!resources.ok()) {
        return;
    }
    for (Resource& resource : *resources) {
        table.add(std::make_shared<const Resource>(std::move(resource)));
    }
}

// What the finalizer of a definition waits for.
bool has_objects(const ServerState& state, const kube::Object& definition) {
    bool found = false;
    state.store.scan(std::string(definition.name()) + "/", "", [&found](const Store::Entry&) {
        found = true;
        return false;
    });
    return found;
}

void drop_finalizer(Json& definition) {
    Json left = Json::array();
    for (const Json& finalizer : array_at(definition, {"metadata", "finalizers"})) {
        if (finalizer != std::string(crd_finalizer)) {
            left.push_back(finalizer);
        }
    }
    definition["metadata"]["finalizers"] = std::move(left);
}

// Terminating definitions without objects go, or wait for the finalizers of others.
void finish_terminating(ServerState& state) {
    const ResourcePtr kind =
        find_kind(state, "apiextensions.k8s.io/v1", "CustomResourceDefinition");
    for (const kube::Object& definition : stored_definitions(state)) {
        if (kind == nullptr || !definition.being_deleted() ||
            !definition.has_finalizer(crd_finalizer) || has_objects(state, definition)) {
            continue;
        }
        Json changed = definition.json();
        drop_finalizer(changed);
        if (!array_at(changed, {"metadata", "finalizers"}).empty()) {
            commit_updated(state, *kind, definition, std::move(changed));
            continue;
        }
        commit_deleted(state, *kind, definition);
        state.resources.write().remove_group_resource(
            definition.text_at({"spec", "group"}), definition.text_at({"spec", "names", "plural"}));
    }
}

ResourcePtr served_resource(const ServerState& state, const kube::Object& definition) {
    for (const ResourcePtr& resource : state.resources->in_order) {
        if (resource->group == definition.text_at({"spec", "group"}) &&
            resource->plural == definition.text_at({"spec", "names", "plural"})) {
            return resource;
        }
    }
    return nullptr;
}

}  // namespace

void definition_deleting(const Resource& resource, Json& definition, Instant now) {
    if (resource.is(kube::kinds::custom_resource_definition) &&
        string_at(definition, {"metadata", "deletionTimestamp"}).empty()) {
        begin_termination(definition, now);
    }
}

void definition_marked(ServerState& state, const Resource& resource, const kube::Object& definition,
                       Instant now) {
    if (!resource.is(kube::kinds::custom_resource_definition)) {
        return;
    }
    std::vector<ObjectKey> keys;
    state.store.scan(std::string(definition.name()) + "/", "", [&keys](const Store::Entry& entry) {
        keys.push_back(ObjectKey{.ns = std::string(entry.object.ns()),
                                 .name = std::string(entry.object.name())});
        return true;
    });
    const RequestContext context{
        .now = now, .user = User{.name = "system:apiserver", .groups = {"system:masters"}}};
    if (const ResourcePtr served = served_resource(state, definition)) {
        for (const ObjectKey& key : keys) {
            // What cannot go now (finalizers) is waited for.
            static_cast<void>(remove_object(state, context, *served, {key, DeleteOptions{}}));
        }
    }
    finish_terminating(state);
}

void definition_written(ServerState& state, const Resource& resource, const WrittenObject& written,
                        Instant now) {
    const kube::Object& definition = written.object;
    const bool gone = written.gone;
    if (gone && resource.strategy->is_custom()) {
        return finish_terminating(state);
    }
    if (!resource.is(kube::kinds::custom_resource_definition)) {
        return;
    }
    if (gone) {
        state.resources.write().remove_group_resource(
            definition.text_at({"spec", "group"}), definition.text_at({"spec", "names", "plural"}));
        return;
    }
    const kube::Object* stored =
        find_stored(state, "customresourcedefinitions.apiextensions.k8s.io", "", definition.name());
    if (stored == nullptr) {
        return;
    }
    const std::vector<kube::Object> all = stored_definitions(state);
    std::vector<const Json*> others;
    for (const kube::Object& each : all) {
        others.push_back(&each.json());
    }
    const kube::Object before = *stored;
    Json accepted = before.json();
    if (accept_names(accepted, others, now)) {
        commit_updated(state, resource, before, accepted);
    }
    serve(state, accepted);
}

void serve_stored_definitions(ServerState& state) {
    for (const kube::Object& definition : stored_definitions(state)) {
        serve(state, definition.json());
    }
}

}  // namespace bestgres::fakekube
