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
            deleting_.emplace(after.uid(), Going{cluster_of(after), truth.now()});
        }
    }
    // A world at rest comes no nearer to the end by waiting.
    const bool rests = std::holds_alternative<Settled>(occurrence) && able_.since();
    const bool able = rests || able_.has_been(bound, truth);
    if (deleting_.empty() || !able || !truth.active_faults().empty()) {
        return;
    }
    std::erase_if(deleting_, [&](const auto& entry) {
        const auto& [id, since] = entry.second;
        const Duration spent = truth.now() - std::max(since, truth.last_disturbance());
        const bool late = rests || spent >= bound;
        if (late) {
            const kube::Object resource = resource_of(truth, id);
            findings.add(text,
                         "Cluster " + to_string(id) + " is still being deleted " +
                             seconds_text(spent) + " after the last thing that happened",
                         {identify(resource), dump(object_at(resource.json(), {"status"}))});
        }
        return late;
    });
}

void L4DeletionCompletes::hash_into(Hasher& hasher) const {
    able_.hash_into(hasher);
    for (const auto& [uid, id] : deleting_) {
        hasher.add(uid);
    }
}

}  // namespace bestgres::scenarios
