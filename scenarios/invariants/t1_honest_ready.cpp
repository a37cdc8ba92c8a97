#include "scenarios/invariants/t1_honest_ready.hpp"

#include "lib/kube/condition.hpp"
#include "lib/kube/workload.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {

void T1HonestReady::judge_members(const ObjectChanged& changed, const Truth& truth,
                                  Findings& findings) const {
    const kube::Object& resource = changed.after;
    const ClusterId id = cluster_of(resource);
    const auto spec = asked_spec(resource);
    if (!by_operator(changed.actor) || resource.kind() != kube::kinds::bg_cluster.name || !spec ||
        !kube::condition_is_true(resource, "Ready") || !able_.has_been(to_catch_up, truth)) {
        return;
    }
    for (std::int64_t ordinal = 0; ordinal < wanted_members(*spec); ++ordinal) {
        const std::string name = manifests::pod_name(id.name, ordinal);
        const auto since = kube::pod_unready_since(truth.object({kube::kinds::pod, id.ns, name}));
        if (since && truth.now() - *since > when_written) {
            findings.add(text,
                         "The status of " + to_string(id) +
                             " was written with Ready=True although " + name +
                             " has not been ready for " + seconds_text(truth.now() - *since),
                         {identify(resource), dump(object_at(resource.json(), {"status"}))});
        }
    }
}

void T1HonestReady::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    able_.on(occurrence, truth);
    watch_.on(occurrence, truth);
    if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        judge_members(*changed, truth, findings);
    } else if (std::holds_alternative<FaultBegan>(occurrence)) {
        claimed_.clear();  // what goes before the proxies know was there when that was written
    }
    if (watch_.gaps().empty()) {
        told_.clear();
        claimed_.clear();
        return;
    }
    const auto alarm = [&](const ClusterId& id, const std::string& sentence) {
        if (told_.insert(id).second) {
            const kube::Object resource = resource_of(truth, id);
            findings.add(text, "The status of " + to_string(id) + sentence,
                         {identify(resource), dump(object_at(resource.json(), {"status"}))});
        }
    };
    if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        const ClusterId id = cluster_of(changed->after);
        const auto gap = watch_.gaps().find(id);
        if (by_operator(changed->actor) && changed->after.kind() == kube::kinds::bg_cluster.name &&
            gap != watch_.gaps().end() && able_.has_been(to_catch_up, truth) &&
            kube::condition_is_true(changed->after, "Ready") &&
            truth.now() - gap->second.since > when_written) {
            claimed_.emplace(id, truth.now() + proxies);
        }
    }
    for (const auto& [id, due] : claimed_) {
        const auto gap = watch_.gaps().find(id);
        if (gap != watch_.gaps().end() && truth.now() >= due) {
            alarm(id, " was written with Ready=True although nobody can write for " +
                          seconds_text(truth.now() - gap->second.since));
        }
    }
    std::erase_if(claimed_, [&](const auto& entry) {
        return truth.now() >= entry.second || !watch_.gaps().contains(entry.first);
    });
    if (!able_.has_been(when_standing, truth)) {
        return;
    }
    for (const auto& [id, gap] : watch_.gaps()) {
        // One that has just been written again is judged above, once the proxies know.
        if (truth.now() - gap.since > when_standing && !claimed_.contains(id) &&
            kube::condition_is_true(resource_of(truth, id), "Ready")) {
            alarm(id, " says Ready=True although nobody can write for " +
                          seconds_text(truth.now() - gap.since));
        }
    }
}

void T1HonestReady::hash_into(Hasher& hasher) const {
    able_.hash_into(hasher);
    watch_.hash_into(hasher);
    for (const auto& [id, due] : claimed_) {
        hasher.add(to_string(id));
        hasher.add(static_cast<std::uint64_t>(due.ns));
    }
    for (const ClusterId& id : told_) {
        hasher.add(to_string(id));
    }
}

}  // namespace bestgres::scenarios
