// A plan: what to do now, what is waited for, and what the status says. It is a pure function of
// one snapshot; nothing of it is stored, a crash restarts at observation.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/base/time.hpp"
#include "operator/api/cluster_status.hpp"
#include "operator/plan/effect.hpp"
#include "operator/plan/rule.hpp"

namespace bestgres::plan {

struct Step {
    Effect effect;
    RuleId rule = RuleId::keep_objects;
    std::string because;

    bool operator==(const Step&) const = default;
};

// Nothing waits without naming what for and until when. `because` names the thing waited for in
// words that do not change while the wait lasts: it identifies the wait.
struct Waiting {
    RuleId rule = RuleId::await_members;
    std::string because;
    Duration patience = std::chrono::minutes(10);  // from the wait's beginning to its deadline

    bool operator==(const Waiting&) const = default;
};

// What one rule has to say. Empty: no opinion, ask the next.
struct Opinion {
    std::vector<Step> steps;
    std::vector<Waiting> waits;
    std::optional<Instant> look_again;

    bool empty() const { return steps.empty() && waits.empty(); }
    bool operator==(const Opinion&) const = default;
};

inline void keep_earlier(std::optional<Instant>& earliest, std::optional<Instant> other) {
    if (other && (!earliest || *other < *earliest)) {
        earliest = other;
    }
}

struct Plan {
    std::vector<Step> steps;  // at most one disruptive, and it is last
    std::vector<api::WaitingStatus> waits;
    api::ClusterStatus status;
    std::optional<Instant> look_again;  // when time alone may change the plan

    bool operator==(const Plan&) const = default;
};

}  // namespace bestgres::plan
