#include "scenarios/invariants/k17_removal.hpp"

#include "operator/manifests/objects.hpp"
#include "scenarios/invariants/managed_fields.hpp"

namespace bestgres::scenarios {
namespace {

// Fields of maps that are owned and not wanted. Lists are judged as wholes by others.
void find_left(const Json& owned, const Json& wanted, const std::string& path,
               std::vector<std::string>& left) {
    for (const auto& [key, below] : owned.items()) {
        if (key.rfind("f:", 0) != 0) {
            continue;
        }
        const std::string name = key.substr(2);
        const std::string here = path + "." + name;
        const auto found = wanted.is_object() ? wanted.find(name) : wanted.end();
        if (!wanted.is_object() || found == wanted.end()) {
            left.push_back(here);
        } else if (found->is_object() && below.is_object()) {
            find_left(below, *found, here, left);
        }
    }
}

manifests::Input input_of(const kube::Object& resource, const api::ClusterSpec& spec) {
    return {.identity = {.ns = std::string(resource.ns()),
                         .name = std::string(resource.name()),
                         .uid = std::string(resource.uid()),
                         .citus = spec.citus},
            .spec = spec,
            .operator_image = "any",
            .restarted_at = api::restarted_at(resource),
            .existing_members = spec.instances};
}

}  // namespace

void K17Removal::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (!std::holds_alternative<Settled>(occurrence)) {
        return;
    }
    for (const kube::Object& resource : truth.objects(kube::kinds::bg_cluster)) {
        const ClusterId id = cluster_of(resource);
        const auto spec = spec_in_force(truth, id);
        if (!spec || is_going(resource) || api::is_paused(resource)) {
            continue;
        }
        for (const kube::Object& wanted : manifests::applied_objects(input_of(resource, *spec))) {
            const auto kind = kube::find_kind(wanted.api_version(), wanted.kind());
            const kube::Object stored =
                kind ? truth.object({*kind, id.ns, std::string(wanted.name())}) : kube::Object();
            std::vector<std::string> left;
            find_left(fields_owned(stored), wanted.json(), "", left);
            if (!left.empty()) {
                findings.add(text,
                             std::string(stored.kind()) + " " + std::string(stored.name()) +
                                 " keeps " + left.front() + ", which its manifest has no more",
                             left);
            }
        }
    }
}

}  // namespace bestgres::scenarios
