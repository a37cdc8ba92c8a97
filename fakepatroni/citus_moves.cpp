// Moves of shards and copies of reference tables, each step a commit of its own somewhere: whoever
// is stopped between two of them leaves a copy that only pg_dist_cleanup knows of.
#include <fmt/format.h>

#include <algorithm>

#include "fakepatroni/citus_rebalance.hpp"
#include "fakepatroni/citus_server.hpp"

namespace bestgres::fakepatroni {
namespace {

// Copies for the nodes that lack some, from whoever has them.
std::vector<MoveShard> missing_copies(const CitusTables& tables) {
    std::vector<MoveShard> copies;
    for (const CitusNode* node : tables.primaries()) {
        for (const ShardId shard : tables.missing_references(node->group)) {
            const auto source = std::ranges::find_if(
                tables.placements, [shard](const Placement& one) { return one.shard == shard; });
            const CitusNode* from =
                source == tables.placements.end() ? nullptr : tables.primary_of(source->group);
            if (from != nullptr) {
                copies.push_back({shard, from->id, node->id, true});
            }
        }
    }
    return copies;
}

// Citus moves or copies no shard of which an earlier attempt has left a copy somewhere: it would be
// dropped, under its name, when the new one is in use.
std::optional<StatementFailure> leftover_of(ShardId shard, const CitusTables& tables) {
    const bool left = std::ranges::any_of(
        tables.cleanups, [shard](const auto& entry) { return entry.second.shard == shard; });
    return left ? std::optional(refuse(
                      fmt::format("shard move failed as the orphaned shard {} leftover from the "
                                  "previous move could not be cleaned up",
                                  shard)))
                : std::nullopt;
}

RowSum rows_of(ShardId shard, const CitusTables& tables) {
    const auto relation = tables.relations.find(shard);
    return relation == tables.relations.end() ? RowSum{} : relation->second;
}

}  // namespace

void CitusServer::look_at(Run& run, NodeId node, const View& view) {
    const auto found = view.tables.nodes.find(node);
    run.seen = nullptr;
    run.failed.clear();
    if (found == view.tables.nodes.end()) {
        run.failed[no_part] = fmt::format("node {} not found", node);
    } else if (found->second.group == view.tables.local_group) {
        run.seen = std::make_shared<const CitusTables>(view.tables);
    } else {
        send(run, no_part,
             {.host = found->second.host, .port = found->second.port, .verb = RemoteVerb::look});
    }
}

void CitusServer::tell(Run& run, NodeId node, Changes changes, const View& view) {
    const auto found = view.tables.nodes.find(node);
    run.failed.clear();
    if (found == view.tables.nodes.end()) {
        run.failed[no_part] = fmt::format("node {} not found", node);
    } else if (found->second.group != view.tables.local_group) {
        send(run, no_part,
             {.host = found->second.host,
              .port = found->second.port,
              .verb = RemoteVerb::run,
              .changes = std::move(changes)});
    } else if (const auto refused = refusal_to_apply(changes, view.tables)) {
        run.failed[no_part] = *refused;
    } else {
        commit_here(run, std::move(changes));
    }
}

void CitusServer::begin_moves(Run& run, const View& view) {
    if (const auto* move = std::get_if<MoveShard>(&run.operation)) {
        run.moves.push_back(*move);
    } else {
        const std::vector<MoveShard> copies = missing_copies(view.tables);
        run.moves.assign(copies.begin(), copies.end());
        run.keeps_source = true;
    }
    run.stage = Stage::next_move;
}

// False: this is not about moves.
bool CitusServer::step_move(Run& run, const View& view) {
    const bool moves = std::holds_alternative<MoveShard>(run.operation) ||
                       std::holds_alternative<ReplicateReferences>(run.operation);
    if (moves && run.stage == Stage::begin) {
        begin_moves(run, view);
    }
    const bool moving = run.stage >= Stage::next_move && run.stage <= Stage::switching;
    if (!moving) {
        return false;
    }
    if (!run.failed.empty()) {
        run.blocks.reset();
        run.moves.clear();
        fail(run, {"08006", run.failed.begin()->second});
        return true;
    }
    if (run.stage == Stage::next_move) {
        next_move(run, view);
    } else if (run.stage == Stage::move_recorded) {
        run.stage = Stage::source_seen;
        look_at(run, run.moves.front().from, view);
    } else if (run.stage == Stage::source_seen) {
        run.stage = Stage::copy_made;
        const MoveShard& move = run.moves.front();
        tell(run, move.to, {make_relation(move.shard, rows_of(move.shard, *run.seen))}, view);
    } else if (run.stage == Stage::copy_made) {
        run.stage = Stage::copying;
        run.due = view.now + timings_.copy;
    } else if (run.stage == Stage::copying) {
        run.stage = Stage::blocking;
        run.blocks = run.moves.front().shard;
    } else if (run.stage == Stage::blocking) {
        see_source_again(run, view);
    } else if (run.stage == Stage::source_seen_again) {
        catch_up(run, view);
    } else if (run.stage == Stage::caught_up) {
        run.stage = Stage::switching;
    } else {
        switch_placement(run, view);
    }
    return true;
}

// The copy is written into pg_dist_cleanup before it is made.
void CitusServer::next_move(Run& run, const View& view) {
    while (!run.moves.empty()) {
        const MoveShard& move = run.moves.front();
        const auto to = view.tables.nodes.find(move.to);
        if (to == view.tables.nodes.end() ||
            !view.tables.placements.contains({move.shard, to->second.group})) {
            break;
        }
        run.moves.pop_front();  // it has been made before
    }
    if (run.moves.empty()) {
        run.stage = Stage::over;
        return;
    }
    const MoveShard move = run.moves.front();
    auto refused = run.keeps_source ? std::nullopt : refusal_to_move(move, view.tables);
    refused = refused ? refused : leftover_of(move.shard, view.tables);
    if (refused) {
        run.moves.clear();
        fail(run, *refused);
        return;
    }
    run.cleanup = view.tables.last_id + 1;
    run.stage = Stage::move_recorded;
    commit_here(
        run, {use_ids(run.cleanup), put(CleanupRecord{.id = run.cleanup,
                                                      .operation = run.cleanup,
                                                      .shard = move.shard,
                                                      .group = view.tables.nodes.at(move.to).group,
                                                      .on_failure = true})});
}

// Writes are held back from here on; those that are under way end first.
void CitusServer::see_source_again(Run& run, const View& view) {
    const ShardId shard = run.moves.front().shard;
    const bool written = std::ranges::any_of(runs_, [shard](const auto& entry) {
        return std::ranges::any_of(entry.second.writes, [shard](const Placement& placement) {
            return placement.shard == shard;
        });
    });
    if (!written) {
        run.stage = Stage::source_seen_again;
        look_at(run, run.moves.front().from, view);
    }
}

// A prepared transaction on the shard must have ended before: it would be committed to a copy that
// nobody reads any more.
void CitusServer::catch_up(Run& run, const View& view) {
    const MoveShard& move = run.moves.front();
    if (is_locked_by_prepared(move.shard, *run.seen)) {
        run.blocks.reset();
        run.stage = Stage::copying;
        run.due = view.now + timings_.look_again;
        return;
    }
    run.stage = Stage::caught_up;
    tell(run, move.to,
         {drop_relation(move.shard), make_relation(move.shard, rows_of(move.shard, *run.seen))},
         view);
}

void CitusServer::switch_placement(Run& run, const View& view) {
    if (metadata_is_locked(run.id)) {
        return;
    }
    const MoveShard& move = run.moves.front();
    const auto from = view.tables.nodes.find(move.from);
    const auto to = view.tables.nodes.find(move.to);
    if (from == view.tables.nodes.end() || to == view.tables.nodes.end()) {
        run.moves.clear();
        fail(run, refuse("Moving shards to a non-existing node is not supported"));
        return;
    }
    Changes changes{put_placement({move.shard, to->second.group})};
    if (!run.keeps_source) {
        changes.push_back(drop_placement({move.shard, from->second.group}));
    }
    Planned planned = everywhere(view.tables, changes);
    if (planned.ok()) {
        planned->local.push_back(drop_cleanup(run.cleanup));
        if (!run.keeps_source) {
            const std::int64_t record = view.tables.last_id + 1;
            planned->local.push_back(use_ids(record));
            planned->local.push_back(put(CleanupRecord{.id = record,
                                                       .operation = run.cleanup,
                                                       .shard = move.shard,
                                                       .group = from->second.group,
                                                       .on_failure = false}));
        }
    } else {
        run.moves.clear();
    }
    take_plan(run, std::move(planned));
}

}  // namespace bestgres::fakepatroni
