// op: sql. One Job of psql that runs a script of the user's. In a single transaction the script
// commits together with a row that says so: whoever runs it again finds the row and does nothing.
#include "lib/postgres/quote.hpp"
#include "operator/plan/operation_job.hpp"

namespace bestgres::plan {
namespace {

using postgres::quote_literal;

std::string source_of(const api::SqlOperation& sql) {
    return sql.config_map ? sql.config_map->key + " of ConfigMap " + sql.config_map->name
                          : sql.secret->key + " of Secret " + sql.secret->name;
}

manifests::Script script_of(const api::SqlOperation& sql) {
    const api::ScriptKey& key = sql.config_map ? *sql.config_map : *sql.secret;
    return {.name = key.name, .key = key.key, .is_secret = !sql.config_map.has_value()};
}

Beginning begin(const ClusterView&, const Operation& operation) {
    const api::SqlOperation& sql = *operation.spec->sql;
    Beginning beginning;
    beginning.steps.push_back(step_named("run " + source_of(sql) + " in " + sql.database));
    return beginning;
}

// psql reads this from its standard input: its `\i` has no other words than ours.
std::string once(const Operation& operation) {
    return "\\set QUIET on\n"
           "SET LOCAL client_min_messages TO warning;\n"
           "CREATE SCHEMA IF NOT EXISTS bestgres;\n"
           "CREATE TABLE IF NOT EXISTS bestgres.operation_ledger (uid text PRIMARY KEY, name text "
           "NOT NULL, done timestamptz NOT NULL DEFAULT now());\n"
           "SET LOCAL client_min_messages TO DEFAULT;\n"
           "INSERT INTO bestgres.operation_ledger (uid, name) VALUES (" +
           quote_literal(std::string(operation.object.uid())) + ", " +
           quote_literal(operation.name()) +
           ") ON CONFLICT DO NOTHING;\n"
           "\\set is_new :ROW_COUNT\n"
           "\\set QUIET off\n"
           "\\if :is_new\n"
           "\\i " +
           std::string(manifests::script_path) +
           "\n"
           "\\else\n"
           "\\echo the ledger says that it was done before\n"
           "\\endif\n";
}

ClientStep psql(const Operation& operation) {
    const api::SqlOperation& sql = *operation.spec->sql;
    ClientStep step;
    step.repeatable = sql.single_transaction;
    step.program.command = {"psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1"};
    step.program.database = sql.database;
    step.program.script = script_of(sql);
    step.program.is_silent = step.program.script->is_secret;
    if (sql.single_transaction) {
        step.program.command.insert(step.program.command.end(),
                                    {"--single-transaction", "--file=-"});
        step.program.input = once(operation);
    } else {
        step.program.command.push_back("--file=" + std::string(manifests::script_path));
    }
    return step;
}

Need effect_of(const ClusterView& view, const Operation& operation,
               const api::OperationStepStatus& step) {
    return need_of_job(view, operation, step, psql(operation));
}

}  // namespace

const OperationMethods sql_operation{begin, advance_by_jobs, effect_of};

}  // namespace bestgres::plan
