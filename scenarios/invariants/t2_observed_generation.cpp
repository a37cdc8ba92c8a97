#include "scenarios/invariants/t2_observed_generation.hpp"

#include "lib/kube/condition.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/objects.hpp"

namespace bestgres::scenarios {
namespace {

std::int64_t observed(const kube::Object& resource) {
    return find_int(resource.json(), {"status", "observedGeneration"}).value_or(0);
}

// Why "Ready for this generation" is not true; empty where it is.
std::string not_made_from_it(const Truth& truth, const kube::Object& resource) {
    const ClusterId id = cluster_of(resource);
    const auto accepted = manifests::read_accepted_spec(
        truth.object({kube::kinds::config_map, id.ns, manifests::accepted_spec_name(id.name)}));
    const bool valid = kube::condition_is_true(resource, "SpecValid");
    if (!valid || api::is_paused(resource)) {
        return "";
    }
    if (!accepted.ok() || accepted->generation > observed(resource)) {
        return "the accepted spec is not of that generation";
    }
    const auto asked = asked_spec(resource);
    if (asked && !(accepted->spec == *asked)) {
        return "the accepted spec is an older one";
    }
    return "";
}

// Whether the operator has just accepted what its user asks for and may not.
bool accepts_nonsense(const ObjectChanged& changed, const Truth& truth) {
    const kube::Object& after = changed.after;
    const ClusterId id = cluster_of(after);
    if (after.kind() != kube::kinds::config_map.name ||
        after.name() != manifests::accepted_spec_name(id.name)) {
        return false;
    }
    const kube::Object resource = resource_of(truth, id);
    const auto accepted = manifests::read_accepted_spec(after);
    return accepted.ok() && owner_uid(after) == resource.uid() &&
           accepted->generation == resource.generation() && !asked_spec(resource);
}

}  // namespace

void T2ObservedGeneration::on(const Occurrence& occurrence, const Truth& truth,
                              Findings& findings) {
    const auto* const changed = std::get_if<ObjectChanged>(&occurrence);
    if (changed == nullptr || !by_operator(changed->actor)) {
        return;
    }
    if (accepts_nonsense(*changed, truth)) {
        findings.add(text,
                     "Cluster " + to_string(cluster_of(changed->after)) +
                         " has a spec that is not valid, and the operator accepts it",
                     {identify(changed->after)});
    }
    if (changed->after.kind() != kube::kinds::bg_cluster.name) {
        return;
    }
    const kube::Object& after = changed->after;
    const std::string what = "Cluster " + to_string(cluster_of(after));
    const std::int64_t now = observed(after);
    if (changed->before.uid() == after.uid() && now < observed(changed->before)) {
        findings.add(text,
                     what + " has observed generation " + std::to_string(now) + " after " +
                         std::to_string(observed(changed->before)),
                     {identify(after)});
    }
    if (now > after.generation()) {
        findings.add(text,
                     what + " has observed generation " + std::to_string(now) + ", but is at " +
                         std::to_string(after.generation()),
                     {identify(after)});
    }
    const bool claims = kube::condition_is_true(after, "Ready") && now == after.generation() &&
                        !after.being_deleted();
    const std::string why = claims ? not_made_from_it(truth, after) : "";
    if (!why.empty()) {
        findings.add(text, what + " is Ready at generation " + std::to_string(now) + ", but " + why,
                     {identify(after)});
    }
}

}  // namespace bestgres::scenarios
