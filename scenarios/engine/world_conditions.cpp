#include "scenarios/engine/world_conditions.hpp"

#include "lib/kube/condition.hpp"
#include "lib/kube/workload.hpp"
#include "lib/patroni/parse.hpp"
#include "operator/api/operation.hpp"
#include "scenarios/engine/engine.hpp"

namespace bestgres::scenarios {
namespace {

constexpr kube::Kind kinds_by_word[] = {kube::kinds::bg_cluster,
                                        kube::kinds::bg_db_ops,
                                        kube::kinds::pod,
                                        kube::kinds::job,
                                        kube::kinds::stateful_set,
                                        kube::kinds::persistent_volume_claim,
                                        kube::kinds::service,
                                        kube::kinds::secret,
                                        kube::kinds::config_map,
                                        kube::kinds::role,
                                        kube::kinds::role_binding,
                                        kube::kinds::service_account,
                                        kube::kinds::endpoint_slice,
                                        kube::kinds::pod_disruption_budget,
                                        kube::kinds::lease,
                                        kube::kinds::node,
                                        kube::kinds::persistent_volume};

// Serving as asked, or at rest as asked.
bool is_as_asked(const kube::Object& cluster) {
    return kube::condition_is_true(cluster, "Ready") ||
           kube::condition_is_true(cluster, "Hibernated");
}

}  // namespace

std::optional<kube::Kind> find_kind_by_word(std::string_view word) {
    for (const kube::Kind& kind : kinds_by_word) {
        if (kind.name == word) {
            return kind;
        }
    }
    return std::nullopt;
}

kube::Object WorldConditions::in_namespace(const kube::Kind& kind, const std::string& name) const {
    return stored(world_, {kind, kind.namespaced ? world_.scenario->topology.ns : "", name});
}

bool WorldConditions::exists(std::string_view subject) const {
    const std::size_t slash = subject.find('/');
    const auto kind = find_kind_by_word(subject.substr(0, slash));
    return kind && slash != std::string_view::npos &&
           !in_namespace(*kind, std::string(subject.substr(slash + 1))).name().empty();
}

bool WorldConditions::is_settled(const std::string& cluster) const {
    if (!world_.settled) {
        return false;
    }
    if (cluster.empty()) {
        return true;
    }
    const kube::Object object = in_namespace(kube::kinds::bg_cluster, cluster);
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
            return in_namespace(kube::kinds::config_map, state.subject + "-leader")
                       .annotation("leader") == state.value;
        case Condition::phase:
            return string_at(in_namespace(kube::kinds::bg_cluster, state.subject).json(),
                             {"status", "phase"}) == state.value;
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
