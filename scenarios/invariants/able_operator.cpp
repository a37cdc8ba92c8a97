#include "scenarios/invariants/able_operator.hpp"

#include <algorithm>

#include "lib/kube/kind.hpp"

namespace bestgres::scenarios {
namespace {

constexpr FaultKind hindering[] = {
    FaultKind::competing_writer,
    FaultKind::throttled,
    FaultKind::server_error,
    FaultKind::timeout_before,
    FaultKind::timeout_after,
    FaultKind::reset,
    FaultKind::slow_answers,
    FaultKind::refused,
    FaultKind::quota,
    FaultKind::api_outage,
    FaultKind::watch_drop,
    FaultKind::watch_stall,
    FaultKind::watch_delay,
    FaultKind::watch_coalesce,
    FaultKind::watch_duplicate,
    FaultKind::watch_gone,
    FaultKind::replica_lag,
    FaultKind::replica_freeze,
    FaultKind::operator_crash,
    FaultKind::operator_pause,
    FaultKind::lease_renewal_fails,
    FaultKind::clock_jump,
    FaultKind::second_operator,
    FaultKind::log_blocked,
    FaultKind::partition,
    FaultKind::packet_loss,
    FaultKind::latency,
    FaultKind::half_open,
    FaultKind::rest_error,
    FaultKind::rest_silent,
    FaultKind::rest_lost_after_apply,
    FaultKind::old_manifest_applied,
    FaultKind::api_snapshot_restored,
};

// What may change whether an operator is able.
bool matters(const Occurrence& occurrence) {
    if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        return changed->after.kind() == kube::kinds::lease.name;
    }
    return std::holds_alternative<FaultBegan>(occurrence) ||
           std::holds_alternative<FaultEnded>(occurrence) ||
           std::holds_alternative<OperatorStarted>(occurrence) ||
           std::holds_alternative<OperatorEnded>(occurrence);
}

bool is_able(const Truth& truth) {
    for (const Fault& fault : truth.active_faults()) {
        if (hinders_operators(fault.kind)) {
            return false;
        }
    }
    const std::vector<OperatorTruth> all = truth.operators();
    return std::any_of(all.begin(), all.end(), [](const OperatorTruth& one) {
        return one.runs && one.leads && !one.paused;
    });
}

}  // namespace

bool hinders_operators(FaultKind kind) {
    return std::find(std::begin(hindering), std::end(hindering), kind) != std::end(hindering);
}

void AbleOperator::on(const Occurrence& occurrence, const Truth& truth) {
    if (!matters(occurrence)) {
        return;
    }
    if (!is_able(truth)) {
        since_.reset();
    } else if (!since_) {
        since_ = truth.now();
    }
}

}  // namespace bestgres::scenarios
