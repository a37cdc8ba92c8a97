#include "scenarios/invariants/c6_one_job.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bestgres::scenarios {
namespace {

using fakepatroni::CitusTask;
using fakepatroni::TaskState;

bool begins_moves(const postgres::Call& call) {
    return std::ranges::any_of(call.statements, [](const postgres::Statement& statement) {
        return statement.text.find("citus_rebalance_start") != std::string::npos ||
               statement.text.find("citus_drain_node") != std::string::npos;
    });
}

void judge_statement(const SqlSent& sent, const Truth& truth, Findings& findings) {
    const auto member = member_by_uid(truth, sent.call.pod_uid);
    if (!begins_moves(sent.call) || !member || !member->group) {
        return;
    }
    const std::map<GroupId, MemberTruth> members = primaries_in(truth, member->scope);
    const CitusTables* tables = tables_of(*member);
    if (tables == nullptr) {
        return;
    }
    if (const auto* job = tables->active_job()) {
        findings.add(C6OneJob::text, fmt::format("{} begins moves in {} while job {} runs",
                                                 sent.actor.name, member->scope, job->id));
    }
    for (const CitusNode* node : tables->primaries()) {
        if (!members.contains(node->group)) {
            findings.add(
                C6OneJob::text,
                fmt::format("{} begins moves in {} while {} has no primary", sent.actor.name,
                            member->scope, to_string(GroupKey{member->scope, node->group})));
        }
    }
}

// The move that runs, if any.
const CitusTask* running_move(const CitusTables& tables) {
    for (const auto& [key, task] : tables.tasks) {
        if (task.state == TaskState::running && task.shard != 0) {
            return &task;
        }
    }
    return nullptr;
}

// The primary whose pod an operator is about to take.
std::optional<MemberTruth> primary_taken_by(const CallArrived& arrived, const Truth& truth) {
    const auto* remove = std::get_if<kube::Delete>(&arrived.call);
    const auto* evict = std::get_if<kube::Evict>(&arrived.call);
    const bool takes = (remove != nullptr && remove->ref.kind == kube::kinds::pod &&
                        holds(remove->only_if, arrived.before)) ||
                       (evict != nullptr && holds(evict->only_if, arrived.before));
    if (!takes || !by_operator(arrived.actor)) {
        return std::nullopt;
    }
    auto member = member_by_uid(truth, arrived.before.uid());
    return member && member->group && is_writable(*member) ? member : std::nullopt;
}

std::optional<MemberTruth> primary_asked_by(const PatroniAsked& asked, const Truth& truth) {
    const bool takes =
        asked.call.verb == patroni::Verb::switchover || asked.call.verb == patroni::Verb::restart;
    if (!takes || !by_operator(asked.actor)) {
        return std::nullopt;
    }
    auto member = member_by_uid(truth, asked.call.pod_uid);
    return member && member->group && is_writable(*member) ? member : std::nullopt;
}

void judge_taking(const MemberTruth& member, const Actor& actor, const Truth& truth,
                  Findings& findings) {
    const std::map<GroupId, MemberTruth> members = primaries_in(truth, member.scope);
    const auto coordinator = members.find(0);
    const CitusTables* tables =
        coordinator == members.end() ? nullptr : tables_of(coordinator->second);
    const CitusTask* move = tables == nullptr ? nullptr : running_move(*tables);
    if (move == nullptr || whole_cluster_goes(truth, member.scope)) {
        return;
    }
    const auto group_at = [tables](fakepatroni::NodeId id) {
        const auto node = tables->nodes.find(id);
        return node == tables->nodes.end() ? GroupId{-1} : node->second.group;
    };
    const GroupId group = *member.group;
    if (group == 0 || group == group_at(move->from) || group == group_at(move->to)) {
        findings.add(
            C6OneJob::text,
            fmt::format("{} takes {}, the primary of {}, while shard {} is moved", actor.name,
                        member.pod, to_string(GroupKey{member.scope, group}), move->shard));
    }
}

}  // namespace

void C6OneJob::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (const auto* sent = std::get_if<SqlSent>(&occurrence)) {
        judge_statement(*sent, truth, findings);
    } else if (const auto* arrived = std::get_if<CallArrived>(&occurrence)) {
        if (const auto member = primary_taken_by(*arrived, truth)) {
            judge_taking(*member, arrived->actor, truth, findings);
        }
    } else if (const auto* asked = std::get_if<PatroniAsked>(&occurrence)) {
        if (const auto member = primary_asked_by(*asked, truth)) {
            judge_taking(*member, asked->actor, truth, findings);
        }
    }
}

}  // namespace bestgres::scenarios
