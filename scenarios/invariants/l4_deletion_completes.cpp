#include "scenarios/invariants/l4_deletion_completes.hpp"

namespace bestgres::scenarios {

void L4DeletionCompletes::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    able_.on(occurrence, truth);
    if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        const kube::Object& after = changed->after;
        const bool gone = after.name().empty() || after.uid() != changed->before.uid();
        if (gone && !deleting_.empty()) {
            deleting_.erase(std::string(changed->before.uid()));
        }
        if (after.kind() == kube::kinds::bg_cluster.name && is_going(after) &&
            !is_going(changed->before)) {
            deleting_.emplace(after.uid(), cluster_of(after));
        }
    }
    // A world at rest comes no nearer to the end by waiting.
    const bool late =
        able_.has_been(bound, truth) && truth.now() - truth.last_disturbance() >= bound;
    const bool rests = std::holds_alternative<Settled>(occurrence) && able_.since();
    const bool due = !deleting_.empty() && truth.active_faults().empty() && (late || rests);
    if (!due) {
        return;
    }
    for (const auto& [uid, id] : deleting_) {
        const kube::Object resource = resource_of(truth, id);
        findings.add(text,
                     "Cluster " + to_string(id) + " is still being deleted " +
                         seconds_text(truth.now() - truth.last_disturbance()) +
                         " after the last thing that happened",
                     {identify(resource), dump(object_at(resource.json(), {"status"}))});
    }
    deleting_.clear();
}

void L4DeletionCompletes::hash_into(Hasher& hasher) const {
    able_.hash_into(hasher);
    for (const auto& [uid, id] : deleting_) {
        hasher.add(uid);
    }
}

}  // namespace bestgres::scenarios
