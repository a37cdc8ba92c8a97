#include "fakepatroni/citus_rebalance.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bestgres::fakepatroni {
namespace {

constexpr std::int64_t most_attempts = 30;
constexpr std::int64_t second_ns = 1'000'000'000;

// How many shards each primary has, of distributed and single-shard tables.
std::map<GroupId, std::int64_t> loads_of(const CitusTables& tables) {
    std::map<GroupId, std::int64_t> loads;
    for (const CitusNode* node : tables.primaries()) {
        loads[node->group] = static_cast<std::int64_t>(tables.only_copies_on(node->group).size());
    }
    return loads;
}

std::vector<GroupId> hosts_of(const CitusTables& tables) {
    std::vector<GroupId> hosts;
    for (const CitusNode* node : tables.primaries()) {
        if (node->should_have_shards) {
            hosts.push_back(node->group);
        }
    }
    return hosts;
}

GroupId emptiest(const std::vector<GroupId>& hosts, std::map<GroupId, std::int64_t>& loads) {
    return *std::ranges::min_element(
        hosts, {}, [&loads](GroupId group) { return std::pair(loads[group], group); });
}

MoveShard move_of(ShardId shard, GroupId from, GroupId to, const CitusTables& tables) {
    return {.shard = shard,
            .from = tables.primary_of(from)->id,
            .to = tables.primary_of(to)->id,
            .block_writes = false};
}

// One shard off the fullest node, if that brings it nearer to the emptiest one.
std::optional<MoveShard> next_move(CitusTables& tables) {
    std::vector<GroupId> hosts = hosts_of(tables);
    if (hosts.size() < 2) {
        return std::nullopt;
    }
    std::map<GroupId, std::int64_t> loads = loads_of(tables);
    const GroupId fullest = *std::ranges::max_element(
        hosts, {}, [&loads](GroupId group) { return std::pair(loads[group], -group); });
    const GroupId target = emptiest(hosts, loads);
    if (loads[fullest] - loads[target] < 2) {
        return std::nullopt;
    }
    const ShardId shard = tables.only_copies_on(fullest).front();
    const MoveShard move = move_of(shard, fullest, target, tables);
    tables.placements.erase({shard, fullest});
    tables.placements.insert({shard, target});
    return move;
}

void empty_group(GroupId group, CitusTables& tables, std::vector<MoveShard>& moves) {
    std::vector<GroupId> hosts = hosts_of(tables);
    std::erase(hosts, group);
    if (hosts.empty()) {
        return;
    }
    for (const ShardId shard : tables.only_copies_on(group)) {
        std::map<GroupId, std::int64_t> loads = loads_of(tables);
        const GroupId target = emptiest(hosts, loads);
        moves.push_back(move_of(shard, group, target, tables));
        tables.placements.erase({shard, group});
        tables.placements.insert({shard, target});
    }
}

bool lacks_references(const CitusTables& tables) {
    return std::ranges::any_of(tables.primaries(), [&tables](const CitusNode* node) {
        return !tables.missing_references(node->group).empty();
    });
}

StatementFailure no_identity(const CitusTable& table) {
    return object_not_ready(
        fmt::format("cannot use logical replication to transfer shards of the relation {} since it "
                    "doesn't have a REPLICA IDENTITY or PRIMARY KEY",
                    table.name));
}

JobState after_end_of(JobState state) {
    return state == JobState::cancelling ? JobState::cancelled
           : state == JobState::failing  ? JobState::failed
                                         : JobState::finished;
}

void end_rest(JobId job, TaskState state, const CitusTables& tables, Changes& changes) {
    for (const auto& [key, task] : tables.tasks) {
        if (task.job == job && !is_over(task.state) && task.state != TaskState::running) {
            CitusTask ended = task;
            ended.state = state;
            changes.push_back(put(ended));
        }
    }
}

}  // namespace

std::vector<MoveShard> moves_to_balance(const CitusTables& tables, bool drains_only) {
    CitusTables after = tables;
    std::vector<MoveShard> moves;
    for (const CitusNode* node : tables.primaries()) {
        if (!node->should_have_shards) {
            empty_group(node->group, after, moves);
        }
    }
    while (!drains_only) {
        const std::optional<MoveShard> move = next_move(after);
        if (!move) {
            break;
        }
        moves.push_back(*move);
    }
    return moves;
}

std::vector<MoveShard> moves_off(GroupId group, const CitusTables& tables) {
    CitusTables after = tables;
    std::vector<MoveShard> moves;
    empty_group(group, after, moves);
    return moves;
}

const CitusTable* without_identity(const std::vector<MoveShard>& moves, const CitusTables& tables) {
    for (const MoveShard& move : moves) {
        const auto name = tables.shards.find(move.shard);
        const auto table =
            name == tables.shards.end() ? tables.tables.end() : tables.tables.find(name->second);
        if (table != tables.tables.end() && !table->second.replica_identity) {
            return &table->second;
        }
    }
    return nullptr;
}

std::optional<StatementFailure> refusal_to_move(const MoveShard& move, const CitusTables& tables) {
    const auto from = tables.nodes.find(move.from);
    const auto to = tables.nodes.find(move.to);
    if (from == tables.nodes.end() || to == tables.nodes.end()) {
        return refuse("Moving shards to a non-existing node is not supported");
    }
    if (!to->second.should_have_shards) {
        return refuse("Moving shards to a node that shouldn't have a shard is not supported");
    }
    if (!to->second.primary) {
        return refuse("Moving shards to a secondary (e.g., replica) node is not supported");
    }
    if (!tables.missing_references(to->second.group).empty()) {
        return object_not_ready("there are missing reference tables on some nodes");
    }
    if (!move.block_writes) {
        if (const CitusTable* table = without_identity({move}, tables)) {
            return no_identity(*table);
        }
    }
    return std::nullopt;
}

Planned plan_rebalance(const StartRebalance& asked, const CitusTables& tables) {
    if (tables.local_group != 0) {
        return refuse("operation is not allowed on this node");
    }
    if (const CitusJob* job = tables.active_job()) {
        return refuse(fmt::format("A rebalance is already running as job {}", job->id));
    }
    std::vector<MoveShard> moves = moves_to_balance(tables, asked.drains_only);
    if (moves.empty()) {
        return DistributedChange{.local = {}, .parts = {}, .rows = {{"0"}}};
    }
    if (asked.mode == TransferMode::automatic) {
        if (const CitusTable* table = without_identity(moves, tables)) {
            return no_identity(*table);
        }
    }
    const CitusJob job{
        .id = tables.last_id + 1, .state = JobState::scheduled, .drains = asked.drains_only};
    DistributedChange change;
    std::int64_t id = 0;
    const bool references_first = lacks_references(tables);
    if (references_first) {
        change.local.push_back(put(CitusTask{.job = job.id, .id = ++id}));
    }
    for (const MoveShard& move : moves) {
        change.local.push_back(
            put(CitusTask{.job = job.id,
                          .id = ++id,
                          .state = references_first ? TaskState::blocked : TaskState::runnable,
                          .shard = move.shard,
                          .from = move.from,
                          .to = move.to,
                          .block_writes = asked.mode == TransferMode::block_writes}));
    }
    change.local.push_back(put(job));
    change.local.push_back(use_ids(job.id));
    change.rows = {{std::to_string(job.id)}};
    return change;
}

// What runs goes on to its end; nothing else begins.
Planned plan_cancel(const CancelJob& asked, std::int64_t now_ns, const CitusTables& tables) {
    // Without a number, whichever job is under way.
    const CitusJob* active = tables.active_job();
    const auto found =
        tables.jobs.find(asked.job == 0 && active != nullptr ? active->id : asked.job);
    if (found == tables.jobs.end()) {
        return refuse(fmt::format("no pg_dist_background_job found for job_id: {}", asked.job));
    }
    DistributedChange change{.local = {}, .parts = {}, .rows = {{""}}};
    if (is_over(found->second.state)) {
        return change;
    }
    end_rest(found->first, TaskState::cancelled, tables, change.local);
    const bool runs = std::ranges::any_of(tables.tasks, [job = found->first](const auto& entry) {
        return entry.second.job == job && entry.second.state == TaskState::running;
    });
    CitusJob job = found->second;
    job.state = runs ? JobState::cancelling : JobState::cancelled;
    job.ended = runs ? 0 : now_ns;
    change.local.push_back(put(job));
    return change;
}

const CitusTask* next_task(const CitusTables& tables, std::int64_t now_ns) {
    for (const auto& [key, task] : tables.tasks) {
        const auto job = tables.jobs.find(task.job);
        if (job == tables.jobs.end() || is_over(job->second.state)) {
            continue;
        }
        if (task.state == TaskState::running) {
            return nullptr;
        }
        if (task.state == TaskState::runnable && task.not_before <= now_ns) {
            return &task;
        }
    }
    return nullptr;
}

std::optional<std::int64_t> next_attempt(const CitusTables& tables) {
    std::optional<std::int64_t> due;
    for (const auto& [key, task] : tables.tasks) {
        const auto job = tables.jobs.find(task.job);
        const bool open = job != tables.jobs.end() && !is_over(job->second.state);
        if (open && task.state == TaskState::runnable) {
            due = std::min(due.value_or(task.not_before), task.not_before);
        }
    }
    return due;
}

Changes task_begins(const CitusTask& task, std::int64_t now_ns, const CitusTables& tables) {
    CitusTask begun = task;
    begun.state = TaskState::running;
    CitusJob job = tables.jobs.at(task.job);
    job.state = JobState::running;
    job.started = job.started == 0 ? now_ns : job.started;
    return {put(begun), put(job)};
}

Changes task_ended(const CitusTask& task, const std::string& failure, std::int64_t now_ns,
                   const CitusTables& tables) {
    CitusJob job = tables.jobs.at(task.job);
    CitusTask ended = task;
    Changes changes;
    if (failure.empty()) {
        ended.state = TaskState::done;
    } else {
        ended.message = failure;
        ended.retries = task.retries + 1;
        const bool again = ended.retries < most_attempts && job.state == JobState::running;
        ended.state = again ? TaskState::runnable : TaskState::error;
        // 5 s, 10 s, 20 s ... at most 5 minutes.
        ended.not_before =
            now_ns + std::min<std::int64_t>(
                         300, std::int64_t{5} << std::min<std::int64_t>(task.retries, 6)) *
                         second_ns;
        if (!again && job.state == JobState::running) {
            job.state = JobState::failing;
            end_rest(task.job, TaskState::unscheduled, tables, changes);
        }
    }
    changes.push_back(put(ended));
    bool open = ended.state == TaskState::runnable;
    for (const auto& [key, other] : tables.tasks) {
        if (other.job != task.job || other.id == task.id || is_over(other.state)) {
            continue;
        }
        open = open || job.state == JobState::running;
        if (other.state == TaskState::blocked && ended.state == TaskState::done) {
            CitusTask free = other;
            free.state = TaskState::runnable;
            changes.push_back(put(free));
        }
    }
    if (!open) {
        job.state = after_end_of(job.state);
        job.ended = now_ns;
    }
    changes.push_back(put(job));
    return changes;
}

Changes tasks_begin_anew(const CitusTables& tables) {
    Changes changes;
    for (const auto& [key, task] : tables.tasks) {
        if (task.state == TaskState::running) {
            CitusTask again = task;
            again.state = TaskState::runnable;
            changes.push_back(put(again));
        }
    }
    return changes;
}

}  // namespace bestgres::fakepatroni
