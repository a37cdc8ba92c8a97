#include "scenarios/invariants/l9_back_off.hpp"

#include <algorithm>

namespace bestgres::scenarios {
namespace {

bool complains(const kube::Object& resource) {
    for (const Json& one : array_at(resource.json(), {"status", "conditions"})) {
        if (string_at(one, {"type"}) == "Progressing") {
            return string_at(one, {"reason"}) == "StepFailed";
        }
    }
    return false;
}

}  // namespace

// A member may take as long for its answer as it is given; L8 judges what comes after that.
void L9BackOff::tried(const std::string& pod_uid, const Truth& truth, Duration deadline) {
    const std::optional<ClusterId> id = cluster_of_pod(truth, pod_uid);
    const auto failed = id ? failed_.find(*id) : failed_.end();
    if (failed != failed_.end()) {
        failed->second = std::max(failed->second, truth.now() + deadline);
    }
}

void L9BackOff::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    able_.on(occurrence, truth);
    if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        const kube::Object& after = changed->after;
        if (after.kind() == kube::kinds::bg_cluster.name) {
            const ClusterId id = cluster_of(after);
            failed_.erase(id);
            if (complains(after)) {
                failed_.emplace(id, truth.now());
            }
        } else if (changed->before.kind() == kube::kinds::bg_cluster.name) {
            failed_.erase(cluster_of(changed->before));
        }
    } else if (std::get_if<CallArrived>(&occurrence) != nullptr) {
        // Lists of a fresh look name their cluster in a selector only: any work counts.
        if (by_operator(std::get<CallArrived>(occurrence).actor)) {
            const std::optional<kube::Ref> ref =
                written_ref(std::get<CallArrived>(occurrence).call);
            for (auto& [id, since] : failed_) {
                since = ref && ref->kind == kube::kinds::lease ? since : truth.now();
            }
        }
    } else if (const auto* asked = std::get_if<PatroniAsked>(&occurrence)) {
        tried(asked->call.pod_uid, truth, asked->call.deadline);
    } else if (const auto* sent = std::get_if<SqlSent>(&occurrence)) {
        tried(sent->call.pod_uid, truth, sent->call.deadline);
    } else if (std::holds_alternative<Settled>(occurrence)) {
        for (const auto& [id, since] : failed_) {
            findings.add(text, "Cluster " + to_string(id) + " is settled and complains of a step",
                         {dump(object_at(resource_of(truth, id).json(), {"status"}))});
        }
    }
    if (failed_.empty() || !able_.since()) {
        return;
    }
    for (auto& [id, since] : failed_) {
        const Duration span = truth.now() - std::max(since, *able_.since());
        if (span > longest_pause) {
            findings.add(text,
                         "The failed step of " + to_string(id) + " was not tried again for " +
                             seconds_text(span),
                         {dump(object_at(resource_of(truth, id).json(), {"status"}))});
            since = truth.now() + std::chrono::hours(24);
        }
    }
}

void L9BackOff::hash_into(Hasher& hasher) const {
    able_.hash_into(hasher);
    for (const auto& [id, since] : failed_) {
        hasher.add(to_string(id));
        hasher.add(static_cast<std::uint64_t>(since.ns));
    }
}

}  // namespace bestgres::scenarios
