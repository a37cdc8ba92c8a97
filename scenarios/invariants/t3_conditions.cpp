#include "scenarios/invariants/t3_conditions.hpp"

#include "lib/kube/condition.hpp"
#include "lib/kube/workload.hpp"
#include "lib/patroni/parse.hpp"

namespace bestgres::scenarios {
namespace {

const Json* condition_of(const kube::Object& resource, const std::string& type) {
    for (const Json& one : array_at(resource.json(), {"status", "conditions"})) {
        if (string_at(one, {"type"}) == type) {
            return &one;
        }
    }
    return nullptr;
}

// A pod that is taken, or a member that tells another state of itself.
bool member_turns(const ObjectChanged& changed) {
    if (changed.before.kind() != kube::kinds::pod.name || changed.before.being_deleted()) {
        return false;
    }
    if (changed.after.name().empty() || changed.after.being_deleted() ||
        kube::pod_is_ready(changed.before) != kube::pod_is_ready(changed.after)) {
        return true;
    }
    const auto before = patroni::parse_member_status(changed.before.annotation("status"));
    const auto after = patroni::parse_member_status(changed.after.annotation("status"));
    return before.ok() && after.ok() &&
           (before->state != after->state || before->replication_state != after->replication_state);
}

bool is_cause(const Occurrence& occurrence) {
    if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        const bool node_turns = changed->before.kind() == kube::kinds::node.name &&
                                kube::condition_is_true(changed->before, "Ready") !=
                                    kube::condition_is_true(changed->after, "Ready");
        return member_turns(*changed) || node_turns ||
               changed->before.annotation("leader") != changed->after.annotation("leader");
    }
    return std::holds_alternative<EditMade>(occurrence) ||
           std::holds_alternative<FaultBegan>(occurrence) ||
           std::holds_alternative<FaultEnded>(occurrence) ||
           std::holds_alternative<StepBegun>(occurrence);
}

}  // namespace

void T3Conditions::count(const ClusterId& id, const Json& condition, Findings& findings) {
    const std::string type = string_at(condition, {"type"});
    if (type != "Ready" && type != "SpecValid") {
        return;
    }
    Turns& turns = turns_[{id, type}];
    turns.is_true = string_at(condition, {"status"}) == "True";
    if (++turns.since_the_cause == most_transitions + 1) {
        findings.add(text,
                     "Condition " + type + " of " + to_string(id) +
                         " flaps: " + std::to_string(turns.since_the_cause) +
                         " transitions, and nothing has happened",
                     {});
    }
}

void T3Conditions::judge(const ObjectChanged& changed, Findings& findings) {
    const ClusterId id = cluster_of(changed.after);
    for (const Json& after : array_at(changed.after.json(), {"status", "conditions"})) {
        const std::string type = string_at(after, {"type"});
        const std::string status = string_at(after, {"status"});
        const std::string what = "Condition " + type + " of " + to_string(id);
        const bool mute = string_at(after, {"reason"}).empty() ||
                          (status != "True" && string_at(after, {"message"}).empty());
        if (mute) {
            findings.add(text, what + " is " + status + " and does not say why", {dump(after)});
        }
        const Json* const before = condition_of(changed.before, type);
        if (before == nullptr || changed.before.uid() != changed.after.uid()) {
            continue;
        }
        const bool turned = string_at(*before, {"status"}) != status;
        const bool moved =
            string_at(*before, {"lastTransitionTime"}) != string_at(after, {"lastTransitionTime"});
        // Times are in whole seconds: two transitions within one have the same time.
        if (moved && !turned) {
            findings.add(text, what + " has a new transition time and the old status",
                         {dump(*before), dump(after)});
        }
        if (turned) {
            count(id, after, findings);
        }
    }
}

void T3Conditions::on(const Occurrence& occurrence, const Truth&, Findings& findings) {
    if (is_cause(occurrence)) {
        for (auto& [condition, turns] : turns_) {
            turns.since_the_cause = turns.is_true ? 0 : -1;
        }
    }
    const auto* const changed = std::get_if<ObjectChanged>(&occurrence);
    if (changed != nullptr && by_operator(changed->actor) &&
        changed->after.kind() == kube::kinds::bg_cluster.name) {
        judge(*changed, findings);
    }
}

void T3Conditions::hash_into(Hasher& hasher) const {
    for (const auto& [key, turns] : turns_) {
        hasher.add(to_string(key.first));
        hasher.add(key.second);
        hasher.add(static_cast<std::uint64_t>(turns.since_the_cause));
        hasher.add(static_cast<std::uint64_t>(turns.is_true));
    }
}

}  // namespace bestgres::scenarios
