#include "operator/api/operation.hpp"

#include "operator/api/testing.hpp"

namespace bestgres::api {
namespace {

Parsed<OperationSpec> read(std::string_view text) {
    return parse_operation_spec(testing::yaml(text));
}

std::string problems_with(std::string_view text) {
    const auto spec = read(text);
    return spec.ok() ? "" : to_string(spec.error());
}

TEST(OperationSpec, needs_a_cluster_and_a_word) {
    const auto spec = read("{bgCluster: db, op: switchover}");

    ASSERT_TRUE(spec.ok());
    EXPECT_EQ(spec->op, OperationKind::switchover);
    EXPECT_EQ(timeout(*spec), std::chrono::hours(1));
    EXPECT_EQ(spec->max_retries, 3);
    EXPECT_EQ(ttl_after_finished(*spec), std::nullopt);
    EXPECT_EQ(problems_with("{op: restart}"), "spec.bgCluster: is required");
    EXPECT_EQ(problems_with("{bgCluster: db}"), "spec.op: is required");
}

TEST(OperationSpec, reads_durations_and_times) {
    const auto spec = read(
        "{bgCluster: db, op: restart, runAt: 2026-11-20T16:00:00Z, timeout: 1h30m, "
        "ttlAfterFinished: 7d}");

    ASSERT_TRUE(spec.ok());
    EXPECT_EQ(timeout(*spec), std::chrono::minutes(90));
    EXPECT_EQ(ttl_after_finished(*spec), std::chrono::hours(24 * 7));
    EXPECT_EQ(spec->run_at, Instant{1'795'190'400'000'000'000});
    EXPECT_GE(timeout(*read("{bgCluster: db, op: restart, timeout: 999999w999999w}")),
              std::chrono::hours(24 * 365 * 100))
        << "longer than times can say";
    EXPECT_EQ(problems_with("{bgCluster: db, op: restart, timeout: soon}"),
              "spec.timeout: must be a duration such as 90s, 1h30m or 7d, got \"soon\"");
}

TEST(OperationSpec, has_the_block_of_its_op_and_no_other) {
    EXPECT_EQ(problems_with("{bgCluster: db, op: reinit, reinit: {member: db-1}}"), "");
    EXPECT_EQ(problems_with("{bgCluster: db, op: reinit}"),
              "spec.reinit: goes with op: reinit, and names the member");
    EXPECT_EQ(problems_with("{bgCluster: db, op: restart, switchover: {target: db-1}}"),
              "spec.switchover: needs op: switchover");
    EXPECT_EQ(problems_with("{bgCluster: db, op: switchover, restart: {force: true}}"),
              "spec.restart: needs op: restart");
    EXPECT_EQ(problems_with("{bgCluster: db, op: switchover, switchover: {target: one}}"),
              "spec.switchover.target: must be the name of a member such as db-1, got \"one\"");
}

TEST(OperationSpec, takes_names_of_databases_and_tables_and_nothing_else) {
    EXPECT_EQ(problems_with("{bgCluster: db, op: vacuum, vacuum: {databases: [app], tables: "
                            "[a, s.b, 's.\"C d\"']}}"),
              "");
    EXPECT_EQ(problems_with("{bgCluster: db, op: vacuum, vacuum: {databases: ['host=evil']}}"),
              "spec.vacuum.databases[0]: must be the name of a database such as app, got "
              "\"host=evil\"");
    EXPECT_NE(problems_with("{bgCluster: db, op: vacuum, vacuum: {databases: [app], tables: "
                            "['a; DROP TABLE b']}}"),
              "");
    EXPECT_EQ(problems_with("{bgCluster: db, op: vacuum, vacuum: {tables: [a]}}"),
              "spec.vacuum.tables: needs exactly one database, which they are in");
}

TEST(OperationSpec, takes_a_script_from_one_place) {
    EXPECT_EQ(problems_with("{bgCluster: db, op: sql, sql: {configMap: {name: a}}}"), "");
    EXPECT_EQ(problems_with("{bgCluster: db, op: sql}"),
              "spec.sql: goes with op: sql, and names the script");
    EXPECT_EQ(problems_with("{bgCluster: db, op: sql, sql: {configMap: {name: a}, secret: {name: "
                            "b}}}"),
              "spec.sql: takes its script from either configMap or secret");
    EXPECT_EQ(problems_with("{bgCluster: db, op: sql, sql: {database: app}}"),
              "spec.sql: takes its script from either configMap or secret");
}

TEST(OperationSpec, of_a_benchmark_has_a_size_and_a_duration) {
    const auto spec = read(
        "{bgCluster: db, op: benchmark, benchmark: {pgbench: {databaseSize: 1Gi, duration: 1m30s, "
        "concurrentClients: 8, threads: 2}}}");

    ASSERT_TRUE(spec.ok());
    EXPECT_EQ(scale(spec->benchmark->pgbench), 64);
    EXPECT_EQ(duration_seconds(spec->benchmark->pgbench), 90);
    EXPECT_EQ(problems_with("{bgCluster: db, op: benchmark, benchmark: {}}"),
              "spec.benchmark.pgbench: is required");
    EXPECT_EQ(problems_with("{bgCluster: db, op: repack}"),
              "spec.repack: goes with op: repack, and names the database");
}

TEST(OperationSpec, reads_back_what_it_printed) {
    const auto spec = read("{bgCluster: db, op: restart, restart: {onlyPending: true}}");

    ASSERT_TRUE(spec.ok());
    EXPECT_EQ(*parse_operation_spec(to_json(*spec)), *spec);
}

TEST(OperationStatus, reads_back_what_it_printed) {
    OperationStatus status;
    status.phase = OperationPhase::running;
    status.step = "0/1";
    status.started = Instant{1'700'000'000'000'000'000};
    status.steps = {OperationStepStatus{.name = "restart db-1",
                                        .member = "db-1",
                                        .before = "u1 2026",
                                        .result = StepResult::open,
                                        .tries = 2,
                                        .started = status.started,
                                        .finished = {},
                                        .because = "db-1 is a replica"}};

    EXPECT_EQ(parse_operation_status(to_json(status)), status);
    EXPECT_FALSE(is_finished(status.phase));
    EXPECT_FALSE(to_json(status).contains("finished"));
}

}  // namespace
}  // namespace bestgres::api
