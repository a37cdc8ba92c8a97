#include "scenarios/invariants/k16_load.hpp"

namespace bestgres::scenarios {

void K16Load::note_arrival(const CallArrived& arrived, const Truth& truth, Findings& findings) {
    Minute& minute = minutes_.emplace(arrived.actor.name, Minute{truth.now()}).first->second;
    if (truth.now() - minute.began >= std::chrono::minutes(1)) {
        minute = {truth.now(), 0};
    }
    ++minute.calls;
    // The number of clusters costs a listing: it is asked for only when it matters.
    if (minute.calls > calls_a_minute) {
        const std::uint64_t clusters = truth.objects(kube::kinds::bg_cluster).size();
        if (minute.calls == calls_a_minute * (clusters + 1) + 1) {
            findings.add(text,
                         arrived.actor.name + " has made " + std::to_string(minute.calls) +
                             " calls in " + seconds_text(truth.now() - minute.began),
                         {"the last: " + kube::describe(arrived.call)});
        }
    }
    if (failing_.empty()) {
        return;
    }
    const auto failing = failing_.find({arrived.actor.name, kube::describe(arrived.call)});
    if (failing != failing_.end() && truth.now() < failing->second.not_before) {
        findings.add(text,
                     arrived.actor.name + ": " + failing->first.second + " comes " +
                         seconds_text(failing->second.not_before - truth.now()) +
                         " before the time that the refusal named",
                     {});
    }
}

void K16Load::note_outcome(const CallPerformed& performed, const Truth& truth, Findings& findings) {
    if (performed.outcome.ok()) {
        if (!failing_.empty()) {
            failing_.erase({performed.actor.name, kube::describe(performed.call)});
        }
        return;
    }
    const kube::Error& error = performed.outcome.error();
    Failing& failing = failing_[{performed.actor.name, kube::describe(performed.call)}];
    if (failing.times == 0 || truth.now() - failing.first >= in_no_less_than) {
        failing.first = truth.now();
        failing.times = 0;
    }
    failing.not_before = truth.now() + error.retry_after.value_or(Duration::zero());
    if (++failing.times == failures_in_a_row) {
        findings.add(text,
                     performed.actor.name + ": " + kube::describe(performed.call) + " has failed " +
                         std::to_string(failing.times) + " times in " +
                         seconds_text(truth.now() - failing.first),
                     {error.message});
    }
}

void K16Load::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (const auto* arrived = std::get_if<CallArrived>(&occurrence)) {
        if (by_operator(arrived->actor)) {
            note_arrival(*arrived, truth, findings);
        }
    } else if (const auto* performed = std::get_if<CallPerformed>(&occurrence)) {
        if (by_operator(performed->actor)) {
            note_outcome(*performed, truth, findings);
        }
    } else if (const auto* ended = std::get_if<OperatorEnded>(&occurrence)) {
        std::erase_if(failing_, [ended](const auto& entry) {
            return entry.first.first == ended->operator_name;
        });
        minutes_.erase(ended->operator_name);
    }
}

void K16Load::hash_into(Hasher& hasher) const {
    for (const auto& [name, minute] : minutes_) {
        hasher.add(name);
        hasher.add(static_cast<std::uint64_t>(minute.began.ns));
        hasher.add(minute.calls);
    }
    for (const auto& [key, failing] : failing_) {
        hasher.add(key.first);
        hasher.add(key.second);
        hasher.add(static_cast<std::uint64_t>(failing.first.ns));
        hasher.add(failing.times);
    }
}

}  // namespace bestgres::scenarios
