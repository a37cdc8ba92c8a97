#include "operator/plan/names_taken.hpp"

#include <tuple>

#include "operator/manifests/names.hpp"

namespace bestgres::plan {
namespace {

// Texts of times in one format, in order. Two made within a second: the names decide, and whoever
// was accepted meanwhile stays.
bool was_there_first(const kube::Object& one, const kube::Object& other) {
    const auto age = [](const kube::Object& resource) {
        return std::tuple(resource.text_at({"metadata", "creationTimestamp"}), resource.name());
    };
    return age(one) < age(other);
}

}  // namespace

api::Problems names_taken(const ClusterView& view) {
    if (view.accepted) {
        return {};
    }
    const std::optional<api::CitusSpec> citus = api::citus_of(view.resource());
    const std::string path = citus ? "spec.citus" : "metadata.name";
    const std::string prefix = manifests::dcs_prefix(view.name, citus);
    api::Problems problems;
    for (const Rival& rival : view.facts.rivals) {
        const std::string_view name = rival.resource.name();
        const std::optional<std::string> shared =
            manifests::shared_object({view.name, citus}, {name, api::citus_of(rival.resource)});
        if (shared && (rival.accepted || was_there_first(rival.resource, view.resource()))) {
            problems.push_back(
                {path,
                 *shared + " is that of BGCluster " + std::string(name) +
                     " already: two clusters cannot have one. Give this one another name, or "
                     "delete that one",
                 prefix});
        }
    }
    for (const kube::Ref& ref : view.facts.left_behind) {
        problems.push_back({path,
                            to_string(ref) +
                                " was left behind by another cluster, and Patroni could neither "
                                "see nor make it. Delete it if its cluster is gone for good, or "
                                "give this one another name",
                            prefix});
    }
    return problems;
}

}  // namespace bestgres::plan
