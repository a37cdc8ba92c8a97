#include "scenarios/invariants/o3_ends_in_time.hpp"

#include <algorithm>

namespace bestgres::scenarios {

void O3EndsInTime::note(const ObjectChanged& changed, const Truth& truth, Findings& findings) {
    if (!is_operation(changed.after)) {
        if (is_operation(changed.before)) {
            due_.erase(std::string(changed.before.uid()));
        }
        return;
    }
    const OperationTruth now = read_operation(changed.after);
    names_[now.uid] = now.name;
    const bool held =
        changed.after.being_deleted() && changed.after.has_finalizer(api::operation_finalizer);
    if (!now.runs() && !held) {
        due_.erase(now.uid);
        return;
    }
    if (now.runs() && api::is_finished(read_operation(changed.before).status.phase)) {
        findings.add(
            text,
            "Operation " + now.name + " on " + to_string(now.cluster) + " had ended and runs again",
            {identify(changed.after)});
    }
    if (now.spec.ok()) {
        due_.emplace(now.uid, truth.now() + api::timeout(*now.spec) + slack);
    }
}

void O3EndsInTime::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    able_.on(occurrence, truth);
    if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        note(*changed, truth, findings);
    }
    if (due_.empty() || !able_.has_been(slack, truth)) {
        return;
    }
    for (auto& [uid, due] : due_) {
        if (truth.now() > due) {
            findings.add(text, "Operation " + names_[uid] + " goes on for " +
                                   seconds_text(truth.now() - due + slack) + " longer than it may");
            due = truth.now() + std::chrono::hours(24);
        }
    }
}

void O3EndsInTime::hash_into(Hasher& hasher) const {
    able_.hash_into(hasher);
    for (const auto& [uid, due] : due_) {
        hasher.add(uid);
        hasher.add(static_cast<std::uint64_t>(due.ns));
    }
}

}  // namespace bestgres::scenarios
