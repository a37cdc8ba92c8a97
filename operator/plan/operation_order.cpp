#include "operator/plan/operation_order.hpp"

#include <algorithm>

#include "operator/plan/operation_history.hpp"
#include "operator/plan/operation_job.hpp"
#include "operator/plan/operation_journal.hpp"

namespace bestgres::plan {
namespace {

using api::OperationPhase;

// What a program that is to stop takes to cancel its statement, and a kubelet to tell. Longer is
// waited for nobody: its node may be lost.
constexpr Duration patience_with_clients = std::chrono::minutes(1);

std::optional<Instant> deadline_of(const Operation& operation) {
    if (!operation.runs() || !operation.spec) {
        return std::nullopt;
    }
    return operation.status.started + api::timeout(*operation.spec);
}

bool is_late(const ClusterView& view, const Operation& operation) {
    const std::optional<Instant> deadline = deadline_of(operation);
    return deadline && *deadline <= view.now();
}

bool is_due(const ClusterView& view, const Operation& operation) {
    return !operation.spec->run_at || *operation.spec->run_at <= view.now();
}

// Nothing of it is on its way: no hand-over is pending, and no member that it restarts is between
// two processes. Whoever is out of time waits no longer.
bool is_at_safe_point(const ClusterView& view, const Operation& operation) {
    const api::OperationStepStatus* const step = find_open(operation.status);
    if (step == nullptr || is_late(view, operation) || view.resource().name().empty()) {
        return true;
    }
    const Member* const member = view.member(step->member);
    const bool between = member != nullptr && member->status &&
                         (member->status->state == patroni::State::restarting ||
                          member->status->state == patroni::State::starting ||
                          member->status->state == patroni::State::stopping);
    return !view.failover.pending() && !between;
}

// Why an operation ends here and now, whatever it was about to do; empty where it does not.
std::string reason_to_end(const ClusterView& view, const Operation& operation) {
    if (!operation.spec) {
        return api::to_string(operation.spec.error());
    }
    if (is_late(view, operation)) {
        return "not done within " + operation.spec->timeout;
    }
    if (!view.resource().name().empty() && view.going) {
        return "BGCluster " + view.name + " is being deleted";
    }
    if (view.resource().name().empty() && operation.runs()) {
        return "BGCluster " + view.name + " is gone";
    }
    return "";
}

// What one operation needs now, whoever's turn it is.
struct Settling {
    std::optional<Step> step = std::nullopt;
    bool is_ending = false;  // it begins nothing more
    std::optional<Instant> look_again = std::nullopt;
};

// When a program that was told to stop counts as gone.
Instant gone_by(const Operation& operation) {
    const std::optional<Instant> deleted = operation.object.deletion_timestamp();
    const std::optional<Instant> deadline = deadline_of(operation);
    const Instant asked = deleted && deadline ? std::min(*deleted, *deadline)
                          : deleted           ? *deleted
                                              : deadline.value_or(Instant{});
    return asked + patience_with_clients;
}

// Before it ends, its Job does, and the program has cancelled what it was about.
std::optional<Settling> stop_clients(const ClusterView& view, const Operation& operation,
                                     const std::string& because) {
    const std::string_view uid = operation.object.uid();
    const kube::Object* const job = find_unfinished_job(view, uid);
    if (job != nullptr && !job->being_deleted()) {
        return Settling{.step = stop(*job, "BGDbOps " + operation.name() + ": " + because),
                        .is_ending = true};
    }
    const bool works = job != nullptr || find_running_client(view, uid) != nullptr;
    if (works && view.now() < gone_by(operation)) {
        return Settling{.is_ending = true, .look_again = gone_by(operation)};
    }
    return std::nullopt;
}

// Deleting is cancelling.
Settling cancel(const ClusterView& view, const Operation& operation) {
    if (std::optional<Settling> stopping = stop_clients(view, operation, "it was deleted")) {
        return *std::move(stopping);
    }
    Settling settling{.is_ending = true};
    if (!is_at_safe_point(view, operation)) {
        return settling;
    }
    if (operation.runs()) {
        settling.step = end(view, operation, OperationPhase::cancelled, "it was deleted");
    } else if (operation.held()) {
        settling.step = release(operation, "it was deleted");
    }
    return settling;
}

Settling settle(const ClusterView& view, const Operation& operation) {
    if (operation.object.being_deleted()) {
        return cancel(view, operation);
    }
    if (operation.finished()) {
        return operation.held() ? Settling{.step = release(operation, "it has ended")} : Settling{};
    }
    std::string reason = reason_to_end(view, operation);
    if (reason.empty()) {
        return {};
    }
    if (std::optional<Settling> stopping = stop_clients(view, operation, reason)) {
        return *std::move(stopping);
    }
    return {.step = end(view, operation, OperationPhase::failed, std::move(reason)),
            .is_ending = true};
}

std::vector<EndedOperation> those_that_ended(const std::vector<Operation>& operations) {
    std::vector<EndedOperation> ended;
    for (const Operation& operation : operations) {
        if (operation.finished() && operation.spec && !operation.object.being_deleted()) {
            ended.push_back({.object = &operation.object,
                             .finished = operation.status.finished,
                             .ttl = api::ttl_after_finished(*operation.spec),
                             .history_limit = operation.spec->history_limit});
        }
    }
    return ended;
}

// Why it does not begin yet.
std::string turn_of(const ClusterView& view, const Operation& operation, const Operation* current) {
    if (view.resource().name().empty()) {
        return "there is no BGCluster " + view.name;
    }
    if (!is_due(view, operation)) {
        return "not before " + format_seconds(*operation.spec->run_at);
    }
    return current == nullptr ? "an earlier operation is being ended"
                              : "BGDbOps " + current->name() + " is first";
}

}  // namespace

const Operation* find_current(const ClusterView& view, const std::vector<Operation>& operations) {
    const auto running = std::ranges::find_if(operations, &Operation::runs);
    if (running != operations.end()) {
        const bool is_ending =
            running->object.being_deleted() || !reason_to_end(view, *running).empty();
        return is_ending ? nullptr : &*running;
    }
    const auto next = std::ranges::find_if(operations, [&view](const Operation& one) {
        return !one.finished() && !one.object.being_deleted() && one.spec && is_due(view, one);
    });
    return next == operations.end() ? nullptr : &*next;
}

OperationsPlan keep_order(const ClusterView& view, const std::vector<Operation>& operations) {
    OperationsPlan plan;
    for (const Operation& operation : operations) {
        Settling settling = settle(view, operation);
        if (settling.step) {
            plan.step = std::move(settling.step);
            return plan;
        }
        keep_earlier(plan.look_again, settling.look_again);
        if (const std::optional<Instant> deadline = deadline_of(operation); deadline > view.now()) {
            keep_earlier(plan.look_again, deadline);
        }
    }
    const bool exists = !view.resource().name().empty();
    const Operation* const current = exists ? find_current(view, operations) : nullptr;
    for (const Operation& operation : operations) {
        const bool waits = !operation.finished() && !operation.runs() && &operation != current &&
                           !operation.object.being_deleted();
        if (!waits) {
            continue;
        }
        if (!is_due(view, operation)) {
            keep_earlier(plan.look_again, operation.spec->run_at);
        }
        if (std::optional<Step> step = tell(view, operation, turn_of(view, operation, current))) {
            plan.step = std::move(step);
            return plan;
        }
    }
    History history = keep_history(those_that_ended(operations), view.now());
    keep_earlier(plan.look_again, history.look_again);
    if (history.goes != nullptr) {
        plan.step = remove(view, *history.goes, std::move(history.because));
        return plan;
    }
    plan.step = sweep_jobs(view, operations);
    return plan;
}

}  // namespace bestgres::plan
