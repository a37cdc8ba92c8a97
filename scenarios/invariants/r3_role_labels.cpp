#include "scenarios/invariants/r3_role_labels.hpp"

#include <algorithm>

#include "lib/patroni/parse.hpp"
#include "operator/manifests/labels.hpp"

namespace bestgres::scenarios {
namespace {

bool is_unfenced_leader(const kube::Object& pod) {
    return patroni::is_leader_label(pod.label(manifests::role_label)) &&
           pod.label(manifests::fenced_label) == "false";
}

std::vector<std::string> unfenced_leaders(const Truth& truth, const ClusterId& id) {
    std::vector<std::string> names;
    for (const kube::Object& pod : children(truth, kube::kinds::pod, id)) {
        if (is_unfenced_leader(pod)) {
            names.emplace_back(pod.name());
        }
    }
    return names;
}

}  // namespace

void R3RoleLabels::judge_settled(const Truth& truth, Findings& findings) const {
    for (const ClusterId& id : clusters(truth)) {
        const auto spec = spec_in_force(truth, id);
        const std::string holder = lock_of(truth, id).holder;
        if (!spec || wanted_members(*spec) == 0 || holder.empty() ||
            is_going(resource_of(truth, id))) {
            continue;
        }
        const std::vector<std::string> leaders = unfenced_leaders(truth, id);
        if (leaders != std::vector<std::string>{holder}) {
            findings.add(text,
                         holder + " holds the lock of " + to_string(id) + ", but " +
                             (leaders.empty() ? "no pod" : leaders.front()) +
                             " carries the leader's label without a fence",
                         leaders);
        }
    }
}

void R3RoleLabels::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    able_.on(occurrence, truth);
    if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        const kube::Object& pod = changed->after.name().empty() ? changed->before : changed->after;
        const bool matters =
            pod.kind() == kube::kinds::pod.name &&
            is_unfenced_leader(changed->before) != is_unfenced_leader(changed->after);
        if (matters) {
            const ClusterId id = cluster_of(pod);
            if (unfenced_leaders(truth, id).size() < 2) {
                several_.erase(id);
                told_.erase(id);
            } else {
                several_.emplace(id, truth.now());
            }
        }
    } else if (std::holds_alternative<Settled>(occurrence) && truth.active_faults().empty()) {
        judge_settled(truth, findings);
    }
    if (several_.empty() || !able_.since()) {
        return;
    }
    for (const auto& [id, since] : several_) {
        // Where nobody holds the lock the operator cannot know whom to fence.
        const Instant begin = std::max({since, *able_.since(), truth.last_disturbance()});
        if (truth.now() - begin > bound && !lock_of(truth, id).holder.empty() &&
            told_.insert(id).second) {
            const std::vector<std::string> leaders = unfenced_leaders(truth, id);
            findings.add(text,
                         leaders.front() + " and " + leaders.back() + " of " + to_string(id) +
                             " both carry the leader's label without a fence for " +
                             seconds_text(truth.now() - since),
                         {lock_of(truth, id).holder + " holds the lock"});
        }
    }
}

void R3RoleLabels::hash_into(Hasher& hasher) const {
    able_.hash_into(hasher);
    for (const auto& [id, since] : several_) {
        hasher.add(to_string(id));
        hasher.add(static_cast<std::uint64_t>(since.ns));
        hasher.add(static_cast<std::uint64_t>(told_.contains(id)));
    }
}

}  // namespace bestgres::scenarios
