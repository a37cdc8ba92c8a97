// Which shards go where: by the number of shards on each node, or off the nodes that should have
// none; and the tables of jobs that carry it out in the background.
#pragma once

#include <vector>

#include "fakepatroni/citus_operation.hpp"

namespace bestgres::fakepatroni {

// In the order in which they are to be made.
std::vector<MoveShard> moves_to_balance(const CitusTables& tables, bool drains_only);
// The moves that empty one node.
std::vector<MoveShard> moves_off(GroupId group, const CitusTables& tables);

// The table whose lack of a replica identity forbids logical replication; null: none.
const CitusTable* without_identity(const std::vector<MoveShard>& moves, const CitusTables& tables);
// Why this move is refused now; an error of the move, and of a task that makes it.
std::optional<StatementFailure> refusal_to_move(const MoveShard& move, const CitusTables& tables);

Planned plan_rebalance(const StartRebalance& asked, const CitusTables& tables);
Planned plan_cancel(const CancelJob& asked, std::int64_t now_ns, const CitusTables& tables);

// The task to run now: in order, one at a time, no earlier than it says.
const CitusTask* next_task(const CitusTables& tables, std::int64_t now_ns);
// When a task is due that waits for its next attempt.
std::optional<std::int64_t> next_attempt(const CitusTables& tables);
Changes task_begins(const CitusTask& task, std::int64_t now_ns, const CitusTables& tables);
// A failure is tried again, later and later; the thirtieth ends the job.
Changes task_ended(const CitusTask& task, const std::string& failure, std::int64_t now_ns,
                   const CitusTables& tables);
// Of a server that has just started: what was running is runnable again.
Changes tasks_begin_anew(const CitusTables& tables);

}  // namespace bestgres::fakepatroni
