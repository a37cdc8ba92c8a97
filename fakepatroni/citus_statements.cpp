// Statements: what each changes, and what it waits for before it does.
#include <fmt/format.h>

#include <algorithm>

#include "fakepatroni/citus_rebalance.hpp"
#include "fakepatroni/citus_server.hpp"
#include "lib/base/overloaded.hpp"

namespace bestgres::fakepatroni {
namespace {

template <class Operation>
bool is(const CitusOperation& operation) {
    return std::holds_alternative<Operation>(operation);
}

CitusTables with_changes(const CitusTables& tables, const Changes& changes) {
    CitusTables now = tables;
    for (const Change& change : changes) {
        now.apply(change);
    }
    return now;
}

void merge(DistributedChange& into, const DistributedChange& more) {
    into.local.insert(into.local.end(), more.local.begin(), more.local.end());
    for (const RemotePart& part : more.parts) {
        const auto known = std::ranges::find_if(into.parts, [&part](const RemotePart& one) {
            return one.host == part.host && one.port == part.port;
        });
        if (known == into.parts.end()) {
            into.parts.push_back(part);
        } else {
            known->changes.insert(known->changes.end(), part.changes.begin(), part.changes.end());
        }
    }
}

}  // namespace

// The plan of what asks for one transaction; those that wait for a lock stay where they are.
void CitusServer::begin_run(Run& run, const View& view) {
    if (session_is_cut_ && std::holds_alternative<ByPatroni>(run.whom)) {
        session_is_cut_ = false;
        fail(run, {"57P01", "terminating connection due to administrator command"});
        return;
    }
    if (is<InsertRows>(run.operation)) {
        begin_insert(run, view);
        return;
    }
    if (is<CountRows>(run.operation)) {
        begin_count(run, view);
        return;
    }
    if (is<UpdateNode>(run.operation)) {
        begin_update(run, view);
        return;
    }
    if (const auto* end = std::get_if<EndTransaction>(&run.operation)) {
        end_transaction(run, end->commits);
        return;
    }
    if (is<BeginTransaction>(run.operation)) {
        in_transaction_ = true;
        run.stage = Stage::over;
        return;
    }
    if (metadata_is_locked(run.id)) {
        return;
    }
    const bool inside = std::holds_alternative<ByPatroni>(run.whom) && in_transaction_;
    const CitusTables tables = inside ? with_changes(view.tables, pending_.local) : view.tables;
    Planned planned = std::visit(
        Overloaded{
            [&](const SetCoordinatorHost& asked) { return plan_set_coordinator(asked, tables); },
            [&](const AddNode& asked) { return plan_add_node(asked, tables); },
            [&](const RemoveNode& asked) { return plan_remove_node(asked, tables); },
            [&](const SetShouldHaveShards& asked) {
                return plan_should_have_shards(asked, tables);
            },
            [&](const DisableNode& asked) { return plan_disable_node(asked, tables); },
            [&](const ActivateNode& asked) { return plan_activate_node(asked, tables); },
            [&](const SendMetadata& asked) { return plan_send_metadata(asked, tables); },
            [&](const DrainNode& asked) {
                return plan_should_have_shards({asked.host, asked.port, false}, tables);
            },
            [&](const CreateTable& asked) { return plan_create_table(asked, tables); },
            [&](const StartRebalance& asked) { return plan_rebalance(asked, tables); },
            [&](const CancelJob& asked) { return plan_cancel(asked, view.now.ns, tables); },
            [&](const auto&) { return Planned(refuse("not a statement")); }},
        run.operation);
    take_plan(run, std::move(planned));
}

void CitusServer::take_plan(Run& run, Planned planned) {
    if (!planned.ok()) {
        fail(run, planned.error());
        return;
    }
    if (std::holds_alternative<ByPatroni>(run.whom) && in_transaction_) {
        merge(pending_, *planned);
        run.rows = planned->rows;
        run.stage = Stage::over;
        return;
    }
    run.change = *std::move(planned);
    run.locks_metadata = !is<InsertRows>(run.operation);
    commit(run);
}

void CitusServer::begin_insert(Run& run, const View& view) {
    const auto& asked = std::get<InsertRows>(run.operation);
    const std::vector<Placement> writes = placements_written(asked, view.tables);
    if (!is_blocked(writes)) {
        run.writes = writes;
        take_plan(run, plan_insert(asked, view.tables));
    }
}

// What is left of a shard elsewhere, after a move or before one has ended, is not what is read.
void CitusServer::note_copies(Run& run, GroupId group, const CitusTables& tables) {
    for (const auto& [shard, rows] : tables.relations) {
        run.copies[{shard, group}] = rows;
    }
}

// Each shard is read where it is placed now.
void CitusServer::begin_count(Run& run, const View& view) {
    const auto& asked = std::get<CountRows>(run.operation);
    if (!view.tables.tables.contains(asked.table)) {
        fail(run, {"42P01", fmt::format("relation \"{}\" does not exist", asked.table)});
        return;
    }
    run.stage = Stage::looked;
    run.counted.clear();
    std::set<GroupId> groups;
    for (const ShardId shard : view.tables.shards_of(asked.table)) {
        for (const Placement& placement : view.tables.placements) {
            if (placement.shard == shard) {
                run.counted.insert(placement);
                groups.insert(placement.group);
                break;  // of a reference table one copy is read
            }
        }
    }
    for (const GroupId group : groups) {
        if (group == view.tables.local_group) {
            note_copies(run, group, view.tables);
        } else if (const CitusNode* node = view.tables.primary_of(group)) {
            send(run, static_cast<std::size_t>(group),
                 {.host = node->host, .port = node->port, .verb = RemoteVerb::look});
        }
    }
}

void CitusServer::end_count(Run& run) {
    RowSum rows;
    for (const Placement& placement : run.counted) {
        const auto copy = run.copies.find(placement);
        if (copy == run.copies.end()) {
            fail(run,
                 {"42P01", fmt::format("relation of shard {} does not exist", placement.shard)});
            return;
        }
        rows.add(copy->second);
    }
    run.rows = {{std::to_string(rows.count), std::to_string(rows.sum)}};
    run.stage = Stage::over;
}

// Waits until nobody writes to the node, and cuts off who still does after the cooldown.
void CitusServer::begin_update(Run& run, const View& view) {
    const auto& asked = std::get<UpdateNode>(run.operation);
    const CitusTables tables =
        in_transaction_ ? with_changes(view.tables, pending_.local) : view.tables;
    const auto node = tables.nodes.find(asked.node);
    const GroupId group = node == tables.nodes.end() ? -1 : node->second.group;
    const bool primary = node != tables.nodes.end() && node->second.primary;
    const Instant patience = run.since + asked.cooldown;
    if (primary && (is_written_to(group) || view.locks_held) && view.now < patience) {
        run.due = patience;
        return;
    }
    if (metadata_is_locked(run.id)) {
        return;
    }
    if (primary) {
        cut_off_writers(group);
        if (in_transaction_ && !paused_.contains(group)) {
            paused_[group] = view.now;
        }
    }
    take_plan(run, plan_update_node(asked, tables));
}

void CitusServer::end_transaction(Run& run, bool commits) {
    run.change = commits ? pending_ : DistributedChange{};
    end_session();
    run.locks_metadata = true;
    commit(run);
}

}  // namespace bestgres::fakepatroni
