// op: repack. Rewrites tables without locking them for long, by pg_repack of the image. What it
// needs is looked at first: the extension in the database, and room for the largest table twice,
// once for its copy and once for the write-ahead log of it.
#include <algorithm>

#include "lib/kube/quantity.hpp"
#include "lib/kube/workload.hpp"
#include "lib/postgres/quote.hpp"
#include "operator/plan/operation_job.hpp"

namespace bestgres::plan {
namespace {

using postgres::quote_literal;

constexpr std::string_view check = "check what repacking needs in ";

Beginning begin(const ClusterView&, const Operation& operation) {
    const std::string& database = operation.spec->repack->database;
    Beginning beginning;
    beginning.steps.push_back(step_named(std::string(check) + database));
    beginning.steps.push_back(step_named("repack " + database));
    return beginning;
}

// The smallest volume of a member; zero where none is known.
std::int64_t room_of(const ClusterView& view) {
    std::int64_t least = 0;
    for (const Member& member : view.members) {
        const auto size = kube::Quantity::parse(kube::claim_capacity(member.claim));
        if (member.has_claim() && size.ok() && size->bytes() > 0) {
            least = least == 0 ? size->bytes() : std::min(least, size->bytes());
        }
    }
    return least;
}

std::string tables_as_array(const api::RepackOperation& wish) {
    std::string list;
    for (const std::string& table : wish.tables) {
        list += (list.empty() ? "" : ", ") + quote_literal(table) + "::regclass";
    }
    return list;
}

std::string preflight(const api::RepackOperation& wish, std::int64_t room) {
    const std::string chosen = wish.tables.empty()
                                   ? "relkind = 'r' AND relnamespace NOT IN (SELECT oid FROM "
                                     "pg_namespace WHERE nspname IN ('pg_catalog', "
                                     "'information_schema', 'repack'))"
                                   : "oid IN (" + tables_as_array(wish) + ")";
    const std::string body =
        "DECLARE largest bigint; used bigint; room bigint := " + std::to_string(room) +
        "; BEGIN IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_repack') THEN RAISE "
        "EXCEPTION 'extension pg_repack is not installed in database %: CREATE EXTENSION pg_repack "
        "there first', current_database(); END IF; "
        "SELECT coalesce(max(pg_total_relation_size(oid)), 0) INTO largest FROM pg_class WHERE " +
        chosen +
        "; SELECT sum(pg_database_size(oid)) + (SELECT sum(size) FROM pg_ls_waldir()) INTO used "
        "FROM pg_database; "
        "IF room > 0 AND used + 2 * largest > room THEN RAISE EXCEPTION 'the volume of % has no "
        "room: % is used, and the largest table needs twice its %', pg_size_pretty(room), "
        "pg_size_pretty(used), pg_size_pretty(largest); END IF; END";
    return "DO " + quote_literal(body) + ";\n";
}

ClientStep step_of(const ClusterView& view, const Operation& operation, std::string_view step) {
    const api::RepackOperation& wish = *operation.spec->repack;
    ClientStep client;
    client.program.database = wish.database;
    if (step.starts_with(check)) {
        client.program.command = {"psql",
                                  "--no-psqlrc",
                                  "--quiet",
                                  "--set=ON_ERROR_STOP=1",
                                  "--set=SHOW_CONTEXT=never",
                                  "--file=-"};
        client.program.input = preflight(wish, room_of(view));
        client.repeatable = false;
        return client;
    }
    client.program.command = {"pg_repack", "--no-kill-backend", "--dbname=" + wish.database};
    for (const std::string& table : wish.tables) {
        client.program.command.push_back("--table=" + table);
    }
    return client;
}

Need effect_of(const ClusterView& view, const Operation& operation,
               const api::OperationStepStatus& step) {
    return need_of_job(view, operation, step, step_of(view, operation, step.name));
}

}  // namespace

const OperationMethods repack_operation{begin, advance_by_jobs, effect_of};

}  // namespace bestgres::plan
