// BGDbOps, described: spec and status.
#pragma once

#include "operator/api/cluster_status_describe.hpp"
#include "operator/api/operation.hpp"

namespace bestgres::api {

template <>
struct Words<OperationKind> {
    static constexpr std::array<std::pair<OperationKind, std::string_view>, 7> all{
        {{OperationKind::restart, "restart"},
         {OperationKind::switchover, "switchover"},
         {OperationKind::reinit, "reinit"},
         {OperationKind::vacuum, "vacuum"},
         {OperationKind::sql, "sql"},
         {OperationKind::benchmark, "benchmark"},
         {OperationKind::repack, "repack"}}};
};

template <>
struct Words<BenchmarkType> {
    static constexpr std::array<std::pair<BenchmarkType, std::string_view>, 1> all{
        {{BenchmarkType::pgbench, "pgbench"}}};
};

template <>
struct Words<ConnectionType> {
    static constexpr std::array<std::pair<ConnectionType, std::string_view>, 2> all{
        {{ConnectionType::primary_service, "primary-service"},
         {ConnectionType::replicas_service, "replicas-service"}}};
};

template <>
struct Words<OperationPhase> {
    static constexpr std::array<std::pair<OperationPhase, std::string_view>, 5> all{
        {{OperationPhase::pending, "Pending"},
         {OperationPhase::running, "Running"},
         {OperationPhase::completed, "Completed"},
         {OperationPhase::failed, "Failed"},
         {OperationPhase::cancelled, "Cancelled"}}};
};

template <>
struct Words<StepResult> {
    static constexpr std::array<std::pair<StepResult, std::string_view>, 4> all{
        {{StepResult::open, "Open"},
         {StepResult::done, "Done"},
         {StepResult::skipped, "Skipped"},
         {StepResult::failed, "Failed"}}};
};

inline constexpr Field member_field{.min_length = 1,
                                    .max_length = 63,
                                    .pattern = "^[a-z]([-a-z0-9]*[a-z0-9])?-[0-9]+$",
                                    .pattern_says = "the name of a member such as db-1"};
// As plain identifiers, so that no connection string is taken for one.
inline constexpr Field database_field{.min_length = 1,
                                      .max_length = 63,
                                      .max_items = 64,
                                      .pattern = "^[A-Za-z_][-A-Za-z0-9_.$]*$",
                                      .pattern_says = "the name of a database such as app"};
inline constexpr Field table_field{
    .min_length = 1,
    .max_length = 131,
    .max_items = 64,
    .pattern = "^([A-Za-z_][A-Za-z0-9_$]*|\"[^\"]+\")([.]([A-Za-z_][A-Za-z0-9_$]*|\"[^\"]+\"))?$",
    .pattern_says = "the name of a table such as orders, shop.orders or shop.\"Orders\""};

template <class Visitor>
void describe(Visitor& visit, SwitchoverOperation& spec) {
    visit("target", spec.target,
          with_doc(member_field,
                   "The member that shall lead. When absent: a synchronous standby, else the "
                   "healthy replica that is furthest ahead."));
}

template <class Visitor>
void describe(Visitor& visit, RestartOperation& spec) {
    visit(
        "onlyPending", spec.only_pending,
        Field{.doc = "Only members whose settings wait for a restart when the operation begins."});
    visit("force", spec.force,
          Field{.doc = "Restart members that are not healthy too, and the primary in place when "
                       "nobody can take over. Without it the operation waits."});
}

template <class Visitor>
void describe(Visitor& visit, ReinitOperation& spec) {
    Field field = with_doc(member_field,
                           "The replica whose data is thrown away and copied anew from the "
                           "primary.");
    field.required = true;
    visit("member", spec.member, field);
}

template <class Visitor>
void describe(Visitor& visit, VacuumOperation& spec) {
    visit("full", spec.full,
          Field{.doc = "Rewrite the tables: gives space back to the system, and locks each table "
                       "against every use meanwhile."});
    visit("freeze", spec.freeze, Field{.doc = "Freeze all rows."});
    visit("analyze", spec.analyze, Field{.doc = "Renew the planner's statistics too."});
    visit("databases", spec.databases,
          with_doc(database_field, "The databases, one step each. When absent, all in one step."));
    visit("tables", spec.tables,
          with_doc(table_field, "The tables of the one database that is named. When absent, all."));
    visit.rule(
        {"!has(self.tables) || size(self.tables) == 0 || (has(self.databases) && "
         "size(self.databases) == 1)",
         "tables need exactly one database, which they are in"});
}

template <class Visitor>
void describe(Visitor& visit, ScriptKey& key) {
    visit("name", key.name,
          Field{.doc = "Its name, in the same namespace.",
                .required = true,
                .min_length = 1,
                .max_length = 253});
    visit("key", key.key,
          Field{.doc = "The key that holds the script.",
                .min_length = 1,
                .max_length = 253,
                .pattern = "^[-._A-Za-z0-9]+$",
                .pattern_says = "a key of a ConfigMap or Secret such as script.sql"});
}

template <class Visitor>
void describe(Visitor& visit, SqlOperation& spec) {
    visit("database", spec.database, with_doc(database_field, "Where the script runs."));
    visit("configMap", spec.config_map,
          Field{.doc = "The ConfigMap that holds the script. Its output stands in status.result.",
                .no_default = true});
    visit("secret", spec.secret,
          Field{.doc = "The Secret that holds the script. Nothing of its output is shown.",
                .no_default = true});
    visit("singleTransaction", spec.single_transaction,
          Field{.doc = "All or nothing, and once: a row in table bestgres.operation_ledger of the "
                       "database commits with the script. Without it a script that fails is not "
                       "tried again."});
    visit.rule({"has(self.configMap) != has(self.secret)",
                "the script comes from either configMap or secret"});
}

template <class Visitor>
void describe(Visitor& visit, PgbenchOperation& spec) {
    visit("databaseSize", spec.database_size,
          Field{.doc = "About how large its tables are to be, such as 1Gi.",
                .required = true,
                .max_length = 40,
                .quantity = true});
    Field duration = with_doc(duration_field, "How long transactions run.");
    duration.required = true;
    visit("duration", spec.duration, duration);
    visit("concurrentClients", spec.concurrent_clients,
          Field{.doc = "Sessions at once.", .required = true, .minimum = 1, .maximum = 10000});
    visit("threads", spec.threads,
          Field{.doc = "Threads of pgbench, at most one a client.",
                .required = true,
                .minimum = 1,
                .maximum = 1000});
    visit.rule({"self.threads <= self.concurrentClients", "at most one thread a client"});
}

template <class Visitor>
void describe(Visitor& visit, BenchmarkOperation& spec) {
    visit("type", spec.type, Field{.doc = "The program that measures."});
    visit("pgbench", spec.pgbench, Field{.doc = "What pgbench is to do.", .required = true});
    visit("connectionType", spec.connection_type,
          Field{.doc = "The Service that is measured. Replicas are only read from."});
}

template <class Visitor>
void describe(Visitor& visit, RepackOperation& spec) {
    Field database = with_doc(database_field, "The database; it has extension pg_repack.");
    database.required = true;
    visit("database", spec.database, database);
    visit("tables", spec.tables, with_doc(table_field, "The tables. When absent, all."));
}

template <class Visitor>
void describe_client_blocks(Visitor& visit, OperationSpec& spec) {
    visit("vacuum", spec.vacuum, Field{.doc = "How op: vacuum is to be done.", .no_default = true});
    visit("sql", spec.sql, Field{.doc = "What op: sql is to run.", .no_default = true});
    visit.rule({"!has(self.vacuum) || self.op == 'vacuum'", "block vacuum needs op: vacuum"});
    visit("benchmark", spec.benchmark,
          Field{.doc = "What op: benchmark is to measure.", .no_default = true});
    visit("repack", spec.repack,
          Field{.doc = "What op: repack is to rewrite.", .no_default = true});
    visit.rule({"has(self.benchmark) == (self.op == 'benchmark')",
                "op: benchmark needs block benchmark, and no other op has it"});
    visit.rule({"has(self.repack) == (self.op == 'repack')",
                "op: repack needs block repack, and no other op has it"});
    visit.rule({"has(self.sql) == (self.op == 'sql')",
                "op: sql needs block sql, which names the script, and no other op has it"});
}

template <class Visitor>
void describe_blocks(Visitor& visit, OperationSpec& spec) {
    visit("switchover", spec.switchover,
          Field{.doc = "How op: switchover is to be done.", .no_default = true});
    visit("restart", spec.restart,
          Field{.doc = "How op: restart is to be done. PostgreSQL restarts inside its pods: "
                       "replicas one at a time, then the primary hands over.",
                .no_default = true});
    visit("reinit", spec.reinit,
          Field{.doc = "What op: reinit is to be done to.", .no_default = true});
    visit.rule({"!has(self.switchover) || self.op == 'switchover'",
                "block switchover needs op: switchover"});
    visit.rule({"!has(self.restart) || self.op == 'restart'", "block restart needs op: restart"});
    visit.rule({"has(self.reinit) == (self.op == 'reinit')",
                "op: reinit needs block reinit, which names the member, and no other op has it"});
}

// All but whom it is for.
template <class Visitor>
void describe_request(Visitor& visit, OperationSpec& spec) {
    visit("op", spec.op, Field{.doc = "What is to be done.", .required = true});
    visit("runAt", spec.run_at,
          Field{.doc = "Not before. When absent, as soon as it is this operation's turn: one at a "
                       "time, the oldest first."});
    visit("timeout", spec.timeout,
          with_doc(duration_field,
                   "From its beginning. Then it ends as Failed and begins no further step."));
    visit("maxRetries", spec.max_retries,
          Field{.doc = "How many refusals and failures of steps are tried again.",
                .minimum = 0,
                .maximum = 100});
    visit("ttlAfterFinished", spec.ttl_after_finished,
          with_doc(duration_field,
                   "How long after its end this resource is deleted; when absent it stays. Leave "
                   "it absent where something else keeps the resource: it would be made, and "
                   "run, again."));
    visit("historyLimit", spec.history_limit,
          Field{.doc = "When this operation has ended, as many ended operations of the cluster "
                       "stay, the latest; older ones are deleted. When absent all stay.",
                .minimum = 1,
                .maximum = 1000});
    describe_blocks(visit, spec);
    describe_client_blocks(visit, spec);
}

template <class Visitor>
void describe(Visitor& visit, OperationSpec& spec) {
    visit("bgCluster", spec.cluster,
          Field{.doc = "The BGCluster, in the same namespace.",
                .required = true,
                .min_length = 1,
                .max_length = 63});
    describe_request(visit, spec);
    visit.rule({"self == oldSelf", "an operation cannot change: delete it and make another one"});
}

template <class Visitor>
void describe(Visitor& visit, OperationStepStatus& step) {
    visit("name", step.name, Field{.doc = "What is done.", .required = true});
    visit("member", step.member, Field{.doc = "The member that it is about."});
    visit("before", step.before,
          Field{.doc = "What was seen before it began, to know later that it happened."});
    visit("result", step.result,
          Field{.doc = "Open while it goes on; absent before it has begun."});
    visit("tries", step.tries, Field{.doc = "How often it failed.", .no_default = true});
    visit("started", step.started, Field{.doc = "When it began."});
    visit("finished", step.finished, Field{.doc = "When it ended."});
    visit("because", step.because, Field{.doc = "Why it is done, or how it is known to be done."});
}

template <class Visitor>
void describe(Visitor& visit, OperationResult& result) {
    visit("output", result.output, Field{.doc = "The end of what its program said."});
    visit("tps", result.tps, Field{.doc = "Of a benchmark: transactions per second."});
    visit("latency", result.latency, Field{.doc = "Of a benchmark: their average time."});
}

template <class Visitor>
void describe(Visitor& visit, OperationStatus& status) {
    visit("phase", status.phase, Field{.doc = "The state in one word."});
    visit("step", status.step, Field{.doc = "Finished steps of all: 2/4."});
    visit("attempts", status.attempts,
          Field{.doc = "Refusals and failures so far.", .no_default = true});
    visit("started", status.started, Field{.doc = "When it began; its timeout counts from here."});
    visit("finished", status.finished, Field{.doc = "When it ended."});
    visit("retryAt", status.retry_at, Field{.doc = "After a failure: not before."});
    visit("message", status.message, Field{.doc = "What it waits for, or how it ended."});
    visit("observedGeneration", status.observed_generation,
          Field{.doc = "The metadata.generation that this status is about.", .no_default = true});
    visit("steps", status.steps,
          Field{.doc = "The journal: every step with what happened and why.", .max_items = 256});
    visit("result", status.result,
          Field{.doc = "What it handed back, as far as it is known.", .no_default = true});
    visit("conditions", status.conditions,
          Field{.doc = "Running, Completed and Failed, for `kubectl wait` and programs.",
                .max_items = 64,
                .list_key = "type"});
}

}  // namespace bestgres::api
