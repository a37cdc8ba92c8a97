// BGShardedDbOps: a BGDbOps for each group, in order and so many at a time, each of which the
// operator then carries out as any other. One that is deleted takes its BGDbOps along, and those
// end at their own safe points: it needs no finalizer.
#include <fmt/format.h>

#include <algorithm>

#include "operator/manifests/group_cluster.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/operation.hpp"
#include "operator/plan/operation_history.hpp"
#include "operator/plan/plan.hpp"
#include "operator/plan/sharded/operation.hpp"
#include "operator/plan/sharded/rules.hpp"

namespace bestgres::plan {
namespace {

using api::GroupOperationStatus;
using api::OperationPhase;
using api::ShardedOperationStatus;

ShardedOpinion just(std::optional<ShardedStep> step) {
    return step ? plan::just(*std::move(step)) : ShardedOpinion{};
}

bool exists(const ShardedView& view) {
    return !view.resource().name().empty();
}

bool is_due(const ShardedView& view, const ShardedOperation& operation) {
    return !operation.asked().run_at || *operation.asked().run_at <= view.now();
}

bool is_of_coordinator(const GroupOperationStatus& group) {
    const auto called = manifests::group_called(group.name);
    return called && called->group == 0;
}

// Why an operation ends here and now; empty where it does not.
std::string reason_to_end(const ShardedView& view, const ShardedOperation& operation) {
    if (!operation.spec) {
        return api::to_string(operation.spec.error());
    }
    if (exists(view) && view.going) {
        return "BGShardedCluster " + view.name + " is being deleted";
    }
    if (!exists(view) && operation.runs()) {
        return "BGShardedCluster " + view.name + " is gone";
    }
    return "";
}

const ShardedOperation* find_current(const ShardedView& view,
                                     const std::vector<ShardedOperation>& operations) {
    const auto running = std::ranges::find_if(operations, [](const ShardedOperation& one) {
        return one.runs() && !one.object.being_deleted();
    });
    if (running != operations.end()) {
        return &*running;
    }
    const auto next = std::ranges::find_if(operations, [&view](const ShardedOperation& one) {
        return !one.finished() && !one.object.being_deleted() && is_due(view, one);
    });
    return next == operations.end() ? nullptr : &*next;
}

std::vector<GroupOperationStatus> groups_in_order(const ShardedView& view,
                                                  const ShardedOperation& operation) {
    std::vector<GroupOperationStatus> groups;
    for (const ShardGroup& group : view.groups) {
        if (group.wanted && group.exists()) {
            groups.push_back(
                {.name = group.cluster,
                 .operation = manifests::group_operation_name(operation.name(), group.cluster)});
        }
    }
    if (operation.spec->order == api::GroupOrder::workers_first && !groups.empty()) {
        std::ranges::rotate(groups, groups.begin() + 1);
    }
    return groups;
}

const kube::Object* find_child(const ShardedView& view, const GroupOperationStatus& group) {
    const auto found = view.facts.objects.find({kube::kinds::bg_db_ops, view.ns, group.operation});
    return found == view.facts.objects.end() ? nullptr : &found->second;
}

void close(const ShardedView& view, GroupOperationStatus& group, OperationPhase phase,
           std::string message) {
    group.phase = phase;
    group.finished = in_seconds(view.now());
    group.message = std::move(message);
}

// What its BGDbOps says of it now.
void look_at(const ShardedView& view, const ShardedOperation& operation,
             GroupOperationStatus& group) {
    const kube::Object* const child = find_child(view, group);
    const bool is_there = child != nullptr && (group.uid.empty() || child->uid() == group.uid);
    if (!is_there) {
        if (!group.uid.empty()) {
            close(view, group, OperationPhase::cancelled, "its BGDbOps was deleted");
        }
        return;  // it is yet to be made
    }
    if (child->annotation(manifests::owner_uid_key) != operation.object.uid()) {
        close(view, group, OperationPhase::failed,
              "BGDbOps " + group.operation +
                  " exists and is not of this operation: delete it, and make this one again");
        return;
    }
    const auto status = api::parse_operation_status(object_at(child->json(), {"status"}));
    group.uid = child->uid();
    // Its steps are in its own journal: to write each of them twice would double what is written.
    group.message = "see BGDbOps " + group.operation;
    if (api::is_finished(status.phase)) {
        group.phase = status.phase;
        group.finished = status.finished;
        group.step = status.step;
        group.message = status.message;
        group.result = status.result;
    }
}

std::string message_of(const GroupOperationStatus& group) {
    return group.message.empty() ? group.name : group.name + ": " + group.message;
}

// The next group that may begin beside those that run; null where none may.
GroupOperationStatus* find_next(const ShardedOperation& operation, ShardedOperationStatus& status) {
    const auto next = std::ranges::find_if(
        status.groups, [](const GroupOperationStatus& group) { return !group.phase; });
    const auto running = std::ranges::count_if(status.groups, is_open);
    if (next == status.groups.end() || running >= operation.spec->parallelism) {
        return nullptr;
    }
    const bool coordinator_runs =
        std::ranges::any_of(status.groups, [](const GroupOperationStatus& group) {
            return is_open(group) && is_of_coordinator(group);
        });
    const bool is_alone = running == 0;
    return is_alone || (!coordinator_runs && !is_of_coordinator(*next)) ? &*next : nullptr;
}

ShardedStep make_child(const ShardedOperation& operation, const GroupOperationStatus& group) {
    return {.effect = CreateObject{.kind = kube::kinds::bg_db_ops,
                                   .object = manifests::group_operation(
                                       operation.object, group.name, operation.asked())},
            .rule = ShardedRule::run_operations,
            .because = "BGShardedDbOps " + operation.name() + ": it is the turn of " + group.name,
            .group = group.name};
}

ShardedStep conclude(const ShardedView& view, const ShardedOperation& operation,
                     const ShardedOperationStatus& status) {
    ShardedOperation looked = operation;
    looked.status = status;
    const auto failed = std::ranges::count_if(status.groups, has_failed);
    if (failed == 0) {
        return end(view, looked, OperationPhase::completed,
                   status.groups.empty() ? "nothing was to be done" : "done by every group");
    }
    const auto first = std::ranges::find_if(status.groups, has_failed);
    return end(view, looked, OperationPhase::failed,
               failed == 1 ? message_of(*first)
                           : fmt::format("{} of {} groups, the first {}", failed,
                                         status.groups.size(), message_of(*first)));
}

ShardedOpinion go_on(const ShardedView& view, const ShardedOperation& operation,
                     const std::string& business) {
    ShardedOperationStatus status = operation.status;
    for (GroupOperationStatus& group : status.groups) {
        if (is_open(group)) {
            look_at(view, operation, group);
        }
    }
    const auto open = std::ranges::find_if(status.groups, is_open);
    const bool all_ended = std::ranges::all_of(
        status.groups, [](const auto& group) { return api::is_finished(group.phase); });
    const bool stops = operation.spec->on_failure == api::GroupFailure::stop &&
                       std::ranges::any_of(status.groups, has_failed);
    if (open == status.groups.end() && (all_ended || stops)) {
        return just(conclude(view, operation, status));
    }
    GroupOperationStatus* const next = stops ? nullptr : find_next(operation, status);
    const bool waits = next != nullptr && !business.empty();
    status.message = open != status.groups.end() ? message_of(*open)
                     : waits                     ? next->name + " waits for " + business
                                                 : "";
    if (auto step = journal(view, operation, status, "its groups went on")) {
        return just(std::move(step));
    }
    const auto to_make = std::ranges::find_if(
        status.groups, [](const auto& group) { return is_open(group) && group.uid.empty(); });
    if (to_make != status.groups.end()) {
        return just(make_child(operation, *to_make));
    }
    if (next == nullptr || waits) {
        return {};
    }
    next->phase = OperationPhase::running;
    next->started = in_seconds(view.now());
    return just(journal(view, operation, status, "it is the turn of " + next->name));
}

ShardedOpinion conduct(const ShardedView& view, const ShardedOperation& operation,
                       const std::string& business) {
    if (operation.runs()) {
        return go_on(view, operation, business);
    }
    if (!business.empty()) {
        return just(tell(view, operation, "it waits for " + business));
    }
    ShardedOperationStatus status = operation.status;
    status.phase = OperationPhase::running;
    status.started = in_seconds(view.now());
    status.message.clear();
    status.groups = groups_in_order(view, operation);
    return just(journal(view, operation, std::move(status), "it begins"));
}

// Why it does not begin yet.
std::string turn_of(const ShardedView& view, const ShardedOperation& operation,
                    const ShardedOperation* current) {
    if (!exists(view)) {
        return "there is no BGShardedCluster " + view.name;
    }
    if (!is_due(view, operation) || current == nullptr) {
        return "not before " + format_seconds(*operation.asked().run_at);
    }
    return "BGShardedDbOps " + current->name() + " is first";
}

History history_of(const ShardedView& view, const std::vector<ShardedOperation>& operations) {
    std::vector<EndedOperation> ended;
    for (const ShardedOperation& operation : operations) {
        if (operation.finished() && operation.spec && !operation.object.being_deleted()) {
            ended.push_back({.object = &operation.object,
                             .finished = operation.status.finished,
                             .ttl = api::ttl_after_finished(operation.asked()),
                             .history_limit = operation.asked().history_limit});
        }
    }
    return keep_history(std::move(ended), view.now());
}

ShardedStep remove(const ShardedView& view, const kube::Object& operation, std::string because) {
    return {.effect = DeleteObject{.ref = {kube::kinds::bg_sharded_db_ops, view.ns,
                                           std::string(operation.name())},
                                   .uid = std::string(operation.uid()),
                                   .resource_version = std::string(operation.resource_version())},
            .rule = ShardedRule::run_operations,
            .because = std::move(because)};
}

// What the others need while one has its turn.
ShardedOpinion keep_order(const ShardedView& view, const std::vector<ShardedOperation>& operations,
                          const ShardedOperation* current) {
    ShardedOpinion opinion;
    for (const ShardedOperation& operation : operations) {
        if (&operation == current || operation.finished() || operation.object.being_deleted()) {
            continue;
        }
        if (!is_due(view, operation)) {
            keep_earlier(opinion.look_again, operation.asked().run_at);
        }
        if (auto step = tell(view, operation, turn_of(view, operation, current))) {
            return just(std::move(step));
        }
    }
    History history = history_of(view, operations);
    if (history.goes != nullptr) {
        return plan::just(remove(view, *history.goes, std::move(history.because)));
    }
    keep_earlier(opinion.look_again, history.look_again);
    return opinion;
}

}  // namespace

ShardedOpinion run_operations(const ShardedView& view, const std::string& business) {
    const std::vector<ShardedOperation> operations = read_operations(view);
    for (const ShardedOperation& operation : operations) {
        if (operation.finished() || operation.object.being_deleted()) {
            continue;
        }
        if (std::string reason = reason_to_end(view, operation); !reason.empty()) {
            return plan::just(end(view, operation, OperationPhase::failed, std::move(reason)));
        }
    }
    const ShardedOperation* const current = exists(view) ? find_current(view, operations) : nullptr;
    ShardedOpinion opinion = keep_order(view, operations, current);
    if (opinion.steps.empty() && current != nullptr) {
        opinion.steps = conduct(view, *current, business).steps;
    }
    return opinion;
}

}  // namespace bestgres::plan
