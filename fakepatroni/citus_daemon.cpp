// The maintenance daemon: metadata for nodes that lag, prepared transactions whose end was not
// told, copies of shards that nobody needs, and the background jobs.
#include <fmt/format.h>

#include <algorithm>

#include "fakepatroni/citus_rebalance.hpp"
#include "fakepatroni/citus_server.hpp"

namespace bestgres::fakepatroni {

template <class Operation>
bool CitusServer::runs_any() const {
    return std::ranges::any_of(runs_, [](const auto& run) {
        return std::holds_alternative<Operation>(run.second.operation);
    });
}

void CitusServer::run_daemon(const View& view) {
    if (!view.tables.extension) {
        return;
    }
    begin_syncs(view);
    begin_task(view);
    if (recovery_due_ <= view.now) {
        recovery_due_ = view.now + timings_.recovery;
        const bool busy = runs_any<RecoverNode>();
        for (const CitusNode* node : view.tables.primaries()) {
            if (node->group != view.tables.local_group && !busy) {
                begin(RecoverNode{node->id}, ByDaemon{}, view.now);
            }
        }
    }
    if (cleanup_due_ <= view.now && !view.tables.cleanups.empty()) {
        cleanup_due_ = view.now + timings_.cleanup;
        const bool busy = runs_any<CleanUp>();
        for (const auto& [id, record] : view.tables.cleanups) {
            // An operation that is under way cleans up after itself.
            if (!busy && !is_under_way(record)) {
                begin(CleanUp{id}, ByDaemon{}, view.now);
            }
        }
    }
}

// At once after the nodes have changed, then every few seconds until it has succeeded.
void CitusServer::begin_syncs(const View& view) {
    if (view.tables.local_group != 0) {
        return;
    }
    for (const auto& [id, node] : view.tables.nodes) {
        const bool lags = node.primary && node.active && node.has_metadata &&
                          !node.metadata_synced && node.group != view.tables.local_group;
        const auto retry = sync_retry_.find(id);
        const bool under_way = std::ranges::any_of(runs_, [id = id](const auto& run) {
            const auto* sync = std::get_if<SyncNode>(&run.second.operation);
            return sync != nullptr && sync->node == id;
        });
        if (!lags) {
            sync_retry_.erase(id);
        } else if (!under_way && (retry == sync_retry_.end() || retry->second <= view.now)) {
            begin(SyncNode{id}, ByDaemon{}, view.now);
        }
    }
}

void CitusServer::begin_task(const View& view) {
    if (view.tables.local_group != 0 || runs_any<BeginTask>() || runs_any<EndTask>()) {
        return;
    }
    const bool busy = std::ranges::any_of(
        runs_, [](const auto& run) { return std::holds_alternative<ByTask>(run.second.whom); });
    if (busy) {
        return;
    }
    if (tasks_are_stale_) {
        tasks_are_stale_ = false;
        if (!tasks_begin_anew(view.tables).empty()) {
            begin(BeginTask{}, ByDaemon{}, view.now);
            return;
        }
    }
    if (const CitusTask* task = next_task(view.tables, view.now.ns)) {
        begin(BeginTask{task->job, task->id}, ByDaemon{}, view.now);
    }
}

// False: this is none of the daemon's.
bool CitusServer::step_daemon(Run& run, const View& view) {
    if (std::holds_alternative<SyncNode>(run.operation)) {
        step_sync(run, view);
    } else if (std::holds_alternative<RecoverNode>(run.operation)) {
        step_recovery(run, view);
    } else if (std::holds_alternative<CleanUp>(run.operation)) {
        step_cleanup(run, view);
    } else if (run.stage != Stage::begin) {
        return false;
    } else if (const auto* begun = std::get_if<BeginTask>(&run.operation)) {
        // Without a number: those that ran when the server went down. The job may have been
        // cancelled since.
        const auto task = view.tables.tasks.find({begun->job, begun->task});
        if (task == view.tables.tasks.end()) {
            run.change.local = tasks_begin_anew(view.tables);
        } else if (task->second.state == TaskState::runnable) {
            run.change.local = task_begins(task->second, view.now.ns, view.tables);
        } else {
            run.stage = Stage::over;
            return true;
        }
        commit(run);
    } else if (const auto* ended = std::get_if<EndTask>(&run.operation)) {
        const auto task = view.tables.tasks.find({ended->job, ended->task});
        if (task != view.tables.tasks.end()) {
            run.change.local = task_ended(task->second, ended->failure, view.now.ns, view.tables);
        }
        commit(run);
    } else {
        return false;
    }
    return true;
}

void CitusServer::step_sync(Run& run, const View& view) {
    const NodeId node = std::get<SyncNode>(run.operation).node;
    const auto found = view.tables.nodes.find(node);
    if (run.stage == Stage::begin && found != view.tables.nodes.end()) {
        CitusTables sent = view.tables;
        sent.nodes.at(node).metadata_synced = true;
        run.stage = Stage::told;
        run.told = view.tables.nodes;
        tell(run, node, metadata_for(found->second.group, sent, true), view);
        return;
    }
    if (run.stage != Stage::told || !run.failed.empty() || found == view.tables.nodes.end()) {
        sync_retry_[node] = view.now + timings_.sync_retry;
        run.stage = Stage::over;
        return;
    }
    run.stage = Stage::noted;
    if (run.told == view.tables.nodes) {  // else it is sent again
        CitusNode synced = found->second;
        synced.metadata_synced = true;
        commit_here(run, {put(synced)});
    }
}

// The order matters: a record that was there before the look, and whose transaction the look did
// not find, is of one that has been committed there.
void CitusServer::step_recovery(Run& run, const View& view) {
    const NodeId node = std::get<RecoverNode>(run.operation).node;
    const auto found = view.tables.nodes.find(node);
    if (found == view.tables.nodes.end() || !run.failed.empty()) {
        run.stage = Stage::over;
        return;
    }
    const GroupId group = found->second.group;
    if (run.stage == Stage::begin) {
        for (const auto& record : view.tables.commits) {
            if (record.first == group && !is_active(record.second)) {
                run.records.insert(record);
            }
        }
        run.stage = Stage::looked;
        look_at(run, node, view);
    } else if (run.stage == Stage::looked) {
        run.stage = Stage::resolving;
        const std::string own = fmt::format("citus_{}_", view.tables.local_group);
        for (const auto& [gid, changes] : run.seen->prepared) {
            if (!gid.starts_with(own) || is_active(gid)) {
                continue;
            }
            const bool commits = view.tables.commits.contains({group, gid});
            send(run, no_part,
                 {.host = found->second.host,
                  .port = found->second.port,
                  .verb = commits ? RemoteVerb::commit_prepared : RemoteVerb::roll_back_prepared,
                  .gid = gid});
        }
    } else if (run.stage == Stage::resolving) {
        run.stage = Stage::noted;
        Changes changes;
        for (const auto& [of, gid] : run.records) {
            changes.push_back(drop_commit(of, gid));
        }
        if (!changes.empty()) {
            commit_here(run, std::move(changes));
        }
    } else {
        run.stage = Stage::over;
    }
}

void CitusServer::step_cleanup(Run& run, const View& view) {
    const auto found = view.tables.cleanups.find(std::get<CleanUp>(run.operation).record);
    if (found == view.tables.cleanups.end() || !run.failed.empty()) {
        run.stage = Stage::over;
        return;
    }
    const CleanupRecord& record = found->second;
    if (run.stage == Stage::begin) {
        run.stage = Stage::told;
        // A node that has gone took its copy with it.
        if (const CitusNode* node = view.tables.primary_of(record.group)) {
            tell(run, node->id, {drop_relation(record.shard)}, view);
        }
    } else if (run.stage == Stage::told) {
        run.stage = Stage::noted;
        commit_here(run, {drop_cleanup(record.id)});
    } else {
        run.stage = Stage::over;
    }
}

bool CitusServer::is_under_way(const CleanupRecord& record) const {
    return std::ranges::any_of(
        runs_, [&record](const auto& run) { return run.second.cleanup == record.operation; });
}

// Of a transaction that is under way in this process: it ends by itself.
bool CitusServer::is_active(const std::string& gid) const {
    return std::ranges::any_of(runs_, [&gid](const auto& run) { return run.second.gid == gid; });
}

}  // namespace bestgres::fakepatroni
