#include "operator/plan/operation_order.hpp"

#include <algorithm>

#include "operator/plan/operation_journal.hpp"

namespace bestgres::plan {
namespace {

using api::OperationPhase;

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

// Deleting is cancelling.
std::optional<Step> cancel(const ClusterView& view, const Operation& operation) {
    if (!is_at_safe_point(view, operation)) {
        return std::nullopt;
    }
    if (operation.runs()) {
        return end(view, operation, OperationPhase::cancelled, "it was deleted");
    }
    return operation.held() ? std::optional(release(operation, "it was deleted")) : std::nullopt;
}

std::optional<Step> settle(const ClusterView& view, const Operation& operation) {
    if (operation.object.being_deleted()) {
        return cancel(view, operation);
    }
    if (operation.finished()) {
        return operation.held() ? std::optional(release(operation, "it has ended")) : std::nullopt;
    }
    std::string reason = reason_to_end(view, operation);
    return reason.empty()
               ? std::nullopt
               : std::optional(end(view, operation, OperationPhase::failed, std::move(reason)));
}

std::optional<Instant> expiry_of(const Operation& operation) {
    if (!operation.finished() || !operation.spec || operation.object.being_deleted()) {
        return std::nullopt;
    }
    const std::optional<Duration> ttl = api::ttl_after_finished(*operation.spec);
    return ttl ? std::optional(operation.status.finished + *ttl) : std::nullopt;
}

// The latest that ended says how many stay.
const Operation* find_surplus(const std::vector<Operation>& operations) {
    std::vector<const Operation*> ended;
    for (const Operation& operation : operations) {
        if (operation.finished() && operation.spec && !operation.object.being_deleted()) {
            ended.push_back(&operation);
        }
    }
    std::ranges::stable_sort(ended, std::ranges::greater{},
                             [](const Operation* one) { return one->status.finished; });
    if (ended.empty() || !ended.front()->spec->history_limit ||
        static_cast<std::int64_t>(ended.size()) <= *ended.front()->spec->history_limit) {
        return nullptr;
    }
    return ended.back();
}

// Why it does not begin yet.
std::string turn_of(const ClusterView& view, const Operation& operation, const Operation* current) {
    if (view.resource().name().empty()) {
        return "there is no BGCluster " + view.name;
    }
    if (!is_due(view, operation)) {
        return "not before " + format_seconds(*operation.spec->run_at);
    }
    return current == nullptr ? "an earlier operation is being cancelled"
                              : "BGDbOps " + current->name() + " is first";
}

}  // namespace

void keep_earlier(std::optional<Instant>& earliest, std::optional<Instant> other) {
    if (other && (!earliest || *other < *earliest)) {
        earliest = other;
    }
}

const Operation* find_current(const ClusterView& view, const std::vector<Operation>& operations) {
    const auto running = std::ranges::find_if(operations, &Operation::runs);
    if (running != operations.end()) {
        return running->object.being_deleted() ? nullptr : &*running;
    }
    const auto next = std::ranges::find_if(operations, [&view](const Operation& one) {
        return !one.finished() && !one.object.being_deleted() && one.spec && is_due(view, one);
    });
    return next == operations.end() ? nullptr : &*next;
}

OperationsPlan keep_order(const ClusterView& view, const std::vector<Operation>& operations) {
    OperationsPlan plan;
    for (const Operation& operation : operations) {
        if (std::optional<Step> step = settle(view, operation)) {
            plan.step = std::move(step);
            return plan;
        }
        keep_earlier(plan.look_again, deadline_of(operation));
    }
    const bool exists = !view.resource().name().empty();
    const Operation* const current = exists ? find_current(view, operations) : nullptr;
    for (const Operation& operation : operations) {
        if (const std::optional<Instant> expiry = expiry_of(operation)) {
            if (*expiry <= view.now()) {
                plan.step = remove(view, operation, "its ttlAfterFinished is over");
                return plan;
            }
            keep_earlier(plan.look_again, expiry);
        }
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
    if (const Operation* const surplus = find_surplus(operations)) {
        plan.step = remove(view, *surplus, "historyLimit is exceeded");
    }
    return plan;
}

}  // namespace bestgres::plan
