#include "operator/plan/sharded/operation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "operator/plan/operation_journal.hpp"

namespace bestgres::plan {
namespace {

using api::OperationPhase;
using api::ShardedOperationStatus;

void derive(const ShardedView& view, const ShardedOperation& operation,
            ShardedOperationStatus& status) {
    status.observed_generation = operation.object.generation();
    const auto ended = std::ranges::count_if(
        status.groups, [](const auto& group) { return api::is_finished(group.phase); });
    status.step = status.groups.empty() ? "" : fmt::format("{}/{}", ended, status.groups.size());
    set_conditions(status.conditions, {.phase = status.phase,
                                       .message = status.message,
                                       .generation = status.observed_generation,
                                       .now = view.now()});
}

ShardedStep step_of(const ShardedOperation& operation, ShardedOperationStatus status,
                    std::string because) {
    const std::string phase = status.phase ? std::string(api::word_of(*status.phase)) : "";
    std::string what = status.step.empty() ? phase : phase + " " + status.step;
    return {.effect = JournalShardedOperation{.operation = target_of(operation.object),
                                              .status = std::move(status),
                                              .what = std::move(what)},
            .rule = ShardedRule::run_operations,
            .because = std::move(because)};
}

}  // namespace

std::vector<ShardedOperation> read_operations(const ShardedView& view) {
    std::vector<ShardedOperation> operations;
    for (const kube::Object& object : view.facts.operations) {
        operations.push_back(
            {.object = object,
             .spec = api::parse_sharded_operation_spec(object_at(object.json(), {"spec"})),
             .status = api::parse_sharded_operation_status(object_at(object.json(), {"status"}))});
    }
    std::ranges::sort(operations, {}, [](const ShardedOperation& one) {
        return std::tuple(one.object.creation_timestamp().value_or(Instant{}), one.name());
    });
    return operations;
}

bool is_open(const api::GroupOperationStatus& group) {
    return group.phase && !api::is_finished(group.phase);
}

bool has_failed(const api::GroupOperationStatus& group) {
    return group.phase == OperationPhase::failed || group.phase == OperationPhase::cancelled;
}

std::optional<ShardedStep> journal(const ShardedView& view, const ShardedOperation& operation,
                                   ShardedOperationStatus status, std::string because) {
    derive(view, operation, status);
    if (status == operation.status) {
        return std::nullopt;
    }
    return step_of(operation, std::move(status), std::move(because));
}

std::optional<ShardedStep> tell(const ShardedView& view, const ShardedOperation& operation,
                                std::string message) {
    ShardedOperationStatus status = operation.status;
    status.phase = status.phase.value_or(OperationPhase::pending);
    status.message = message;
    return journal(view, operation, std::move(status), "it waits: " + message);
}

ShardedStep end(const ShardedView& view, const ShardedOperation& operation, OperationPhase phase,
                std::string message) {
    ShardedOperationStatus status = operation.status;
    status.phase = phase;
    status.finished = in_seconds(view.now());
    status.message = message;
    for (api::GroupOperationStatus& group : status.groups) {
        if (!group.phase) {
            group.message = "not begun: " + message;
        }
    }
    derive(view, operation, status);
    return step_of(operation, std::move(status), std::move(message));
}

}  // namespace bestgres::plan
