#include "scenarios/invariants/k1_volume_deletion.hpp"

#include <algorithm>

#include "lib/kube/workload.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {
namespace {

using api::VolumePolicy;

bool is_used(const Truth& truth, const kube::Object& claim) {
    const std::string_view prefix = "pgdata-";
    const std::string pod(claim.name().substr(std::min(prefix.size(), claim.name().size())));
    const kube::Object user = truth.object({kube::kinds::pod, std::string(claim.ns()), pod});
    const std::string_view phase = kube::pod_phase(user);
    return !user.name().empty() && phase != "Succeeded" && phase != "Failed";
}

bool is_licensed(const kube::Object& resource, const std::optional<api::ClusterSpec>& in_force,
                 const kube::Object& claim) {
    const std::optional<api::ClusterSpec> asked = asked_spec(resource);
    for (const auto& spec : {asked, in_force}) {
        if (!spec) {
            continue;
        }
        const api::RetentionSpec& retention = spec->volume.retention;
        const auto ordinal = manifests::volume_claim_ordinal(resource.name(), claim.name());
        const bool dying = is_going(resource) && retention.when_deleted == VolumePolicy::remove;
        const bool surplus =
            ordinal && *ordinal >= spec->instances && retention.when_scaled == VolumePolicy::remove;
        if (dying || surplus) {
            return true;
        }
    }
    return false;
}

// What a StatefulSet of the operator lets its controller do with claims; empty where nothing.
std::string left_to_the_controller(const ObjectChanged& changed) {
    if (!by_operator(changed.actor) || changed.after.kind() != kube::kinds::stateful_set.name) {
        return "";
    }
    const Json& policy =
        object_at(changed.after.json(), {"spec", "persistentVolumeClaimRetentionPolicy"});
    for (const auto& [when, what] : policy.items()) {
        if (what != "Retain") {
            return when + ": " + dump(what);
        }
    }
    return "";
}

}  // namespace

void K1VolumeDeletion::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    wishes_.on(occurrence, truth);
    if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        if (const std::string left = left_to_the_controller(*changed); !left.empty()) {
            findings.add(text,
                         changed->actor.name +
                             " lets the StatefulSet controller delete volumes of " +
                             to_string(cluster_of(changed->after)),
                         {left, identify(changed->after)});
        }
    }
    const auto* const arrived = std::get_if<CallArrived>(&occurrence);
    const auto* const remove =
        arrived == nullptr ? nullptr : std::get_if<kube::Delete>(&arrived->call);
    if (remove == nullptr || remove->ref.kind != kube::kinds::persistent_volume_claim ||
        !by_operator(arrived->actor) || !holds(remove->only_if, arrived->before)) {
        return;
    }
    const kube::Object& claim = arrived->before;
    const ClusterId id = cluster_of(claim);
    const std::string what = arrived->actor.name + " deletes " + to_string(remove->ref);
    if (!remove->only_if.uid || !remove->only_if.resource_version) {
        findings.add(text, what + " without naming its uid and resourceVersion", {identify(claim)});
    }
    const bool lost = kube::claim_phase(claim) == "Lost";
    if (!lost && is_used(truth, claim)) {
        findings.add(text, what + " while its pod exists", {identify(claim)});
    }
    const std::vector<kube::Object> resources = wishes_.recent(truth, id);
    const auto in_force = spec_in_force(truth, id);
    const bool licensed =
        lost || std::any_of(resources.begin(), resources.end(), [&](const kube::Object& one) {
            return is_licensed(one, in_force, claim);
        });
    if (!licensed) {
        const kube::Object resource = resource_of(truth, id);
        findings.add(text,
                     what + (resource.name().empty()
                                 ? ", but there is no cluster " + to_string(id)
                                 : ", but cluster " + to_string(id) + " keeps its volumes"),
                     {identify(claim), identify(resource)});
    }
}

}  // namespace bestgres::scenarios
