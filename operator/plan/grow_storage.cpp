// Volumes smaller than the spec asks for: the claims are patched, then the StatefulSet, whose claim
// template cannot be changed, is deleted without its pods and applied anew. A crash in between
// leaves a missing object, which keep_objects repairs. Nothing here ever shrinks.
#include "lib/kube/quantity.hpp"
#include "lib/kube/workload.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/rules.hpp"

namespace bestgres::plan {
namespace {

bool is_less(std::string_view have, std::string_view want) {
    const auto left = kube::Quantity::parse(have);
    const auto right = kube::Quantity::parse(want);
    return left.ok() && right.ok() && *left < *right;
}

Step grow(const ClusterView& view, const kube::Object& claim, const std::string& size) {
    return {
        .effect =
            PatchObject{
                .ref = {kube::kinds::persistent_volume_claim, view.ns, std::string(claim.name())},
                .uid = std::string(claim.uid()),
                .resource_version = std::string(claim.resource_version()),
                .merge = {{"spec", {{"resources", {{"requests", {{"storage", size}}}}}}}},
                .what = "grow to " + size},
        .rule = RuleId::grow_storage,
        .because = std::string(claim.name()) + " has " + std::string(kube::claim_request(claim)) +
                   ", wanted are " + size};
}

}  // namespace

Opinion grow_storage(const ClusterView& view) {
    const std::string& size = view.spec->volume.persistent_volume_size;
    for (const Member& member : view.members) {
        const bool bound = kube::claim_phase(member.claim) == "Bound";
        if (member.has_claim() && bound && !member.claim.being_deleted() &&
            is_less(kube::claim_request(member.claim), size)) {
            return just(grow(view, member.claim, size));
        }
    }
    const Json& templates = array_at(view.stateful_set.json(), {"spec", "volumeClaimTemplates"});
    if (view.stateful_set.being_deleted() || templates.empty() ||
        !is_less(string_at(templates[0], {"spec", "resources", "requests", "storage"}), size)) {
        return {};
    }
    return just(Step{.effect = DeleteObject{.ref = {kube::kinds::stateful_set, view.ns,
                                                    std::string(view.stateful_set.name())},
                                            .uid = std::string(view.stateful_set.uid()),
                                            .resource_version =
                                                std::string(view.stateful_set.resource_version()),
                                            .propagation = kube::Propagation::orphan},
                     .rule = RuleId::grow_storage,
                     .because = "the claim template cannot be changed: the StatefulSet is made "
                                "anew around its running pods"});
}

}  // namespace bestgres::plan
