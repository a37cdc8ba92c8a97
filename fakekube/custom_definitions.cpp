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

}  // namespace

void definition_written(ServerState& state, const Resource& resource,
                        const kube::Object& definition, Instant now, bool gone) {
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
