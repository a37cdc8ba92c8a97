// BGDbOps: one operation on a cluster that a user asks for, and what became of it. A spec never
// changes once it is made, so that a report always says what was asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/kube/object.hpp"
#include "operator/api/cluster_status.hpp"
#include "operator/api/field.hpp"

namespace bestgres::kube::kinds {

inline constexpr Kind bg_db_ops{"bestgres.io", "v1", "BGDbOps", "bgdbops"};

}  // namespace bestgres::kube::kinds

namespace bestgres::api {

enum class OperationKind { restart, switchover, reinit, vacuum, sql, benchmark, repack };

struct SwitchoverOperation {
    std::optional<std::string> target;  // absent: the best of those that may lead

    bool operator==(const SwitchoverOperation&) const = default;
};

struct RestartOperation {
    bool only_pending = false;
    bool force = false;

    bool operator==(const RestartOperation&) const = default;
};

struct ReinitOperation {
    std::string member;

    bool operator==(const ReinitOperation&) const = default;
};

struct VacuumOperation {
    bool full = false;
    bool freeze = false;
    bool analyze = true;
    std::vector<std::string> databases;  // none: all
    std::vector<std::string> tables;     // of the one database; none: all

    bool operator==(const VacuumOperation&) const = default;
};

// One key of a ConfigMap or a Secret.
struct ScriptKey {
    std::string name;
    std::string key = "script.sql";

    bool operator==(const ScriptKey&) const = default;
};

struct SqlOperation {
    std::string database = "postgres";
    std::optional<ScriptKey> config_map;
    std::optional<ScriptKey> secret;
    bool single_transaction = true;

    bool operator==(const SqlOperation&) const = default;
};

enum class BenchmarkType { pgbench };
enum class ConnectionType { primary_service, replicas_service };

struct PgbenchOperation {
    std::string database_size;  // a quantity
    std::string duration;
    std::int64_t concurrent_clients = 1;
    std::int64_t threads = 1;

    bool operator==(const PgbenchOperation&) const = default;
};

struct BenchmarkOperation {
    BenchmarkType type = BenchmarkType::pgbench;
    PgbenchOperation pgbench;
    ConnectionType connection_type = ConnectionType::primary_service;

    bool operator==(const BenchmarkOperation&) const = default;
};

struct RepackOperation {
    std::string database;
    std::vector<std::string> tables;  // none: all

    bool operator==(const RepackOperation&) const = default;
};

struct OperationSpec {
    std::string cluster;
    OperationKind op = OperationKind::restart;
    std::optional<Instant> run_at;  // absent: as soon as it is its turn
    std::string timeout = "1h";     // durations, as texts that were checked when they were read
    std::int64_t max_retries = 3;
    std::optional<std::string> ttl_after_finished;
    std::optional<std::int64_t> history_limit;
    std::optional<SwitchoverOperation> switchover;
    std::optional<RestartOperation> restart;
    std::optional<ReinitOperation> reinit;
    std::optional<VacuumOperation> vacuum;
    std::optional<SqlOperation> sql;
    std::optional<BenchmarkOperation> benchmark;
    std::optional<RepackOperation> repack;

    bool operator==(const OperationSpec&) const = default;
};

enum class OperationPhase { pending, running, completed, failed, cancelled };
enum class StepResult { open, done, skipped, failed };

// One line of the journal. It is written before its first effect, and closed when the world shows
// that it happened: whoever takes over reads where to go on.
struct OperationStepStatus {
    std::string name;    // "restart db-1"
    std::string member;  // whom it is about; empty for a switchover to whoever is best
    std::string before;  // what was seen before the first effect, to know later that it happened
    std::optional<StepResult> result;  // absent: it has not begun
    std::int64_t tries = 0;
    Instant started;
    Instant finished;
    std::string because;

    bool operator==(const OperationStepStatus&) const = default;
};

// What an operation has found out or handed back.
struct OperationResult {
    std::string output;   // the last words of its program
    std::string tps;      // of a benchmark: transactions per second, "1234.56"
    std::string latency;  // and their average time, "0.812 ms"

    bool operator==(const OperationResult&) const = default;
};

struct OperationStatus {
    std::optional<OperationPhase> phase;
    std::string step;           // "2/4": finished steps of all
    std::int64_t attempts = 0;  // that failed
    Instant started;
    Instant finished;
    Instant retry_at;     // not before
    std::string message;  // what it waits for, or how it ended
    std::int64_t observed_generation = 0;
    std::vector<OperationStepStatus> steps;
    std::optional<OperationResult> result;
    std::vector<Condition> conditions;

    bool operator==(const OperationStatus&) const = default;
};

inline constexpr std::string_view operation_finalizer = "bestgres.io/operation";

// Whether its steps are client programs that Jobs run.
bool runs_jobs(OperationKind kind);
bool is_finished(const std::optional<OperationPhase>& phase);
std::string_view word_of(OperationPhase phase);

// `json` is the value of `spec`. Unknown fields and blocks that do not fit `op` are problems.
Parsed<OperationSpec> parse_operation_spec(const Json& json);
// What the schema's rules say, for resources that came past an API server. Paths begin with "spec".
Problems validate(const OperationSpec& spec);
Json to_json(const OperationSpec& spec);
// The scale of pgbench's tables that comes next to the size: one is 16 MiB.
std::int64_t scale(const PgbenchOperation& pgbench);
std::int64_t duration_seconds(const PgbenchOperation& pgbench);
Duration timeout(const OperationSpec& spec);
std::optional<Duration> ttl_after_finished(const OperationSpec& spec);

// What cannot be read counts as absent.
OperationStatus parse_operation_status(const Json& json);
Json to_json(const OperationStatus& status);

}  // namespace bestgres::api
