#include "scenarios/swarm/subject.hpp"

#include <algorithm>

#include "lib/base/check.hpp"
#include "operator/api/sharded.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {
namespace {

const Json& spec_in(const Edit& edit) {
    static const Json none;
    if (const auto* apply = std::get_if<ApplyManifest>(&edit.action)) {
        return object_at(apply->manifest, {"spec"});
    }
    const auto* const patch = std::get_if<MergePatch>(&edit.action);
    return patch == nullptr ? none : object_at(patch->body, {"spec"});
}

}  // namespace

Subject subject_of(const Scenario& scenario) {
    BG_CHECK(!scenario.edits.empty(), "a scenario begins with a cluster");
    const auto* const made = std::get_if<ApplyManifest>(&scenario.edits.front().action);
    BG_CHECK(made != nullptr, "a scenario begins with a cluster");
    const std::string name(string_at(made->manifest, {"metadata", "name"}));
    if (string_at(made->manifest, {"kind"}) != kube::kinds::bg_sharded_cluster.name) {
        return {.name = name, .sharded = false, .clusters = {name}};
    }
    std::int64_t shards = 0;
    for (const Edit& edit : scenario.edits) {
        shards = std::max(shards, find_int(spec_in(edit), {"shards"}).value_or(0));
    }
    Subject subject{.name = name, .sharded = true, .clusters = {}};
    for (std::int64_t group = 0; group <= shards; ++group) {
        subject.clusters.push_back(manifests::group_cluster_name(name, group));
    }
    return subject;
}

}  // namespace bestgres::scenarios
