#include "scenarios/invariants/d10_last_copy.hpp"

#include <algorithm>
#include <tuple>

#include "lib/kube/workload.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {
namespace {

auto reach(const fakepatroni::Volume& data) {
    return std::tuple(data.wal.timeline(), data.flushed);
}

bool dies_with_its_volumes(const kube::Object& resource) {
    const auto spec = asked_spec(resource);
    return is_going(resource) &&
           (!spec || spec->volume.retention.when_deleted == api::VolumePolicy::remove);
}

// Whose data ends with its pod: the claim is on its way out, and only the pod holds it.
std::string claim_held_by(const CallArrived& arrived, const Truth& truth) {
    const auto* const remove = std::get_if<kube::Delete>(&arrived.call);
    const auto* const evict = std::get_if<kube::Evict>(&arrived.call);
    const kube::Object& pod = arrived.before;
    const bool takes = pod.kind() == kube::kinds::pod.name && !pod.being_deleted() &&
                       ((remove != nullptr && holds(remove->only_if, pod)) ||
                        (evict != nullptr && holds(evict->only_if, pod)));
    const kube::Object claim =
        takes ? truth.object({kube::kinds::persistent_volume_claim, std::string(pod.ns()),
                              "pgdata-" + std::string(pod.name())})
              : kube::Object();
    return claim.being_deleted() ? std::string(claim.uid()) : "";
}

}  // namespace

void D10LastCopy::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    wishes_.on(occurrence, truth);
    if (const auto* arrived = std::get_if<CallArrived>(&occurrence)) {
        const auto* const remove = std::get_if<kube::Delete>(&arrived->call);
        if (remove != nullptr && by_operator(arrived->actor) &&
            remove->ref.kind == kube::kinds::persistent_volume_claim &&
            holds(remove->only_if, arrived->before)) {
            judge({cluster_of(arrived->before), std::string(arrived->before.uid()),
                   arrived->actor.name + " deletes " + remove->ref.name},
                  truth, findings);
        } else if (by_operator(arrived->actor)) {
            judge_leave(*arrived, truth, findings);
            const std::string claim = claim_held_by(*arrived, truth);
            if (!claim.empty()) {
                judge({cluster_of(arrived->before), claim,
                       arrived->actor.name + " takes " + std::string(arrived->before.name()) +
                           " and with it a volume that is being deleted"},
                      truth, findings);
            }
        }
    } else if (const auto* asked = std::get_if<PatroniAsked>(&occurrence)) {
        const auto member = member_by_uid(truth, asked->call.pod_uid);
        if (asked->call.verb == patroni::Verb::reinitialize && member) {
            judge({{asked->call.ns, member->cluster},
                   member->claim_uid,
                   asked->actor.name + " reinitializes " + asked->call.pod},
                  truth, findings);
        }
    }
}

// Who leaves last, of a cluster that goes to rest, comes back first.
void D10LastCopy::judge_leave(const CallArrived& arrived, const Truth& truth,
                              Findings& findings) const {
    const kube::Object& set = arrived.before;
    const Json& body = written_body(arrived.call);
    const auto replicas = find_int(body, {"spec", "replicas"});
    if (!replicas || *replicas == 0 || set.kind() != kube::kinds::stateful_set.name ||
        !body_holds(body, set)) {
        return;
    }
    const ClusterId id = cluster_of(set);
    for (std::int64_t left = kube::desired_replicas(set); left > *replicas; --left) {
        const std::string claim = manifests::volume_claim_name(id.name, left - 1);
        const kube::Object stored =
            truth.object({kube::kinds::persistent_volume_claim, id.ns, claim});
        judge({id, std::string(stored.uid()),
               arrived.actor.name + " lets " + manifests::pod_name(id.name, left - 1) + " leave"},
              truth, findings);
    }
}

void D10LastCopy::judge(const Removal& removal, const Truth& truth, Findings& findings) const {
    const fakepatroni::Volume* const copy = data_of(truth, removal.claim_uid);
    const std::vector<kube::Object> wishes = wishes_.recent(truth, removal.cluster);
    if (copy == nullptr || !copy->is_sound() ||
        std::any_of(wishes.begin(), wishes.end(), dies_with_its_volumes)) {
        return;
    }
    std::vector<std::string> facts = {describe_copy("to go", copy)};
    for (const kube::Object& claim :
         children(truth, kube::kinds::persistent_volume_claim, removal.cluster)) {
        const fakepatroni::Volume* const other = data_of(truth, std::string(claim.uid()));
        if (claim.uid() == removal.claim_uid || claim.being_deleted()) {
            continue;
        }
        if (other != nullptr && other->is_sound() && reach(*other) >= reach(*copy)) {
            return;
        }
        facts.push_back(describe_copy(std::string(claim.name()), other));
    }
    findings.add(text, removal.what + ", the copy that is ahead of all others", facts);
}

}  // namespace bestgres::scenarios
