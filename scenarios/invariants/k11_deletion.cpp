#include "scenarios/invariants/k11_deletion.hpp"

#include <algorithm>

#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {
namespace {

void collect(const Truth& truth, const ClusterId& id, std::initializer_list<kube::Kind> list,
             std::vector<std::string>& names) {
    for (const kube::Kind& kind : list) {
        for (const kube::Object& object : children(truth, kind, id)) {
            const bool dcs =
                kind == kube::kinds::config_map &&
                owner_of_dcs_object(truth, {kind, id.ns, std::string(object.name())}).has_value();
            if (!dcs) {
                names.push_back(identify(object));
            }
        }
    }
}

// What should have gone before the finalizer.
std::vector<std::string> remains(const Truth& truth, const ClusterId& id,
                                 const kube::Object& resource) {
    namespace kinds = kube::kinds;
    std::vector<std::string> names;
    collect(truth, id,
            {kinds::stateful_set, kinds::pod, kinds::service, kinds::pod_disruption_budget,
             kinds::role, kinds::role_binding, kinds::service_account},
            names);
    const auto spec = asked_spec(resource);
    if (spec && spec->volume.retention.when_deleted == api::VolumePolicy::retain) {
        for (const kube::Object& claim : children(truth, kinds::persistent_volume_claim, id)) {
            if (!claim.annotation(manifests::quarantined_until).empty()) {
                names.push_back("the quarantine of " + identify(claim));
            }
        }
    }
    if (spec && spec->volume.retention.when_deleted == api::VolumePolicy::remove) {
        collect(truth, id, {kinds::persistent_volume_claim, kinds::secret}, names);
        for (const std::string& name : manifests::dcs_names(id.name)) {
            const kube::Object object = truth.object({kinds::config_map, id.ns, name});
            if (!object.name().empty()) {
                names.push_back(identify(object));
            }
        }
    }
    return names;
}

bool takes_its_data(const kube::Object& resource) {
    const auto spec = asked_spec(resource);
    return is_going(resource) &&
           (!spec || spec->volume.retention.when_deleted == api::VolumePolicy::remove);
}

}  // namespace

void K11Deletion::judge_secret(const CallArrived& arrived, const Truth& truth,
                               Findings& findings) const {
    const auto* const remove = std::get_if<kube::Delete>(&arrived.call);
    if (remove == nullptr || remove->ref.kind != kube::kinds::secret ||
        !by_operator(arrived.actor) || !holds(remove->only_if, arrived.before)) {
        return;
    }
    const ClusterId id = cluster_of(arrived.before);
    const std::vector<kube::Object> wishes = wishes_.recent(truth, id);
    if (std::none_of(wishes.begin(), wishes.end(), takes_its_data)) {
        findings.add(text,
                     arrived.actor.name + " deletes the credentials of " + to_string(id) +
                         ", whose data stays",
                     {identify(arrived.before), identify(resource_of(truth, id))});
    }
}

void K11Deletion::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    wishes_.on(occurrence, truth);
    if (const auto* arrived = std::get_if<CallArrived>(&occurrence)) {
        judge_secret(*arrived, truth, findings);
        return;
    }
    const auto* const changed = std::get_if<ObjectChanged>(&occurrence);
    if (changed == nullptr || changed->before.kind() != kube::kinds::bg_cluster.name ||
        !by_operator(changed->actor)) {
        return;
    }
    const kube::Object& before = changed->before;
    if (!before.has_finalizer(manifests::finalizer) ||
        changed->after.has_finalizer(manifests::finalizer)) {
        return;
    }
    const ClusterId id = cluster_of(before);
    const std::string what = changed->actor.name + " drops the finalizer of " + to_string(id);
    if (!before.being_deleted()) {
        findings.add(text, what + ", which nobody deletes", {identify(before)});
        return;
    }
    if (!dropped_.insert(std::string(before.uid())).second) {
        findings.add(text, what + " a second time", {identify(before)});
    }
    std::vector<std::string> left = remains(truth, id, before);
    if (!left.empty()) {
        findings.add(text,
                     what + " while " + std::to_string(left.size()) +
                         " of its objects are there: " + left.front(),
                     left);
    }
}

void K11Deletion::hash_into(Hasher& hasher) const {
    wishes_.hash_into(hasher);
    for (const std::string& uid : dropped_) {
        hasher.add(uid);
    }
}

}  // namespace bestgres::scenarios
