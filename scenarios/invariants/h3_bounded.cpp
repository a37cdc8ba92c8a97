#include "scenarios/invariants/h3_bounded.hpp"

namespace bestgres::scenarios {

bool H3Bounded::exceeds(const std::string& what, std::uint64_t limit, Instant now) {
    Minute& minute = minutes_.emplace(what, Minute{now}).first->second;
    if (now - minute.began >= std::chrono::minutes(1)) {
        minute = {now, 0};
    }
    return ++minute.count == limit + 1;
}

void H3Bounded::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (const auto* step = std::get_if<StepBegun>(&occurrence)) {
        if (exceeds("steps for " + step->cluster, steps_a_minute, truth.now())) {
            findings.add(text,
                         step->operator_name + " has begun " + std::to_string(steps_a_minute + 1) +
                             " steps for " + step->cluster + " within a minute",
                         {"the last: " + step->effect, step->because});
        }
    } else if (const auto* line = std::get_if<LineLogged>(&occurrence)) {
        // What Patroni logs is not ours.
        if (line->process.starts_with("operator-") &&
            exceeds("lines of " + line->process, lines_a_minute, truth.now())) {
            findings.add(text,
                         line->process + " has logged " + std::to_string(lines_a_minute + 1) +
                             " lines within a minute",
                         {"the last: " + line->text});
        }
    } else if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        if (!by_operator(changed->actor) || changed->after.kind() != kube::kinds::bg_cluster.name) {
            return;
        }
        const std::size_t bytes = dump(object_at(changed->after.json(), {"status"})).size();
        if (bytes > status_bytes) {
            findings.add(text,
                         "The status of " + to_string(cluster_of(changed->after)) + " has " +
                             std::to_string(bytes) + " bytes",
                         {identify(changed->after)});
        }
    }
}

void H3Bounded::hash_into(Hasher& hasher) const {
    for (const auto& [what, minute] : minutes_) {
        hasher.add(what);
        hasher.add(static_cast<std::uint64_t>(minute.began.ns));
        hasher.add(minute.count);
    }
}

}  // namespace bestgres::scenarios
