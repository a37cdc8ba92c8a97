#include "operator/plan/sharded/citus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lib/postgres/quote.hpp"

namespace bestgres::plan {
namespace {

using postgres::quote_literal;
using postgres::Row;
using postgres::Statement;

// Tables whose shards are the only copies of their rows.
constexpr std::string_view is_sharded =
    "(t.partmethod <> 'n' OR (t.repmodel <> 't' AND t.colocationid <> 0))";

constexpr std::string_view nodes_text =
    "SELECT nodeid, groupid, nodename, nodeport, noderole, isactive, hasmetadata, metadatasynced, "
    "shouldhaveshards FROM pg_catalog.pg_dist_node ORDER BY groupid, nodeid";

// Citus calls prepared transactions citus_<group>_<pid>_<number>_<connection>.
constexpr std::string_view unfinished_text =
    "SELECT 'prepared', CASE WHEN gid ~ '^citus_[0-9]+_' THEN split_part(gid, '_', 2) ELSE '-1' "
    "END, count(*) FROM pg_catalog.pg_prepared_xacts WHERE database = current_database() GROUP BY "
    "2 "
    "UNION ALL SELECT 'cleanup', node_group_id::text, count(*) FROM pg_catalog.pg_dist_cleanup "
    "GROUP BY 2";

constexpr std::string_view job_text =
    "SELECT j.job_id, j.state, extract(epoch FROM j.started_at)::bigint, "
    "extract(epoch FROM j.finished_at)::bigint, count(t.task_id) FILTER (WHERE t.status = 'done'), "
    "count(t.task_id), coalesce(max(t.message) FILTER (WHERE t.status <> 'done'), '') FROM (SELECT "
    "* FROM "
    "pg_catalog.pg_dist_background_job ORDER BY job_id DESC LIMIT 1) j LEFT JOIN "
    "pg_catalog.pg_dist_background_task t USING (job_id) GROUP BY 1, 2, 3, 4";

std::string placements_text() {
    return fmt::format(
        "SELECT p.groupid, count(*) FILTER (WHERE {0}), count(*) FILTER (WHERE t.partmethod = 'n' "
        "AND t.repmodel = 't') FROM pg_catalog.pg_dist_placement p JOIN pg_catalog.pg_dist_shard s "
        "USING (shardid) JOIN pg_catalog.pg_dist_partition t ON t.logicalrelid = s.logicalrelid "
        "GROUP BY p.groupid ORDER BY p.groupid",
        is_sharded);
}

std::string tables_text() {
    return fmt::format(
        "SELECT 'bytes', '', pg_catalog.pg_database_size(current_database()) "
        "UNION ALL SELECT 'replicas', '', coalesce(max(copies), 0) FROM (SELECT count(*) AS copies "
        "FROM pg_catalog.pg_dist_placement p JOIN pg_catalog.pg_dist_shard s USING (shardid) JOIN "
        "pg_catalog.pg_dist_partition t ON t.logicalrelid = s.logicalrelid WHERE {0} "
        "GROUP BY shardid) c "
        "UNION ALL SELECT 'local', '', count(*) FROM pg_catalog.pg_class c JOIN "
        "pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND "
        "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'bestgres') AND NOT "
        "EXISTS "
        "(SELECT FROM pg_catalog.pg_dist_partition t WHERE t.logicalrelid = c.oid) AND NOT EXISTS "
        "(SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') AND NOT "
        "pg_catalog.relation_is_a_known_shard(c.oid) "
        "UNION ALL SELECT 'without identity', t.logicalrelid::text, 0 FROM "
        "pg_catalog.pg_dist_partition t JOIN pg_catalog.pg_class c ON c.oid = t.logicalrelid WHERE "
        "{0} AND c.relkind = 'r' AND c.relreplident <> 'f' AND NOT EXISTS (SELECT FROM "
        "pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisvalid AND CASE c.relreplident "
        "WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END)",
        is_sharded);
}

std::string moves_text(api::RebalanceStrategy strategy) {
    return fmt::format(
        "SELECT count(*) FROM pg_catalog.get_rebalance_table_shards_plan(rebalance_strategy => "
        "{})",
        quote_literal(api::word_of(strategy)));
}

std::int64_t number(const Row& row, std::size_t column) {
    std::int64_t value = 0;
    if (column < row.size() && row[column]) {
        const std::string& text = *row[column];
        std::from_chars(text.data(), text.data() + text.size(), value);
    }
    return value;
}

std::string text(const Row& row, std::size_t column) {
    return column < row.size() && row[column] ? *row[column] : "";
}

bool flag(const Row& row, std::size_t column) {
    return text(row, column) == "t";
}

void take_unfinished(const Row& row, CitusReading& reading) {
    const std::string what = text(row, 0);
    const std::int64_t group = number(row, 1);
    if (what == "cleanup") {
        reading.cleanups[group] += number(row, 2);
    } else if (group < 0) {
        reading.foreign_prepared += number(row, 2);
    } else {
        reading.prepared[group] += number(row, 2);
    }
}

void take_table(const Row& row, CitusReading& reading) {
    const std::string what = text(row, 0);
    if (what == "bytes") {
        reading.bytes = number(row, 2);
    } else if (what == "replicas") {
        reading.replicas = number(row, 2);
    } else if (what == "local") {
        reading.local_tables = number(row, 2);
    } else {
        reading.without_identity.push_back(text(row, 1));
    }
}

CitusJob job_of(const Row& row) {
    return {.id = number(row, 0),
            .state = text(row, 1),
            .ended = row.size() > 3 && row[3]
                         ? std::optional(Instant{number(row, 3) * 1'000'000'000})
                         : std::nullopt,
            .done = number(row, 4),
            .total = number(row, 5),
            .message = text(row, 6)};
}

// Citus tries for 30 s to reach a node whose address says nothing, as that of a pod that is gone
// may: longer than the statement has, so that a removal would be cancelled each time.
std::vector<Statement> command(std::string id, std::string call) {
    return {
        {.id = "session.limits",
         .text = "SET lock_timeout = '5s'; SET statement_timeout = '25s'; "
                 "SET citus.node_connection_timeout = '5s'",
         .parameters = {}},
        {.id = std::move(id), .text = "SELECT pg_catalog." + std::move(call), .parameters = {}}};
}

std::string place(const CitusNode& node) {
    return fmt::format("{}, {}", quote_literal(node.host), node.port);
}

}  // namespace

bool CitusJob::active() const {
    return state != "finished" && state != "cancelled" && state != "failed";
}

const CitusNode* CitusReading::primary_of(std::int64_t group) const {
    const auto found = std::ranges::find_if(
        nodes, [group](const CitusNode& node) { return node.group == group && node.primary; });
    return found == nodes.end() ? nullptr : &*found;
}

const CitusNode* CitusReading::node_of(std::int64_t group) const {
    if (const CitusNode* const primary = primary_of(group)) {
        return primary;
    }
    const auto found = std::ranges::find(nodes, group, &CitusNode::group);
    return found == nodes.end() ? nullptr : &*found;
}

CitusPlacements CitusReading::of(std::int64_t group) const {
    const auto found = placements.find(group);
    return found == placements.end() ? CitusPlacements{} : found->second;
}

std::vector<Statement> citus_statements(const CitusQuestion& question) {
    std::vector<Statement> statements{
        {.id = "citus.nodes", .text = std::string(nodes_text), .parameters = {}},
        {.id = "citus.placements", .text = placements_text(), .parameters = {}},
        {.id = "citus.unfinished", .text = std::string(unfinished_text), .parameters = {}},
        {.id = "citus.tables", .text = tables_text(), .parameters = {}}};
    if (question.of_coordinator) {
        statements.push_back({.id = "citus.job", .text = std::string(job_text), .parameters = {}});
    }
    if (question.moves) {
        statements.push_back(
            {.id = "citus.moves", .text = moves_text(question.strategy), .parameters = {}});
    }
    return statements;
}

std::optional<CitusReading> read_citus(const CitusQuestion& question, const postgres::Rows& rows) {
    const std::vector<Statement> statements = citus_statements(question);
    if (rows.of_statement.size() != statements.size()) {
        return std::nullopt;
    }
    CitusReading reading;
    for (const Row& row : rows.of_statement[0]) {
        reading.nodes.push_back({.id = number(row, 0),
                                 .group = number(row, 1),
                                 .host = text(row, 2),
                                 .port = number(row, 3),
                                 .primary = text(row, 4) == "primary",
                                 .active = flag(row, 5),
                                 .synced = flag(row, 7),
                                 .takes_shards = flag(row, 8)});
    }
    for (const Row& row : rows.of_statement[1]) {
        reading.placements[number(row, 0)] = {.only = number(row, 1), .references = number(row, 2)};
    }
    for (const Row& row : rows.of_statement[2]) {
        take_unfinished(row, reading);
    }
    for (const Row& row : rows.of_statement[3]) {
        take_table(row, reading);
    }
    if (question.of_coordinator && !rows.of_statement[4].empty()) {
        reading.job = job_of(rows.of_statement[4].front());
    }
    if (question.moves && !rows.of_statement.back().empty()) {
        reading.moves = number(rows.of_statement.back().front(), 0);
    }
    return reading;
}

std::vector<Statement> set_takes_shards(const CitusNode& node, bool takes_shards) {
    return command("citus.shouldhaveshards",
                   fmt::format("citus_set_node_property({}, 'shouldhaveshards', {})", place(node),
                               takes_shards));
}

std::vector<Statement> start_rebalance(const api::RebalanceSpec& spec, bool drain_only) {
    return command("citus.rebalance",
                   fmt::format("citus_rebalance_start(rebalance_strategy => {}, drain_only => {}, "
                               "shard_transfer_mode => {})",
                               quote_literal(api::word_of(spec.strategy)), drain_only,
                               quote_literal(api::word_of(spec.transfer_mode))));
}

std::vector<Statement> cancel_job(std::int64_t job) {
    return command("citus.cancel", fmt::format("citus_job_cancel({})", job));
}

std::vector<Statement> disable_node(const CitusNode& node) {
    return command("citus.disable", fmt::format("citus_disable_node({}, true)", place(node)));
}

std::vector<Statement> activate_node(const CitusNode& node) {
    return command("citus.activate", fmt::format("citus_activate_node({})", place(node)));
}

// Patroni 3.0.2 keeps the transaction with which it announces a demotion open for ever where nobody
// takes over: of a group that stopped for good, that is always so.
std::vector<Statement> remove_node(const CitusNode& node) {
    std::vector<Statement> statements =
        command("citus.remove", fmt::format("citus_remove_node({})", place(node)));
    statements.insert(
        statements.begin(),
        Statement{.id = "citus.release",
                  .text =
                      "SELECT pg_catalog.pg_terminate_backend(a.pid) FROM "
                      "pg_catalog.pg_stat_activity a WHERE a.datname = current_database() AND "
                      "a.state = 'idle in transaction' AND a.state_change < now() - interval "
                      "'30 seconds' AND EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.pid = "
                      "a.pid AND l.granted AND l.relation = "
                      "'pg_catalog.pg_dist_node'::regclass)",
                  .parameters = {}});
    return statements;
}

std::vector<Statement> add_node(const CitusNode& node) {
    return command("citus.add", fmt::format("citus_add_node({}, {}, 'primary', 'default')",
                                            place(node), node.group));
}

std::vector<Statement> move_node(const CitusNode& node, const std::string& host) {
    return command("citus.update", fmt::format("citus_update_node({}, {}, {}, true, 2000)", node.id,
                                               quote_literal(host), node.port));
}

std::vector<Statement> sync_metadata(const CitusNode& node) {
    return command("citus.sync", fmt::format("start_metadata_sync_to_node({})", place(node)));
}

}  // namespace bestgres::plan
