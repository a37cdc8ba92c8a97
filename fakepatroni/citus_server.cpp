#include "fakepatroni/citus_server.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fakepatroni/citus_rebalance.hpp"
#include "lib/base/overloaded.hpp"
#include "lib/base/structural_hash.hpp"

namespace bestgres::fakepatroni {
namespace {

constexpr std::string_view cut_off = "canceling statement due to user request";

void consider(std::optional<Instant>& due, const std::optional<Instant>& other) {
    if (other && (!due || *other < *due)) {
        due = other;
    }
}

}  // namespace

void CitusServer::start(const std::string& name, Instant now) {
    stop();
    prefix_ = fmt::format("{}_{}", name, now.ns);
    recovery_due_ = now + timings_.recovery;
    cleanup_due_ = now + timings_.cleanup;
    tasks_are_stale_ = true;
    due_ = now;
}

void CitusServer::stop() {
    const CitusTimings timings = timings_;
    const std::uint64_t counter = counter_;
    *this = CitusServer();
    timings_ = timings;
    counter_ = counter;
}

void CitusServer::begin(CitusOperation operation, RunFor whom, Instant now) {
    if (std::holds_alternative<ByPatroni>(whom)) {
        last_of_session_ = now;
    }
    Run run;
    run.operation = std::move(operation);
    run.whom = whom;
    run.since = now;
    run.id = ++counter_;
    runs_[run.id] = std::move(run);
    due_ = now;
}

void CitusServer::end_session() {
    in_transaction_ = false;
    pending_ = {};
    paused_.clear();
}

void CitusServer::end_idle_session(Duration idle, Instant now) {
    const bool busy = std::ranges::any_of(
        runs_, [](const auto& run) { return std::holds_alternative<ByPatroni>(run.second.whom); });
    if (in_transaction_ && !pending_.empty() && !busy && now - last_of_session_ > idle) {
        end_session();
        session_is_cut_ = true;
        due_ = now;
    }
}

std::optional<CitusAction> CitusServer::next(const View& view) {
    if (!runs()) {
        return std::nullopt;
    }
    now_ = view.now;
    local_group_ = view.tables.local_group;
    give_up_overdue(view.now);
    run_daemon(view);
    bool again = true;
    while (actions_.empty() && again) {
        again = false;
        for (auto entry = runs_.begin(); entry != runs_.end() && actions_.empty(); ++entry) {
            if (!entry->second.waits(view.now)) {
                again = step(entry->second, view) || again;
            }
        }
        std::erase_if(runs_, [](const auto& entry) { return entry.second.stage == Stage::over; });
    }
    if (actions_.empty()) {
        note_due(view);
        return std::nullopt;
    }
    CitusAction action = std::move(actions_.front());
    actions_.pop_front();
    return action;
}

// Whether anything has changed.
bool CitusServer::step(Run& run, const View& view) {
    const Stage before = run.stage;
    run.due.reset();
    if (!step_daemon(run, view) && !step_move(run, view)) {
        if (run.stage == Stage::begin) {
            begin_run(run, view);
        } else {
            step_commit(run);
        }
    }
    if (run.stage == Stage::noted) {
        after_commit(run, view);
    }
    if (run.stage == Stage::over) {
        if (const auto* task = std::get_if<ByTask>(&run.whom)) {
            begin(EndTask{task->job, task->task, run.failure ? run.failure->message : ""},
                  ByDaemon{}, view.now);
        } else if (!std::holds_alternative<ByDaemon>(run.whom)) {
            actions_.push_back(RunEnded{
                run.whom, run.failure
                              ? Result<std::vector<postgres::Row>, StatementFailure>(*run.failure)
                              : Result<std::vector<postgres::Row>, StatementFailure>(run.rows)});
        }
    }
    return run.stage != before || run.waits(view.now);
}

// Two phases where more than one node takes part, one where a single other node does.
void CitusServer::commit(Run& run) {
    DistributedChange& change = run.change;
    run.rows = change.rows;
    if (change.empty()) {
        run.stage = Stage::noted;
        return;
    }
    if (change.parts.empty()) {
        run.stage = Stage::ending;
        commit_here(run, change.local);
        return;
    }
    const bool alone = change.parts.size() == 1 && change.local.empty();
    run.stage = alone ? Stage::one_phase : Stage::preparing;
    run.gid = fmt::format("citus_{}_{}_{}", local_group_, prefix_, run.id);
    for (std::size_t index = 0; index < change.parts.size(); ++index) {
        const RemotePart& part = change.parts[index];
        send(run, index,
             {.host = part.host,
              .port = part.port,
              .verb = alone ? RemoteVerb::run : RemoteVerb::prepare,
              .gid = run.gid,
              .changes = part.changes});
    }
}

void CitusServer::step_commit(Run& run) {
    std::vector<RemotePart>& parts = run.change.parts;
    if (run.stage == Stage::one_phase) {
        if (run.failed.empty()) {
            run.stage = Stage::noted;
        } else {
            // Whether the other node has committed is not known where it did not say.
            const std::string& why = run.failed.begin()->second;
            const bool unknown = why.ends_with("timeout expired") ||
                                 why.starts_with("the connection broke") || why == cut_off;
            fail(run, {unknown ? "08007" : "08006", why});
        }
    } else if (run.stage == Stage::preparing) {
        const bool bad = std::ranges::any_of(
            run.failed, [&parts](const auto& failed) { return !parts[failed.first].optional; });
        const std::string why = run.failed.empty() ? "" : run.failed.begin()->second;
        Changes local = run.change.local;
        for (std::size_t index = 0; index < parts.size(); ++index) {
            if (bad) {
                // Whether an unanswered one was prepared is not known: all are told.
                send(run, no_part,
                     {.host = parts[index].host,
                      .port = parts[index].port,
                      .verb = RemoteVerb::roll_back_prepared,
                      .gid = run.gid});
            } else if (!run.failed.contains(index)) {
                local.push_back(put_commit(parts[index].group, run.gid));
            }
        }
        if (bad) {
            run.open.clear();
            fail(run, {"08006", why});
            return;
        }
        run.stage = Stage::committing;
        commit_here(run, std::move(local));
    } else if (run.stage == Stage::committing) {
        run.stage = Stage::ending;
        for (std::size_t index = 0; index < parts.size(); ++index) {
            if (!run.failed.contains(index)) {
                send(run, no_part,
                     {.host = parts[index].host,
                      .port = parts[index].port,
                      .verb = RemoteVerb::commit_prepared,
                      .gid = run.gid});
            }
        }
    } else if (run.stage == Stage::ending) {
        run.stage = Stage::noted;  // what did not answer is recovered later
    } else if (run.stage == Stage::looked) {
        if (run.failed.empty()) {
            end_count(run);
        } else {
            fail(run, {"08006", run.failed.begin()->second});
        }
    }
}

// The transaction is over; what it was a part of may go on.
void CitusServer::after_commit(Run& run, const View& view) {
    run.locks_metadata = false;
    run.gid.clear();
    run.change = {};
    run.failed.clear();
    run.stage = Stage::over;
    if (const auto* begun = std::get_if<BeginTask>(&run.operation)) {
        const auto task = view.tables.tasks.find({begun->job, begun->task});
        if (task != view.tables.tasks.end()) {
            const MoveShard move{task->second.shard, task->second.from, task->second.to,
                                 task->second.block_writes};
            begin(move.shard == 0 ? CitusOperation(ReplicateReferences{}) : CitusOperation(move),
                  ByTask{begun->job, begun->task}, view.now);
        }
    } else if (!run.moves.empty()) {
        run.moves.pop_front();
        run.blocks.reset();
        run.stage = Stage::next_move;
    } else if (const auto* drain = std::get_if<DrainNode>(&run.operation)) {
        const CitusNode* node = view.tables.node_at(drain->host, drain->port);
        const auto moves = moves_off(node == nullptr ? -1 : node->group, view.tables);
        run.moves.assign(moves.begin(), moves.end());
        for (MoveShard& move : run.moves) {
            move.block_writes = drain->mode == TransferMode::block_writes;
        }
        run.stage = run.moves.empty() ? Stage::over : Stage::next_move;
    }
}

void CitusServer::fail(Run& run, StatementFailure failure) {
    run.failure = std::move(failure);
    run.stage = Stage::over;
    if (std::holds_alternative<ByPatroni>(run.whom)) {
        end_session();
    }
}

void CitusServer::send(Run& run, std::size_t part, RemoteRequest request) {
    request.id = ++counter_;
    request.patience = timings_.connection;
    run.open[request.id] = {part, now_ + timings_.connection};
    actions_.push_back(std::move(request));
}

void CitusServer::commit_here(Run& run, Changes changes) {
    run.commits_here = true;
    actions_.push_back(CommitHere{run.id, std::move(changes)});
}

void CitusServer::committed(RunId run) {
    if (const auto found = runs_.find(run); found != runs_.end()) {
        found->second.commits_here = false;
    }
    due_ = now_;
}

void CitusServer::answered(const RemoteAnswer& answer) {
    for (auto& [id, run] : runs_) {
        const auto found = run.open.find(answer.id);
        if (found == run.open.end()) {
            continue;
        }
        if (!answer.failure.empty()) {
            run.failed[found->second.first] = answer.failure;
        }
        if (answer.tables) {
            run.seen = answer.tables;
            if (run.stage == Stage::looked) {
                note_copies(run, static_cast<GroupId>(found->second.first), *answer.tables);
            }
        }
        run.open.erase(found);
        due_ = now_;
        return;
    }
}

bool CitusServer::metadata_is_locked(RunId by) const {
    const auto own = runs_.find(by);
    const bool of_patroni =
        own != runs_.end() && std::holds_alternative<ByPatroni>(own->second.whom);
    if (in_transaction_ && !pending_.empty() && !of_patroni) {
        return true;
    }
    return std::ranges::any_of(
        runs_, [by](const auto& run) { return run.first != by && run.second.locks_metadata; });
}

bool CitusServer::is_written_to(GroupId group) const {
    return std::ranges::any_of(runs_, [group](const auto& entry) {
        return std::ranges::any_of(entry.second.writes, [group](const Placement& placement) {
            return placement.group == group;
        });
    });
}

bool CitusServer::is_blocked(const std::vector<Placement>& placements) const {
    return std::ranges::any_of(placements, [this](const Placement& placement) {
        return paused_.contains(placement.group) ||
               std::ranges::any_of(runs_, [&placement](const auto& run) {
                   return run.second.blocks == placement.shard;
               });
    });
}

// Not those that have decided to commit.
void CitusServer::cut_off_writers(GroupId group) {
    for (auto& [id, run] : runs_) {
        const bool writes = std::ranges::any_of(
            run.writes, [group](const Placement& placement) { return placement.group == group; });
        if (!writes || (run.stage != Stage::preparing && run.stage != Stage::one_phase)) {
            continue;
        }
        for (const auto& [remote, asked] : run.open) {
            if (asked.first != no_part) {
                run.failed[asked.first] = cut_off;
            }
        }
        run.open.clear();
    }
}

void CitusServer::give_up_overdue(Instant now) {
    for (auto& [id, run] : runs_) {
        for (auto open = run.open.begin(); open != run.open.end();) {
            const auto& [part, deadline] = open->second;
            if (deadline > now) {
                ++open;
                continue;
            }
            run.failed[part] = "connection to the remote node failed: timeout expired";
            open = run.open.erase(open);
        }
    }
}

bool CitusServer::moves_shards() const {
    return std::ranges::any_of(runs_, [](const auto& run) { return !run.second.moves.empty(); });
}

void CitusServer::note_due(const View& view) {
    due_.reset();
    for (const auto& [id, run] : runs_) {
        consider(due_, run.due);
        for (const auto& [remote, asked] : run.open) {
            consider(due_, asked.second);
        }
    }
    if (!view.tables.extension) {
        return;
    }
    const auto consider_later = [this, &view](Instant due) {
        if (due > view.now) {
            consider(due_, due);
        }
    };
    consider_later(recovery_due_);
    if (!view.tables.cleanups.empty()) {
        consider_later(cleanup_due_);
    }
    for (const auto& [node, retry] : sync_retry_) {
        consider_later(retry);
    }
    if (const auto attempt = next_attempt(view.tables)) {
        consider_later(Instant{*attempt});
    }
}

std::uint64_t CitusServer::hash() const {
    Hasher hasher;
    hash_values(hasher, prefix_, counter_, in_transaction_, session_is_cut_, last_of_session_,
                paused_, recovery_due_, cleanup_due_, tasks_are_stale_, due_, sync_retry_);
    for (const auto& [id, run] : runs_) {
        hash_values(hasher, id, run.operation.index(), run.stage, run.open, run.due,
                    run.commits_here, run.gid, run.since, run.failed, run.moves.size());
    }
    return hasher.value();
}

}  // namespace bestgres::fakepatroni
