#include "scenarios/invariants/k4_order.hpp"

#include <algorithm>

#include "lib/kube/workload.hpp"
#include "lib/patroni/parse.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/wanted.hpp"
#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {
namespace {

bool is_stale(const Truth& truth, const ClusterId& id, const kube::Object& pod) {
    const kube::Object set =
        truth.object({kube::kinds::stateful_set, id.ns, manifests::stateful_set_name(id.name)});
    const std::string_view wanted = set.annotation(manifests::template_hash_annotation);
    return !wanted.empty() && pod.annotation(manifests::template_hash_annotation) != wanted;
}

bool is_serving(const Truth& truth, const kube::Object& pod) {
    const auto member = member_by_uid(truth, pod.uid());
    return member && member->ready && kube::pod_is_ready(pod);
}

bool copies_data(const Truth& truth, const kube::Object& pod) {
    const auto member = member_by_uid(truth, pod.uid());
    const auto status = patroni::parse_member_status(pod.annotation("status"));
    return member && member->patroni_runs && status.ok() &&
           status->state == patroni::State::creating_replica;
}

bool leads(const Truth& truth, const kube::Object& pod) {
    const auto member = member_by_uid(truth, pod.uid());
    return member && (member->believes_to_lead || is_writable(*member));
}

// A serving, stale, asynchronous replica that should have gone before this standby.
std::string passed_over(const Truth& truth, const ClusterId& id, const kube::Object& standby) {
    const patroni::SyncState sync = sync_of(truth, id);
    if (!sync.contains(standby.name()) || !is_serving(truth, standby)) {
        return "";
    }
    const std::string holder = lock_of(truth, id).holder;
    for (const kube::Object& pod : children(truth, kube::kinds::pod, id)) {
        const bool before = pod.name() != standby.name() && pod.name() != holder &&
                            !leads(truth, pod) && !sync.contains(pod.name()) &&
                            is_stale(truth, id, pod) && is_serving(truth, pod);
        if (before) {
            return std::string(pod.name());
        }
    }
    return "";
}

// Whether nothing but the operator's own mark tells the pod from what the template would make.
bool is_as_the_template(const Truth& truth, const ClusterId& id, const kube::Object& pod) {
    const kube::Object set =
        truth.object({kube::kinds::stateful_set, id.ns, manifests::stateful_set_name(id.name)});
    Json wanted = object_at(set.json(), {"spec", "template"});
    const Json* const metadata = find(wanted, {"metadata"});
    if (metadata == nullptr || find(wanted, {"spec"}) == nullptr) {
        return false;
    }
    if (metadata->contains("annotations")) {
        wanted["metadata"]["annotations"].erase(std::string(manifests::template_hash_annotation));
    }
    // Whoever is fenced is so by a label of the operator.
    if (metadata->contains("labels")) {
        wanted["metadata"]["labels"].erase(std::string(manifests::fenced_label));
    }
    return plan::is_contained(wanted, pod.json());
}

// Why this smaller number of members comes too early, or is too small; empty where it does not.
std::string leaves_too_early(const Truth& truth, const CallArrived& arrived) {
    const Json& body = written_body(arrived.call);
    const auto replicas = find_int(body, {"spec", "replicas"});
    const std::int64_t before = kube::desired_replicas(arrived.before);
    if (arrived.before.kind() != kube::kinds::stateful_set.name || !replicas ||
        *replicas >= before || !body_holds(body, arrived.before)) {
        return "";
    }
    if (*replicas < before - 1) {
        return " lets " + std::to_string(before - *replicas) + " members leave at once";
    }
    const ClusterId id = cluster_of(arrived.before);
    for (const kube::Object& pod : children(truth, kube::kinds::pod, id)) {
        const std::string name(pod.name());
        if (manifests::pod_ordinal(id.name, name).value_or(-1) >= before) {
            return " lets another member leave before " + name + " has left";
        }
    }
    return "";
}

// Whose pod the call takes away; empty where it takes none.
std::string pod_taken(const kube::Call& call, const kube::Object& pod) {
    if (pod.kind() != kube::kinds::pod.name || pod.being_deleted()) {
        return "";
    }
    const auto* const remove = std::get_if<kube::Delete>(&call);
    const auto* const evict = std::get_if<kube::Evict>(&call);
    const bool takes = (remove != nullptr && holds(remove->only_if, pod)) ||
                       (evict != nullptr && holds(evict->only_if, pod));
    return takes ? std::string(pod.name()) : "";
}

}  // namespace

void K4Order::judge_removal(const CallArrived& arrived, const Truth& truth,
                            Findings& findings) const {
    const std::string name = pod_taken(arrived.call, arrived.before);
    if (name.empty()) {
        return;
    }
    const kube::Object& pod = arrived.before;
    const ClusterId id = cluster_of(pod);
    const std::vector<kube::Object> wishes = wishes_.recent(truth, id);
    const bool dying = std::any_of(wishes.begin(), wishes.end(),
                                   [](const kube::Object& one) { return one.being_deleted(); });
    const kube::Object claim =
        truth.object({kube::kinds::persistent_volume_claim, id.ns, "pgdata-" + name});
    // A member without a volume starts anew, whatever it does.
    if (dying || claim.name().empty() || claim.being_deleted() ||
        kube::claim_phase(claim) == "Lost") {
        return;
    }
    const std::string what = arrived.actor.name + " takes " + name;
    if (copies_data(truth, pod)) {
        findings.add(text, what + " while it copies the data of the primary",
                     {identify(pod), std::string(pod.annotation("status"))});
    }
    if (const std::string other = passed_over(truth, id, pod); !other.empty()) {
        findings.add(text,
                     what + ", a synchronous standby, before " + other +
                         ", which is asynchronous and on an old template too",
                     {identify(pod), "ConfigMap " + manifests::dcs_sync_name(id.name)});
    }
    if (is_as_the_template(truth, id, pod)) {
        findings.add(text, what + ", whose pod is as the template has it", {identify(pod)});
    }
}

void K4Order::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    wishes_.on(occurrence, truth);
    if (const auto* arrived = std::get_if<CallArrived>(&occurrence)) {
        if (by_operator(arrived->actor)) {
            judge_removal(*arrived, truth, findings);
            const std::string early = leaves_too_early(truth, *arrived);
            if (!early.empty()) {
                findings.add(text, arrived->actor.name + early, {identify(arrived->before)});
            }
        }
    } else if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        const std::string_view strategy =
            changed->after.text_at({"spec", "updateStrategy", "type"});
        if (by_operator(changed->actor) && !strategy.empty() && strategy != "OnDelete") {
            findings.add(text,
                         changed->actor.name + " leaves the order of rolls of " +
                             to_string(cluster_of(changed->after)) +
                             " to the StatefulSet controller",
                         {identify(changed->after)});
        }
    }
}

}  // namespace bestgres::scenarios
