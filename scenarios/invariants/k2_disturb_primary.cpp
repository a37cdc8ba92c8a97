#include "scenarios/invariants/k2_disturb_primary.hpp"

#include <algorithm>

#include "lib/kube/workload.hpp"
#include "operator/manifests/names.hpp"
#include "scenarios/invariants/operations.hpp"

namespace bestgres::scenarios {
namespace {

// Of the members that fewer replicas take away the leader, if it is among them: the StatefulSet
// controller takes the highest ordinals.
std::string leader_scaled_away(const CallArrived& arrived, const std::string& leader) {
    const Json& body = written_body(arrived.call);
    const auto replicas = find_int(body, {"spec", "replicas"});
    const auto ordinal = manifests::pod_ordinal(std::string(cluster_name(arrived.before)), leader);
    const bool takes = arrived.before.kind() == kube::kinds::stateful_set.name && replicas &&
                       ordinal && *ordinal >= *replicas &&
                       *ordinal < kube::desired_replicas(arrived.before) &&
                       body_holds(body, arrived.before);
    return takes ? leader : "";
}

// The pod that a call of the operator takes away; empty where it takes none, or not the leader's
// one of several.
std::string pod_taken(const CallArrived& arrived, const std::string& leader) {
    if (const auto* remove = std::get_if<kube::Delete>(&arrived.call)) {
        const bool takes =
            remove->ref.kind == kube::kinds::pod && holds(remove->only_if, arrived.before);
        return takes ? remove->ref.name : "";
    }
    if (const auto* evict = std::get_if<kube::Evict>(&arrived.call)) {
        return holds(evict->only_if, arrived.before) ? evict->pod.name : "";
    }
    return leader_scaled_away(arrived, leader);
}

// A StatefulSet that is deleted without orphaning its pods takes every one of them along.
bool takes_all_pods(const CallArrived& arrived) {
    const auto* const remove = std::get_if<kube::Delete>(&arrived.call);
    return remove != nullptr && remove->ref.kind == kube::kinds::stateful_set &&
           remove->propagation != kube::Propagation::orphan &&
           holds(remove->only_if, arrived.before);
}

bool something_runs(const Truth& truth, const kube::Object& pod) {
    const std::optional<MemberTruth> member = member_by_uid(truth, pod.uid());
    return member && (member->patroni_runs || member->postgres != nullptr);
}

}  // namespace

void K2DisturbPrimary::judge(const CallArrived& arrived, const Truth& truth,
                             Findings& findings) const {
    const ClusterId id = cluster_of(arrived.before);
    const std::string leader = lock_of(truth, id).holder;
    const std::string name = takes_all_pods(arrived) ? leader : pod_taken(arrived, leader);
    if (name.empty()) {
        return;
    }
    const kube::Object pod = truth.object({kube::kinds::pod, id.ns, name});
    if (leader != name || pod.being_deleted() || !something_runs(truth, pod)) {
        return;
    }
    const std::vector<kube::Object> wishes = wishes_.recent(truth, id);
    const bool wanted_gone = std::any_of(wishes.begin(), wishes.end(), is_going);
    if (wanted_gone || children(truth, kube::kinds::pod, id).size() == 1) {
        return;
    }
    findings.add(text,
                 arrived.actor.name + " takes away " + name + ", which leads " + to_string(id) +
                     ", without a hand-over",
                 {kube::describe(arrived.call), identify(pod),
                  "ConfigMap " + manifests::dcs_leader_name(id.name) + " names " + name});
}

void K2DisturbPrimary::count(const ObjectChanged& changed, const Truth& truth, Findings& findings) {
    const kube::Ref ref{kube::kinds::config_map, std::string(changed.after.ns()),
                        std::string(changed.after.name())};
    const std::string_view before = changed.before.annotation("leader");
    const std::string_view after = changed.after.annotation("leader");
    if (changed.after.kind() != ref.kind.name || after.empty() || before == after) {
        return;
    }
    const std::optional<ClusterId> id = owner_of_dcs_object(truth, ref);
    const auto known = id ? hand_overs_.find(*id) : hand_overs_.end();
    if (known == hand_overs_.end() || known->second.asked.empty() || known->second.asked == after) {
        return;
    }
    known->second.asked.clear();
    if (++known->second.done == most_hand_overs + 1) {
        findings.add(text,
                     "The leader of " + to_string(*id) + " was asked to hand over " +
                         std::to_string(known->second.done) + " times for one edit",
                     {"the last to take over is " + std::string(after)});
    }
}

void K2DisturbPrimary::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    wishes_.on(occurrence, truth);
    if (const auto* arrived = std::get_if<CallArrived>(&occurrence)) {
        if (by_operator(arrived->actor)) {
            judge(*arrived, truth, findings);
        }
    } else if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        if (is_operation(changed->after) && read_operation(changed->after).runs() &&
            !read_operation(changed->before).runs()) {
            hand_overs_.erase(read_operation(changed->after).cluster);
        }
        count(*changed, truth, findings);
    } else if (const auto* asked = std::get_if<PatroniAsked>(&occurrence)) {
        const auto member = member_by_uid(truth, asked->call.pod_uid);
        if (asked->call.verb == patroni::Verb::switchover && member) {
            hand_overs_[{asked->call.ns, member->cluster}].asked = asked->call.pod;
        }
    } else if (std::holds_alternative<EditMade>(occurrence) ||
               std::holds_alternative<FaultBegan>(occurrence) ||
               std::holds_alternative<FaultEnded>(occurrence)) {
        hand_overs_.clear();
    }
}

void K2DisturbPrimary::hash_into(Hasher& hasher) const {
    wishes_.hash_into(hasher);
    for (const auto& [id, one] : hand_overs_) {
        hasher.add(to_string(id));
        hasher.add(one.asked);
        hasher.add(static_cast<std::uint64_t>(one.done));
    }
}

}  // namespace bestgres::scenarios
