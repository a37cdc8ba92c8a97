#include "scenarios/invariants/l5_no_dead_ends.hpp"

#include <algorithm>

#include "operator/api/cluster_words.hpp"

namespace bestgres::scenarios {
namespace {

bool is_observed(const kube::Object& resource) {
    return find_int(resource.json(), {"status", "observedGeneration"}).value_or(0) >=
           resource.generation();
}

bool says_nothing_is_to_do(const kube::Object& resource) {
    for (const Json& one : array_at(resource.json(), {"status", "conditions"})) {
        if (string_at(one, {"type"}) == "Progressing") {
            return string_at(one, {"status"}) == "False" &&
                   string_at(one, {"reason"}) == "SpecReached";
        }
    }
    return false;
}

// Phases in which something has to come, and nothing is said to be done or waited for.
bool needs_something_unsaid(const kube::Object& resource) {
    const std::string_view phase = resource.text_at({"status", "phase"});
    const bool needs = phase == api::word(api::Phase::creating) ||
                       phase == api::word(api::Phase::recovering) ||
                       phase == api::word(api::Phase::degraded);
    return needs && says_nothing_is_to_do(resource) &&
           array_at(resource.json(), {"status", "waitingFor"}).empty();
}

}  // namespace

void L5NoDeadEnds::note_resource(const ObjectChanged& changed, const Truth& truth,
                                 Findings& findings) {
    const kube::Object& after = changed.after;
    const ClusterId id = cluster_of(after.name().empty() ? changed.before : after);
    if (after.name().empty() || is_observed(after)) {
        asked_.erase(id);
    } else {
        asked_.emplace(id, truth.now());
    }
    if (!by_operator(changed.actor)) {
        return;
    }
    if (needs_something_unsaid(after)) {
        findings.add(text,
                     "Cluster " + to_string(id) + " is " +
                         std::string(after.text_at({"status", "phase"})) +
                         " and says that there is nothing to do",
                     {dump(object_at(after.json(), {"status"}))});
    }
    for (const Json& wait : array_at(after.json(), {"status", "waitingFor"})) {
        if (string_at(wait, {"because"}).empty() || string_at(wait, {"deadline"}).empty()) {
            findings.add(text,
                         "Cluster " + to_string(id) +
                             " waits without saying for what and until "
                             "when",
                         {dump(wait)});
        }
    }
}

void L5NoDeadEnds::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    able_.on(occurrence, truth);
    if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        if (changed->after.kind() == kube::kinds::bg_cluster.name ||
            changed->before.kind() == kube::kinds::bg_cluster.name) {
            note_resource(*changed, truth, findings);
        }
    }
    if (asked_.empty() || !able_.since() || truth.now() - checked_ < std::chrono::seconds(1)) {
        return;
    }
    checked_ = truth.now();
    for (auto& [id, since] : asked_) {
        const Duration span = truth.now() - std::max(since, *able_.since());
        if (span > bound) {
            const kube::Object resource = resource_of(truth, id);
            findings.add(text,
                         "Generation " + std::to_string(resource.generation()) + " of " +
                             to_string(id) + " has not been looked at for " + seconds_text(span),
                         {identify(resource), dump(object_at(resource.json(), {"status"}))});
            since = truth.now() + std::chrono::hours(24);
        }
    }
}

void L5NoDeadEnds::hash_into(Hasher& hasher) const {
    able_.hash_into(hasher);
    for (const auto& [id, since] : asked_) {
        hasher.add(to_string(id));
        hasher.add(static_cast<std::uint64_t>(since.ns));
    }
}

}  // namespace bestgres::scenarios
