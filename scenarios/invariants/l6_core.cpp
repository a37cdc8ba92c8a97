#include "scenarios/invariants/l6_core.hpp"

#include <algorithm>

#include "scenarios/invariants/able_operator.hpp"

namespace bestgres::scenarios {
namespace {

// Whether Patroni itself is kept from working wherever it runs.
bool stops_everybody(const Fault& fault) {
    return fault.kind == FaultKind::api_outage || fault.kind == FaultKind::paused_by_hand ||
           (hinders_operators(fault.kind) &&
            (fault.target.empty() || fault.target.find("api") != std::string::npos ||
             fault.target.find("patroni") != std::string::npos));
}

bool some_last_for_ever(const Truth& truth) {
    const std::vector<Fault> faults = truth.active_faults();
    return !faults.empty() && std::all_of(faults.begin(), faults.end(), [](const Fault& fault) {
        return fault.for_ever && !stops_everybody(fault);
    });
}

// The member's pod, its node, or its role is what a fault hits.
bool is_hit(const Truth& truth, const ClusterId& id, const std::string& pod) {
    std::string node;
    for (const MemberTruth& member : members_of(truth, id)) {
        node = member.pod == pod ? member.node : node;
    }
    const std::vector<Fault> faults = truth.active_faults();
    return std::any_of(faults.begin(), faults.end(), [&](const Fault& fault) {
        return fault.target.find(pod) != std::string::npos ||
               (!node.empty() && fault.target.find(node) != std::string::npos);
    });
}

// Whoever holds the lock is at work on giving it up, as slowly as the fault has it.
bool is_held_by_one_that_is_hit(const Truth& truth, const ClusterId& id) {
    const std::vector<MemberTruth> members = members_of(truth, id);
    return std::any_of(members.begin(), members.end(), [&](const MemberTruth& member) {
        return member.patroni_runs && !member.patroni_frozen && member.believes_to_lead &&
               is_hit(truth, id, member.pod);
    });
}

}  // namespace

void L6Core::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    watch_.on(occurrence, truth);
    if (watch_.gaps().empty()) {
        told_.clear();
        return;
    }
    if (!some_last_for_ever(truth)) {
        return;
    }
    for (const auto& [id, gap] : watch_.gaps()) {
        const std::optional<Duration> overdue = watch_.overdue(id, truth);
        if (!overdue || *overdue <= WriterWatch::bound(truth, id) ||
            is_hit(truth, id, gap.eligible) || is_held_by_one_that_is_hit(truth, id) ||
            !told_.insert(id).second) {
            continue;
        }
        std::vector<std::string> facts;
        for (const Fault& fault : truth.active_faults()) {
            facts.push_back("for ever: " + fault.id + " on " + fault.target);
        }
        for (const MemberTruth& member : members_of(truth, id)) {
            facts.push_back(describe_member(member));
        }
        findings.add(text,
                     "Nobody can write to " + to_string(id) + " for " +
                         seconds_text(truth.now() - gap.since) + ", although " + gap.eligible +
                         " is outside of every fault and can lead",
                     facts);
    }
}

void L6Core::hash_into(Hasher& hasher) const {
    watch_.hash_into(hasher);
    for (const ClusterId& id : told_) {
        hasher.add(to_string(id));
    }
}

}  // namespace bestgres::scenarios
