#include "scenarios/engine/truth_view.hpp"

#include <algorithm>

#include "lib/patroni/parse.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/engine/exposure.hpp"
#include "scenarios/engine/faults.hpp"
#include "scenarios/engine/members.hpp"

namespace bestgres::scenarios {

kube::Object TruthView::object(const kube::Ref& ref) const {
    return stored(world_, ref);
}

std::vector<kube::Object> TruthView::objects(const kube::Kind& kind) const {
    return all_stored(world_, kind);
}

std::vector<MemberTruth> TruthView::members() const {
    std::vector<MemberTruth> members;
    for (std::uint32_t index = 0; index < world_.containers.size(); ++index) {
        const Container& container = world_.containers[index];
        if (!container.runs()) {
            continue;
        }
        const fakepatroni::MemberSettings& settings = (*container.member)->settings();
        members.push_back(
            {.pod_uid = container.pod_uid,
             .pod = container.pod,
             .cluster = container.cluster,
             .scope = settings.scope,
             .group = settings.citus ? std::optional(settings.citus->group) : std::nullopt,
             .node = world_.nodes[container.node].name,
             .claim_uid = container.claim_uid,
             .patroni_runs = true,
             .patroni_frozen = container.frozen,
             .believes_to_lead = believes_to_lead(world_, container),
             .ready = container.agent.readiness(world_.now).ok,
             .reachable = is_reachable(world_, container),
             .connected = is_connected(world_, index),
             .half_made =
                 is_half_made(world_, container.claim_uid, (*container.postgres)->volume()),
             .postgres = &**container.postgres});
    }
    return members;
}

const fakepatroni::Volume* TruthView::volume(const std::string& claim_uid) const {
    for (const Container& container : world_.containers) {
        if (container.claim_uid == claim_uid && container.runs()) {
            return &(*container.postgres)->volume();
        }
    }
    const auto found = world_.volumes.find(claim_uid);
    return found == world_.volumes.end() ? nullptr : &found->second;
}

std::vector<std::string> TruthView::route(const std::string& node,
                                          const std::string& service) const {
    for (const NodeRun& run : world_.nodes) {
        if (run.name == node) {
            const auto found = run.routes.find(service);
            return found == run.routes.end() ? std::vector<std::string>() : found->second;
        }
    }
    return {};
}

std::vector<OperatorTruth> TruthView::operators() const {
    std::vector<OperatorTruth> operators;
    for (const OperatorRun& run : world_.operators) {
        const bool runs = run.core->has_value();
        operators.push_back({.name = run.name,
                             .revision = run.revision,
                             .runs = runs,
                             .paused = run.paused,
                             .leads = runs && (*run.core)->holds_lease(world_.now + run.skew)});
    }
    return operators;
}

std::vector<Fault> TruthView::active_faults() const {
    std::vector<Fault> faults;
    for (const std::uint32_t number : world_.active_faults) {
        faults.push_back(world_.scenario->faults[number]);
        faults.back().target = world_.faults[number].target;
    }
    return faults;
}

bool TruthView::undisturbed_since(Instant at) const {
    const bool active =
        any_active(world_, [](const Fault& fault, const FaultRun&) { return !fault.for_ever; });
    return !active && world_.drains.empty() && world_.last_disturbance <= at;
}

}  // namespace bestgres::scenarios
