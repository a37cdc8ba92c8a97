#include "scenarios/invariants/l4_deletion_completes.hpp"

#include <algorithm>

#include "operator/api/operation.hpp"
#include "operator/api/sharded.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {
namespace {

struct Held {
    kube::Kind kind;
    std::string_view finalizer;
};
constexpr Held held_by_operators[] = {{kube::kinds::bg_sharded_cluster, api::sharded_finalizer},
                                      {kube::kinds::bg_cluster, manifests::finalizer},
                                      {kube::kinds::bg_db_ops, api::operation_finalizer}};

// Nobody will be there who lets go of anything later.
bool is_ending(const Scenario& scenario, const std::string& edit_id) {
    const auto edit = std::ranges::find(scenario.edits, edit_id, &Edit::id);
    if (edit == scenario.edits.end()) {
        return false;
    }
    const auto* const end = std::get_if<EndOperators>(&edit->action);
    const auto* const remove = std::get_if<DeleteResource>(&edit->action);
    return (end != nullptr && end->released) ||
           (remove != nullptr && remove->ref.kind == kube::kinds::namespace_);
}

}  // namespace

void L4DeletionCompletes::follow_endings(const Occurrence& occurrence, const Truth& truth) {
    if (const auto* edit = std::get_if<EditMade>(&occurrence)) {
        const bool begins = is_ending(truth.scenario(), edit->id);
        disturbed_ = disturbed_ || (begins && !truth.active_faults().empty());
        ends_ = ends_ || begins;
    } else if (std::holds_alternative<FaultBegan>(occurrence)) {
        disturbed_ = disturbed_ || ends_;
    }
}

void L4DeletionCompletes::judge_endings(const Truth& truth, Findings& findings) const {
    if (!ends_ || disturbed_) {
        return;
    }
    for (const Held& held : held_by_operators) {
        for (const kube::Object& object : truth.objects(held.kind)) {
            if (object.has_finalizer(held.finalizer)) {
                findings.add(text, "Nobody is left to let go of " + identify(object), {});
            }
        }
    }
    for (const kube::Object& ns : truth.objects(kube::kinds::namespace_)) {
        if (ns.being_deleted()) {
            findings.add(text, "Namespace " + std::string(ns.name()) + " does not end",
                         {dump(object_at(ns.json(), {"status"}))});
        }
    }
}

void L4DeletionCompletes::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    able_.on(occurrence, truth);
    follow_endings(occurrence, truth);
    if (std::holds_alternative<Finished>(occurrence)) {
        judge_endings(truth, findings);
    }
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
    hasher.add(static_cast<std::uint64_t>(ends_) * 2 + static_cast<std::uint64_t>(disturbed_));
    for (const auto& [uid, id] : deleting_) {
        hasher.add(uid);
    }
}

}  // namespace bestgres::scenarios
