#include "scenarios/invariants/k3_unready_budget.hpp"

#include <algorithm>

#include "fakepatroni/postgres.hpp"
#include "lib/kube/workload.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {
namespace {

bool is_unwanted(const kube::Object& resource, const std::string& pod) {
    const std::optional<api::ClusterSpec> spec = asked_spec(resource);
    const auto ordinal = manifests::pod_ordinal(resource.name(), pod);
    return is_going(resource) || (spec && ordinal && *ordinal >= wanted_members(*spec));
}

bool serves(const Truth& truth, const kube::Object& pod) {
    const std::optional<MemberTruth> member = member_by_uid(truth, pod.uid());
    return member && member->ready && kube::pod_is_ready(pod);
}

// The agent's word is up to one of its rounds old, while clients go on being sent to the pod: the
// database itself is asked, too.
bool is_back(const Truth& truth, const kube::Object& pod) {
    const std::optional<MemberTruth> member = member_by_uid(truth, pod.uid());
    const fakepatroni::Postgres* const server = member ? member->postgres : nullptr;
    const bool works = server != nullptr && server->answers() &&
                       (!server->in_recovery() || server->connection().has_value());
    return serves(truth, pod) || (works && kube::pod_is_ready(pod));
}

kube::Object pod_of(const Truth& truth, const ClusterId& id, const std::string& pod) {
    return truth.object({kube::kinds::pod, id.ns, pod});
}

bool has_volume(const Truth& truth, const ClusterId& id, const std::string& pod) {
    const kube::Object claim =
        truth.object({kube::kinds::persistent_volume_claim, id.ns, "pgdata-" + pod});
    return !claim.name().empty() && !claim.being_deleted() && kube::claim_phase(claim) != "Lost";
}

}  // namespace

void K3UnreadyBudget::note_pause(const ObjectChanged& changed, const Truth& truth) {
    const kube::Object& object = changed.after;
    if (object.kind() != kube::kinds::config_map.name ||
        object.name() != manifests::dcs_config_name(cluster_name(object))) {
        return;
    }
    const ClusterId id = cluster_of(object);
    if (is_paused_by_hand(truth, id)) {
        paused_.emplace(id, truth.now());
    } else {
        paused_.erase(id);
    }
}

bool K3UnreadyBudget::is_wanted(const ClusterId& id, const std::string& pod,
                                const Truth& truth) const {
    const std::vector<kube::Object> wishes = wishes_.recent(truth, id);
    return std::none_of(wishes.begin(), wishes.end(), [&pod](const kube::Object& resource) {
        return is_unwanted(resource, pod);
    });
}

void K3UnreadyBudget::take(const ClusterId& id, const Taken& taken, const Truth& truth,
                           Findings& findings) {
    const kube::Object pod = pod_of(truth, id, taken.pod);
    if (!serves(truth, pod) || !is_wanted(id, taken.pod, truth)) {
        return;
    }
    const auto paused = paused_.find(id);
    if (paused != paused_.end() && truth.now() - paused->second > on_its_way &&
        has_volume(truth, id, taken.pod)) {
        findings.add(text,
                     "The operator takes " + taken.pod + " of " + to_string(id) +
                         ", which somebody has paused by hand",
                     {identify(pod)});
    }
    const Taken before = std::exchange(down_[id], taken);
    if (before.pod.empty() || before.pod == taken.pod || !is_wanted(id, before.pod, truth)) {
        return;
    }
    const kube::Object other = pod_of(truth, id, before.pod);
    if (!is_back(truth, other) || other.uid() == before.uid) {
        findings.add(text,
                     "The operator takes " + taken.pod + " of " + to_string(id) + " while " +
                         before.pod + ", which it took before, is not ready again",
                     {identify(pod), identify(other)});
    }
}

void K3UnreadyBudget::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    wishes_.on(occurrence, truth);
    if (const auto* asked = std::get_if<PatroniAsked>(&occurrence)) {
        const auto member = member_by_uid(truth, asked->call.pod_uid);
        const bool stops = asked->call.verb == patroni::Verb::restart ||
                           asked->call.verb == patroni::Verb::reinitialize;
        if (stops && member) {
            take({asked->call.ns, member->cluster}, {asked->call.pod, ""}, truth, findings);
        }
    } else if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        note_pause(*changed, truth);
    } else if (const auto* arrived = std::get_if<CallArrived>(&occurrence)) {
        const auto* remove = std::get_if<kube::Delete>(&arrived->call);
        const auto* evict = std::get_if<kube::Evict>(&arrived->call);
        const kube::Object& pod = arrived->before;
        const bool taken = by_operator(arrived->actor) && pod.kind() == kube::kinds::pod.name &&
                           !pod.being_deleted() &&
                           ((remove != nullptr && holds(remove->only_if, pod)) ||
                            (evict != nullptr && holds(evict->only_if, pod)));
        if (taken) {
            take(cluster_of(pod), {std::string(pod.name()), std::string(pod.uid())}, truth,
                 findings);
        }
    }
}

void K3UnreadyBudget::hash_into(Hasher& hasher) const {
    wishes_.hash_into(hasher);
    for (const auto& [id, taken] : down_) {
        hasher.add(to_string(id));
        hasher.add(taken.pod);
        hasher.add(taken.uid);
    }
    for (const auto& [id, since] : paused_) {
        hasher.add(to_string(id));
        hasher.add(static_cast<std::uint64_t>(since.ns));
    }
}

}  // namespace bestgres::scenarios
