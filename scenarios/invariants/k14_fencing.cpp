#include "scenarios/invariants/k14_fencing.hpp"

namespace bestgres::scenarios {

void K14Fencing::judge_call(const CallArrived& arrived, const Truth& truth,
                            Findings& findings) const {
    const std::optional<kube::Ref> ref = written_ref(arrived.call);
    if (!ref || ref->kind == kube::kinds::lease || !by_operator(arrived.actor)) {
        return;
    }
    for (const OperatorTruth& one : truth.operators()) {
        if (one.name == arrived.actor.name && one.runs && !one.leads) {
            findings.add(text,
                         one.name + ": " + kube::describe(arrived.call) +
                             " arrives when its lease has ended",
                         {identify(arrived.before)});
        }
    }
}

void K14Fencing::judge_lease(const Truth& truth, Findings& findings) {
    std::vector<std::string> leaders;
    for (const OperatorTruth& one : truth.operators()) {
        if (one.runs && one.leads) {
            leaders.push_back(one.name);
        }
    }
    const bool two = leaders.size() > 1;
    if (two && !two_lead_) {
        findings.add(text, leaders[0] + " and " + leaders[1] + " both hold the lease", leaders);
    }
    two_lead_ = two;
}

void K14Fencing::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (const auto* arrived = std::get_if<CallArrived>(&occurrence)) {
        judge_call(*arrived, truth, findings);
    } else if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        if (changed->after.kind() == kube::kinds::lease.name) {
            judge_lease(truth, findings);
        }
    } else if (std::holds_alternative<StepBegun>(occurrence)) {
        judge_lease(truth, findings);
    }
}

}  // namespace bestgres::scenarios
