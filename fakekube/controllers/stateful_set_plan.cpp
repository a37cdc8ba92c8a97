#include "fakekube/controllers/stateful_set_plan.hpp"

#include <algorithm>
#include <map>

#include "fakekube/controllers/objects.hpp"
#include "fakekube/controllers/stateful_set_objects.hpp"
#include "lib/kube/workload.hpp"

namespace bestgres::fakekube::controllers {
namespace {

using Type = StatefulSetStep::Type;

class Planner {
public:
    explicit Planner(const StatefulSetView& view);

    StatefulSetPlan plan();

private:
    bool keep_replicas();
    bool keep_replica(std::int64_t ordinal);
    bool remove_condemned();
    void roll();
    Json status() const;
    void note_availability(const kube::Object& pod);
    bool is_healthy(const kube::Object& pod) const {
        return is_running_and_ready(pod) && !pod.being_deleted();
    }
    bool is_running_and_ready(const kube::Object& pod) const {
        return phase_of(pod) == "Running" && is_ready(pod);
    }
    bool is_running_and_available(const kube::Object& pod) const {
        return phase_of(pod) == "Running" && is_available(pod, min_ready_, view_.now);
    }
    std::string revision_for(std::int64_t ordinal) const;
    const kube::Object* first_unhealthy() const;
    void add(Type type, std::int64_t ordinal, const kube::Object& pod) {
        plan_.steps.push_back({.type = type, .ordinal = ordinal, .revision = "", .pod = pod});
    }

    const StatefulSetView& view_;
    std::map<std::int64_t, kube::Object> replicas_;
    std::map<std::int64_t, kube::Object> condemned_;
    bool monotonic_;
    bool rolls_;
    std::int64_t partition_;
    Duration min_ready_;
    StatefulSetPlan plan_;
};

Planner::Planner(const StatefulSetView& view)
    : view_(view),
      monotonic_(string_at(view.set.json(), {"spec", "podManagementPolicy"}) != "Parallel"),
      rolls_(string_at(view.set.json(), {"spec", "updateStrategy", "type"}) != "OnDelete"),
      partition_(find_int(view.set.json(), {"spec", "updateStrategy", "rollingUpdate", "partition"})
                     .value_or(0)),
      min_ready_(std::chrono::seconds(
          find_int(view.set.json(), {"spec", "minReadySeconds"}).value_or(0))) {
    for (const kube::Object& pod : view.pods) {
        const auto ordinal = kube::ordinal_of(pod.name(), view.set.name());
        if (ordinal) {
            (in_ordinal_range(view.set, *ordinal) ? replicas_ : condemned_)[*ordinal] = pod;
        }
    }
}

StatefulSetPlan Planner::plan() {
    for (const kube::Object& pod : view_.pods) {
        note_availability(pod);
    }
    plan_.status = status();
    if (view_.set.being_deleted()) {
        return plan_;
    }
    if (keep_replicas() && remove_condemned() && rolls_) {
        roll();
    }
    return plan_;
}

// False: the set must not go on before something has happened.
bool Planner::keep_replicas() {
    const std::int64_t first = first_ordinal(view_.set);
    const std::int64_t end = first + wanted_replicas(view_.set);
    for (std::int64_t ordinal = first; ordinal < end; ++ordinal) {
        if (!keep_replica(ordinal)) {
            return false;
        }
    }
    return true;
}

bool Planner::keep_replica(std::int64_t ordinal) {
    const auto found = replicas_.find(ordinal);
    if (found == replicas_.end()) {
        plan_.steps.push_back({.type = Type::create,
                               .ordinal = ordinal,
                               .revision = revision_for(ordinal),
                               .pod = {}});
        return !monotonic_;
    }
    const kube::Object& pod = found->second;
    if (is_finished(pod)) {
        if (!pod.being_deleted()) {
            add(Type::replace_finished, ordinal, pod);
        }
        return !monotonic_;
    }
    if (pod.being_deleted()) {
        return !monotonic_;
    }
    if (monotonic_ && !is_running_and_available(pod)) {
        return false;
    }
    if (pod.label("statefulset.kubernetes.io/pod-name") != pod.name()) {
        add(Type::repair, ordinal, pod);
    }
    return true;
}

// From the top; with OrderedReady one at a time, and only while all others are well: a second
// broken pod keeps the first one's removal from going on.
bool Planner::remove_condemned() {
    const kube::Object* unhealthy = first_unhealthy();
    for (auto at = condemned_.rbegin(); at != condemned_.rend(); ++at) {
        const kube::Object& pod = at->second;
        if (pod.being_deleted()) {
            if (monotonic_) {
                return false;
            }
            continue;
        }
        const bool is_that_one = unhealthy != nullptr && unhealthy->uid() == pod.uid();
        if (monotonic_ && !is_running_and_available(pod) && !is_that_one) {
            return false;
        }
        add(Type::remove, at->first, pod);
        if (monotonic_) {
            return false;
        }
    }
    return true;
}

// One pod at a time from the top, whatever the pod management policy; a pod that is not healthy
// holds it up.
void Planner::roll() {
    const std::int64_t first = first_ordinal(view_.set);
    const std::int64_t end = first + wanted_replicas(view_.set);
    for (std::int64_t ordinal = end - 1; ordinal >= first + partition_; --ordinal) {
        const auto found = replicas_.find(ordinal);
        if (found == replicas_.end()) {
            return;
        }
        const kube::Object& pod = found->second;
        if (pod.label("controller-revision-hash") != view_.update_revision &&
            !pod.being_deleted()) {
            const bool removed_already =
                std::any_of(plan_.steps.begin(), plan_.steps.end(), [&](const auto& step) {
                    return step.type != Type::repair && step.pod.uid() == pod.uid();
                });
            if (!removed_already) {
                add(Type::remove, ordinal, pod);
            }
            return;
        }
        if (!is_healthy(pod)) {
            return;
        }
    }
}

const kube::Object* Planner::first_unhealthy() const {
    for (const auto* pods : {&replicas_, &condemned_}) {
        for (const auto& [ordinal, pod] : *pods) {
            if (!is_healthy(pod)) {
                return &pod;
            }
        }
    }
    return nullptr;
}

std::string Planner::revision_for(std::int64_t ordinal) const {
    const bool held_back = rolls_ && ordinal < first_ordinal(view_.set) + partition_;
    return held_back ? view_.current_revision : view_.update_revision;
}

Json Planner::status() const {
    std::map<std::string, std::int64_t> counts;
    std::int64_t replicas = 0;
    std::int64_t available = 0;
    for (const kube::Object& pod : view_.pods) {
        if (phase_of(pod).empty()) {
            continue;
        }
        ++replicas;
        counts["readyReplicas"] += is_running_and_ready(pod) ? 1 : 0;
        available += is_running_and_available(pod) ? 1 : 0;
        if (!pod.being_deleted()) {
            const std::string_view revision = pod.label("controller-revision-hash");
            counts["currentReplicas"] += revision == view_.current_revision ? 1 : 0;
            counts["updatedReplicas"] += revision == view_.update_revision ? 1 : 0;
        }
    }
    std::string current = view_.current_revision;
    const std::int64_t updated = counts["updatedReplicas"];
    // With OnDelete the current revision never moves on, in real controllers too.
    if (rolls_ && updated == replicas && counts["readyReplicas"] == replicas) {
        current = view_.update_revision;
        counts["currentReplicas"] = updated;
    }
    Json status = {
        {"observedGeneration", view_.set.generation()},
        {"replicas", replicas},
        {"availableReplicas", available},
        {"currentRevision", current},
        {"updateRevision", view_.update_revision},
        {"collisionCount", find_int(view_.set.json(), {"status", "collisionCount"}).value_or(0)}};
    for (const auto& [name, count] : counts) {
        if (count > 0) {
            status[name] = count;
        }
    }
    return status;
}

void Planner::note_availability(const kube::Object& pod) {
    const auto at = available_at(pod, min_ready_);
    if (at && *at > view_.now && min_ready_ > Duration::zero()) {
        plan_.look_again = std::min(plan_.look_again.value_or(*at), *at);
    }
}

}  // namespace

StatefulSetPlan plan_stateful_set(const StatefulSetView& view) {
    return Planner(view).plan();
}

}  // namespace bestgres::fakekube::controllers
