// Operations that Jobs carry out: what they run, once, and what comes of it.
#include <gtest/gtest.h>

#include "operator/manifests/client_job.hpp"
#include "operator/plan/operations_testing.hpp"

namespace bestgres::plan {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::TestOperations;
using testing::texts;

std::string job_of(const std::string& operation, std::int64_t step = 0, std::int64_t attempt = 0) {
    return manifests::client_job_name("db", "uid-" + operation, step, attempt);
}

Json client_of(const kube::Object& job) {
    return job.json()["spec"]["template"]["spec"]["containers"][0];
}

std::vector<std::string> command_of(const TestOperations& world) {
    return client_of(world.job())["args"];
}

TEST(Vacuum, is_done_when_its_job_is_complete) {
    TestOperations world;
    world.ask("clean", "{op: vacuum}").run();
    EXPECT_EQ(world.done, texts({"StartJob " + job_of("clean")}));
    EXPECT_EQ(world.phase("clean"), "Running");
    EXPECT_EQ(world.status("clean").message, "Job " + job_of("clean") + " to end");
    EXPECT_EQ(command_of(world), texts({"vacuumdb", "--analyze", "--all"}));

    world.end_job(true, "vacuumdb: vacuuming database \"app\"\n").run();
    EXPECT_EQ(world.phase("clean"), "Completed");
    EXPECT_EQ(world.journal("clean"), texts({"vacuum all databases: Done"}));
    EXPECT_EQ(world.status("clean").result->output, "vacuumdb: vacuuming database \"app\"\n");
    EXPECT_EQ(world.jobs(), texts({})) << "its result is kept";
}

TEST(Vacuum, takes_databases_one_after_the_other) {
    TestOperations world;
    world.ask("clean", "{op: vacuum, vacuum: {full: true, analyze: false, databases: [app, shop]}}")
        .run();
    EXPECT_EQ(command_of(world), texts({"vacuumdb", "--full", "--dbname=app"}));
    world.end_job(true).run();
    EXPECT_EQ(command_of(world), texts({"vacuumdb", "--full", "--dbname=shop"}));
    world.end_job(true).run();

    ASSERT_EQ(world.done.size(), 5U);
    EXPECT_EQ(world.done[0], "StartJob " + job_of("clean", 0));
    EXPECT_EQ(world.done[1], "StartJob " + job_of("clean", 1));
    EXPECT_EQ(world.done[2], "JournalOperation clean: Completed 2/2");
    EXPECT_EQ(world.jobs(), texts({}));
}

TEST(Vacuum, of_tables_names_each) {
    TestOperations world;
    world
        .ask("clean",
             R"({op: vacuum, vacuum: {freeze: true, databases: [app], tables: [a, 's."B"']}})")
        .run();
    EXPECT_EQ(command_of(world), texts({"vacuumdb", "--freeze", "--analyze", "--dbname=app",
                                        "--table=a", "--table=s.\"B\""}));
}

TEST(Sql, runs_a_script_in_one_transaction_with_its_ledger) {
    TestOperations world;
    world.ask("index", "{op: sql, sql: {database: app, configMap: {name: scripts, key: a.sql}}}")
        .run();
    EXPECT_EQ(world.journal("index"), texts({"run a.sql of ConfigMap scripts in app: Open"}));
    EXPECT_EQ(command_of(world), texts({"psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1",
                                        "--single-transaction", "--file=-"}));
    const std::string pod = dump(world.job().json());
    EXPECT_NE(pod.find("VALUES ('uid-index', 'index') ON CONFLICT DO NOTHING"), std::string::npos);
    EXPECT_NE(pod.find(R"("path":"script")"), std::string::npos);
}

constexpr auto benchmark =
    "{op: benchmark, benchmark: {pgbench: {databaseSize: 1Gi, duration: 1m, concurrentClients: 8, "
    "threads: 2}}}";

// As pgbench 15 says it.
constexpr auto summary = R"(pgbench (15.8)
transaction type: <builtin: TPC-B (sort of)>
scaling factor: 64
number of transactions actually processed: 74074
number of failed transactions: 0 (0.000%)
latency average = 6.479 ms
initial connection time = 11.312 ms
tps = 1234.567890 (without initial connection time)
)";

TEST(Benchmark, makes_fills_measures_and_drops_a_database_of_its_own) {
    TestOperations world;
    world.ask("bench", benchmark).run();
    const std::string database = world.journal("bench").back().substr(14);
    EXPECT_TRUE(database.starts_with("bestgres_benchmark_")) << database;
    EXPECT_EQ(command_of(world).front(), "psql");
    world.end_job(true, "CREATE DATABASE\n").run();
    EXPECT_EQ(command_of(world),
              texts({"pgbench", "--initialize", "--quiet", "--scale=64", database}));
    world.end_job(true).run();
    EXPECT_EQ(command_of(world),
              texts({"pgbench", "--client=8", "--jobs=2", "--time=60", database}));
    world.end_job(true, summary).run();
    EXPECT_EQ(command_of(world), texts({"dropdb", "--if-exists", database}));
    world.end_job(true).run();

    EXPECT_EQ(world.phase("bench"), "Completed");
    EXPECT_EQ(world.status("bench").result->tps, "1234.567890");
    EXPECT_EQ(world.status("bench").result->latency, "6.479 ms");
    EXPECT_EQ(world.status("bench").result->output, summary);
}

TEST(Benchmark, of_replicas_only_reads) {
    TestOperations world;
    world.ask("bench",
              "{op: benchmark, benchmark: {connectionType: replicas-service, pgbench: "
              "{databaseSize: 1Mi, duration: 5s, concurrentClients: 1, threads: 1}}}");
    for (int step = 0; step < 2; ++step) {
        world.run();
        world.end_job(true);
    }
    world.run();
    const Json client = client_of(world.job());
    EXPECT_EQ(client["env"][0]["value"], "db-repl");
    EXPECT_EQ(client["args"][4], "--select-only");
}

TEST(Repack, looks_first_and_names_the_reason) {
    TestOperations world;
    world.ask("dense", "{op: repack, repack: {database: app, tables: [s.a]}}").run();
    const std::string input = dump(client_of(world.job())["env"]);
    EXPECT_NE(input.find("pg_repack"), std::string::npos);
    EXPECT_NE(input.find("room bigint := 1073741824"), std::string::npos) << input;
    world.end_job(false, "psql:<stdin>:1: ERROR:  extension pg_repack is not installed\n").run();

    EXPECT_EQ(world.phase("dense"), "Failed") << "nothing is tried again";
    EXPECT_EQ(world.status("dense").message,
              "check what repacking needs in app: psql:<stdin>:1: ERROR:  extension pg_repack is "
              "not installed");
    EXPECT_EQ(world.done.size(), 2U);
}

TEST(Repack, repacks_after_a_good_look) {
    TestOperations world;
    world.ask("dense", "{op: repack, repack: {database: app, tables: [s.a]}}").run();
    world.end_job(true).run();
    EXPECT_EQ(command_of(world),
              texts({"pg_repack", "--no-kill-backend", "--dbname=app", "--table=s.a"}));
    world.end_job(true).run();
    EXPECT_EQ(world.phase("dense"), "Completed");
}

// Its operation failed, and so may its transaction have or not.
TEST(Sql, without_a_transaction_is_tried_once) {
    TestOperations world;
    world.ask("index", "{op: sql, sql: {secret: {name: s}, singleTransaction: false}}").run();
    EXPECT_EQ(command_of(world).back(), "--file=/etc/bestgres/script/script");
    world.end_job(false, "psql ended with 3\n").run();

    EXPECT_EQ(world.phase("index"), "Failed");
    EXPECT_EQ(world.status("index").message,
              "run script.sql of Secret s in postgres: psql ended with 3");
    EXPECT_EQ(world.jobs(), texts({job_of("index")})) << "its log is for whoever asks why";
}

TEST(Jobs, that_fail_are_tried_again_under_another_name) {
    TestOperations world;
    world.ask("clean", "{op: vacuum, maxRetries: 1}").run();
    world.end_job(false, "vacuumdb: error: connection refused\n").run();
    EXPECT_EQ(world.status("clean").attempts, 1);
    EXPECT_EQ(world.status("clean").message,
              "vacuum all databases: vacuumdb: error: connection refused");
    EXPECT_EQ(world.done, texts({"StartJob " + job_of("clean")})) << "not before its pause is over";

    world.db.later(seconds(6));
    world.run();
    EXPECT_EQ(world.done.back(), "StartJob " + job_of("clean", 0, 1));
    world.end_job(false).run();
    EXPECT_EQ(world.phase("clean"), "Failed");
    EXPECT_EQ(world.status("clean").message,
              "vacuum all databases: BackoffLimitExceeded: it failed");
}

// The watch of pods may be behind that of Jobs.
TEST(Jobs, are_over_when_their_pod_is_seen_to_have_ended) {
    for (const bool well : {true, false}) {
        TestOperations world;
        world.ask("clean", "{op: vacuum, maxRetries: 0}").run();
        const kube::Ref pod{kube::kinds::pod, "shop", job_of("clean") + "-x1"};
        const kube::Object running = world.db.facts().objects.at(pod);
        world.end_job(well, "all that there is to say\n");
        const kube::Object ended = world.db.facts().objects.at(pod);
        world.db.facts().objects.at(pod) = running;
        world.run();
        EXPECT_EQ(world.phase("clean"), "Running");

        world.db.facts().objects.at(pod) = ended;
        world.run();
        EXPECT_EQ(world.phase("clean"), well ? "Completed" : "Failed");
        const api::OperationStatus status = world.status("clean");
        const std::string told = well ? status.result->output : status.message;
        EXPECT_NE(told.find("all that there is to say"), std::string::npos) << told;
    }
}

TEST(Jobs, that_cannot_be_made_keep_their_name) {
    TestOperations world;
    world.refuses = true;
    world.ask("clean", "{op: vacuum, maxRetries: 1}").run();
    EXPECT_EQ(world.status("clean").attempts, 1);
    world.refuses = false;
    world.db.later(seconds(6));
    world.run();
    EXPECT_EQ(world.done.back(), "StartJob " + job_of("clean"));
}

// Whoever takes over reads the Job that was made; its name is that of the try.
TEST(Jobs, are_not_made_again_by_a_successor) {
    TestOperations world;
    world.ask("clean", "{op: vacuum}").run();
    world.end_job(true, "done");
    world.run();
    EXPECT_EQ(std::ranges::count(world.done, "StartJob " + job_of("clean")), 1);
    EXPECT_EQ(world.phase("clean"), "Completed");
}

TEST(Jobs, that_vanish_before_their_end_was_seen_have_failed) {
    TestOperations world;
    world.ask("clean", "{op: vacuum, maxRetries: 0}").run();
    world.db.facts().objects.erase({kube::kinds::job, "shop", job_of("clean")});
    world.run();

    EXPECT_EQ(world.phase("clean"), "Failed");
    EXPECT_EQ(world.status("clean").message, "vacuum all databases: Job " + job_of("clean") +
                                                 " was removed before its end was seen");
}

TEST(Jobs, wait_for_a_primary) {
    TestOperations world;
    world.db.not_running("db-0");
    world.ask("clean", "{op: vacuum}").run();
    EXPECT_EQ(world.done, texts({}));
}

TEST(Jobs, are_stopped_before_their_operation_is_cancelled) {
    TestOperations world;
    world.ask("clean", "{op: vacuum}").run();
    world.remove("clean");
    ASSERT_TRUE(world.pass());
    EXPECT_EQ(world.done.back(), "DeleteObject Job " + job_of("clean"));
    world.run();

    EXPECT_FALSE(world.exists("clean"));
    EXPECT_EQ(world.done.back(), "JournalOperation clean: Cancelled 1/1");
}

// Two operations on one cluster: the next begins when nothing of the last is left.
TEST(Jobs, of_an_ended_operation_hold_the_next_one_up_while_they_run) {
    TestOperations world;
    world.ask("clean", "{op: vacuum, timeout: 1m}").ask("next", "{op: vacuum}").run();
    const kube::Ref pod{kube::kinds::pod, "shop", job_of("clean") + "-x1"};
    const kube::Object client = world.db.facts().objects.at(pod);
    world.db.later(minutes(1));
    ASSERT_TRUE(world.pass());
    ASSERT_EQ(world.done.back(), "DeleteObject Job " + job_of("clean"));
    world.db.facts().objects.emplace(pod, client);
    world.run();
    EXPECT_EQ(world.phase("clean"), "Running") << "its program still cancels its statement";
    EXPECT_EQ(world.status("next").message, "an earlier operation is being ended");

    world.db.later(minutes(2));
    world.run();
    EXPECT_EQ(world.phase("clean"), "Failed");
    EXPECT_EQ(world.status("next").message, "pod " + pod.name + " of an earlier Job to end");
    world.db.facts().objects.erase(pod);
    world.run();
    EXPECT_EQ(world.done.back(), "StartJob " + job_of("next"));
}

TEST(Jobs, of_operations_that_are_gone_are_swept) {
    TestOperations world;
    world.ask("clean", "{op: vacuum, maxRetries: 0}").run();
    world.end_job(false).run();
    ASSERT_EQ(world.jobs().size(), 1U);
    world.remove("clean").run();
    EXPECT_EQ(world.jobs(), texts({}));
}

// A cache that knows no operation knows nobody's Job to be left over.
TEST(Jobs, are_left_alone_while_operations_are_not_known) {
    TestOperations world;
    world.ask("clean", "{op: vacuum}").run();
    world.db.facts().operations.clear();
    world.db.facts().operations_known = false;
    EXPECT_EQ(world.plan(), OperationsPlan{});
}

TEST(Jobs, get_what_is_left_of_the_timeout) {
    TestOperations world;
    world.ask("clean", "{op: vacuum, timeout: 10m, vacuum: {databases: [app, shop]}}").run();
    EXPECT_EQ(world.job().json()["spec"]["activeDeadlineSeconds"], 600);
    world.db.later(minutes(4));
    world.end_job(true).run();
    EXPECT_EQ(world.job().json()["spec"]["activeDeadlineSeconds"], 360);
}

}  // namespace
}  // namespace bestgres::plan
