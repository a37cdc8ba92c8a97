#include "scenarios/engine/world_conditions.hpp"

#include "lib/kube/condition.hpp"
#include "lib/kube/workload.hpp"
#include "lib/patroni/parse.hpp"
#include "operator/api/sharded.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/named_kinds.hpp"
#include "scenarios/engine/truth_view.hpp"
#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {
namespace {

// Serving as asked, or at rest as asked.
bool is_as_asked(const kube::Object& cluster) {
    return kube::condition_is_true(cluster, "Ready") ||
           kube::condition_is_true(cluster, "Hibernated");
}

}  // namespace

kube::Object WorldConditions::in_namespace(const kube::Kind& kind, const std::string& name) const {
    return stored(world_, {kind, kind.namespaced ? world_.scenario->topology.ns : "", name});
}

bool WorldConditions::exists(std::string_view subject) const {
    const std::size_t slash = subject.find('/');
    const auto kind = find_kind_by_word(subject.substr(0, slash));
    return kind && slash != std::string_view::npos &&
           !in_namespace(*kind, std::string(subject.substr(slash + 1))).name().empty();
}

// The sharded cluster of that name, or the cluster.
kube::Object WorldConditions::resource(const std::string& name) const {
    kube::Object sharded = in_namespace(kube::kinds::bg_sharded_cluster, name);
    return sharded.name().empty() ? in_namespace(kube::kinds::bg_cluster, name) : sharded;
}

bool WorldConditions::is_settled(const std::string& cluster) const {
    if (!world_.settled) {
        return false;
    }
    if (cluster.empty()) {
        return true;
    }
    const kube::Object object = resource(cluster);
    return find_int(object.json(), {"status", "observedGeneration"}) == object.generation() &&
           is_as_asked(object);
}

bool WorldConditions::is_over(std::string_view fault) const {
    for (std::size_t number = 0; number < world_.faults.size(); ++number) {
        if (world_.scenario->faults[number].id == fault) {
            return world_.faults[number].stage == FaultRun::Stage::over;
        }
    }
    return false;
}

bool WorldConditions::is_made(std::string_view edit) const {
    for (std::size_t number = 0; number < world_.edits.size(); ++number) {
        if (world_.scenario->edits[number].id == edit) {
            return world_.edits[number].made;
        }
    }
    return false;
}

bool WorldConditions::holds(const WhenState& state) const {
    switch (state.condition) {
        case Condition::settled:
            return is_settled(state.subject);
        case Condition::exists:
            return exists(state.subject);
        case Condition::absent:
            return !exists(state.subject);
        case Condition::member_state: {
            const kube::Object pod = in_namespace(kube::kinds::pod, state.subject);
            const auto status = patroni::parse_member_status(pod.annotation("status"));
            return status.ok() && (status->state_text == state.value ||
                                   patroni::to_string(status->state) == state.value);
        }
        case Condition::leader:
            return lock_of(TruthView(world_), {world_.scenario->topology.ns, state.subject})
                       .holder == state.value;
        case Condition::phase:
            return resource(state.subject).text_at({"status", "phase"}) == state.value;
        case Condition::step:
            return !world_.step_effect.empty() && world_.step_effect.starts_with(state.value) &&
                   world_.step_cluster.ends_with("/" + state.subject);
        case Condition::fault_over:
            return is_over(state.subject);
        case Condition::edit_made:
            return is_made(state.subject);
    }
    return false;
}

}  // namespace bestgres::scenarios
