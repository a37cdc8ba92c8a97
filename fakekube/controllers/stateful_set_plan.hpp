// What the StatefulSet controller does next, as a pure function of what it sees: the order of pods,
// rolling updates and the status.
// https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/time.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakekube::controllers {

struct StatefulSetView {
    kube::Object set;
    std::vector<kube::Object> pods;  // those that the set controls
    std::string current_revision;    // names
    std::string update_revision;
    Instant now;
};

struct StatefulSetStep {
    enum class Type { create, remove, replace_finished, repair };

    Type type = Type::create;
    std::int64_t ordinal = 0;
    std::string revision;  // of create
    kube::Object pod;      // of the others

    bool operator==(const StatefulSetStep&) const = default;
};

struct StatefulSetPlan {
    std::vector<StatefulSetStep> steps;  // in order; the first refusal ends the round
    Json status;
    std::optional<Instant> look_again;  // when a ready pod becomes available
};

StatefulSetPlan plan_stateful_set(const StatefulSetView& view);

}  // namespace bestgres::fakekube::controllers
