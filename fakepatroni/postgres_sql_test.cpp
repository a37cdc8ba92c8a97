#include <gtest/gtest.h>

#include "fakepatroni/postgres_testing.hpp"
#include "lib/postgres/quote.hpp"

namespace bestgres::fakepatroni {
namespace {

using postgres::quote_literal;
using postgres::Statement;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Servers;

// The statements of the operator's bootstrap ledger, as its plan writes them.
const Statement make{"ledger.make",
                     "CREATE SCHEMA IF NOT EXISTS bestgres; CREATE TABLE IF NOT EXISTS "
                     "bestgres.bootstrap_ledger (position int PRIMARY KEY, digest text NOT NULL, "
                     "started timestamptz NOT NULL DEFAULT now(), finished timestamptz)",
                     {}};
const Statement read{"ledger.read",
                     "SELECT position, finished IS NOT NULL FROM bestgres.bootstrap_ledger ORDER "
                     "BY position",
                     {}};

Statement run_once(int position, const std::string& sql) {
    const std::string row = std::to_string(position);
    return {"bootstrap.run",
            "DO " + quote_literal(
                        "BEGIN IF NOT EXISTS (SELECT FROM bestgres.bootstrap_ledger WHERE "
                        "position = " +
                        row +
                        ") THEN INSERT INTO bestgres.bootstrap_ledger (position, digest, finished) "
                        "VALUES (" +
                        row + ", 'd', now()); EXECUTE " + quote_literal(sql) + "; END IF; END"),
            {}};
}

Statement start_row(int position) {
    return {"ledger.start",
            "INSERT INTO bestgres.bootstrap_ledger (position, digest) VALUES (" +
                std::to_string(position) + ", 'd') ON CONFLICT (position) DO NOTHING",
            {}};
}

Statement finish_row(int position) {
    return {"ledger.finish",
            "UPDATE bestgres.bootstrap_ledger SET finished = now() WHERE position = " +
                std::to_string(position),
            {}};
}

postgres::Call call_of(std::vector<Statement> statements) {
    postgres::Call call;
    call.ns = "shop";
    call.pod = "db-0";
    call.password = "secret";
    call.statements = std::move(statements);
    return call;
}

class Sql : public ::testing::Test {
protected:
    postgres::Answer ask(std::vector<Statement> statements, const std::string& server = "db-0") {
        servers[server].run_sql(++last, call_of(std::move(statements)), servers.now);
        servers.run_for(seconds(1));
        EXPECT_TRUE(servers.answers.contains(last));
        return servers.answers.at(last);
    }

    Servers servers;
    postgres::CallId last = 0;
};

TEST_F(Sql, runs_a_statement_and_its_ledger_row_as_one_transaction_and_only_once) {
    Postgres& db = servers.primary("db-0");
    const std::string sql = "CREATE ROLE app LOGIN PASSWORD 'it''s \\ odd'";
    ask({make, read});
    for (int time = 0; time < 2; ++time) {
        const postgres::Answer answer = ask({run_once(0, sql), read});
        ASSERT_TRUE(answer.outcome.ok()) << answer.outcome.error().message;
        EXPECT_EQ(answer.outcome->of_statement.back(), (std::vector<postgres::Row>{{"0", "t"}}));
    }
    EXPECT_EQ(db.catalogue().times_run[digest_of_statement(sql)], 1);
    EXPECT_TRUE(db.catalogue().objects.contains("role app"));
}

TEST_F(Sql, a_statement_outside_of_a_transaction_has_a_row_before_and_a_mark_after_it) {
    servers.primary("db-0");
    ask({make});
    const Statement create{"bootstrap.run", "CREATE DATABASE app", {}};
    const auto answer = ask({start_row(3), create, finish_row(3), read});
    ASSERT_TRUE(answer.outcome.ok()) << answer.outcome.error().message;
    EXPECT_EQ(answer.outcome->of_statement.back(), (std::vector<postgres::Row>{{"3", "t"}}));
    const auto again = ask({start_row(3), create, finish_row(3), read});
    ASSERT_FALSE(again.outcome.ok());
    EXPECT_EQ(again.outcome.error().sqlstate, "42P04");
    EXPECT_EQ(again.outcome.error().index, 1U);
    EXPECT_FALSE(again.outcome.error().unknown);
}

TEST_F(Sql, an_unknown_statement_is_an_error_that_names_it) {
    servers.primary("db-0");
    const auto answer = ask({{"bootstrap.run", "GRANT frob TO app", {}}});
    ASSERT_FALSE(answer.outcome.ok());
    EXPECT_NE(answer.outcome.error().message.find("GRANT frob TO app"), std::string::npos);
}

TEST_F(Sql, the_ledger_must_be_made_before_it_is_read) {
    servers.primary("db-0");
    const auto answer = ask({read});
    ASSERT_FALSE(answer.outcome.ok());
    EXPECT_EQ(answer.outcome.error().sqlstate, "42P01");
}

TEST_F(Sql, a_wrong_password_and_a_standby_are_refused_without_a_statement_being_sent) {
    servers.primary("db-0");
    servers.standby("db-1", "db-0");
    postgres::Call call = call_of({make});
    call.password = "guessed";
    servers["db-0"].run_sql(77, call, servers.now);
    servers.run_for(seconds(1));
    const auto standby = ask({make}, "db-1");
    for (const postgres::Answer& answer : {servers.answers.at(77), standby}) {
        ASSERT_FALSE(answer.outcome.ok());
        EXPECT_EQ(answer.outcome.error().index, std::nullopt);
        EXPECT_FALSE(answer.outcome.error().unknown);
    }
    EXPECT_NE(standby.outcome.error().message.find("read-only"), std::string::npos);
}

TEST_F(Sql, a_standby_answers_what_only_reads_and_refuses_what_changes) {
    servers.primary("db-0");
    servers.standby("db-1", "db-0");
    ask({make});
    postgres::Call call = call_of({read, start_row(0)});
    call.read_write = false;
    servers["db-1"].run_sql(77, call, servers.now);
    servers.run_for(seconds(1));
    const postgres::Answer answer = servers.answers.at(77);
    ASSERT_FALSE(answer.outcome.ok());
    EXPECT_EQ(answer.outcome.error().index, 1U);
    EXPECT_EQ(answer.outcome.error().sqlstate, "25006");
}

TEST_F(Sql, the_ledger_is_lost_with_the_log_that_it_was_written_in) {
    servers.primary("db-0");
    Postgres& standby = servers.standby("db-1", "db-0");
    ask({make, run_once(0, "CREATE SCHEMA shop")});
    standby.set_faults({.receiver_stuck = true}, servers.now);
    ask({run_once(1, "CREATE SCHEMA stock")});
    servers["db-0"].kill("killed", servers.now);
    servers.run_for(seconds(1));
    ASSERT_TRUE(standby.promote(servers.now).ok());
    servers.run_for(seconds(1));
    const auto answer = ask({read}, "db-1");
    ASSERT_TRUE(answer.outcome.ok()) << answer.outcome.error().message;
    EXPECT_EQ(answer.outcome->of_statement.back(), (std::vector<postgres::Row>{{"0", "t"}}));
    EXPECT_FALSE(standby.catalogue().objects.contains("schema stock"));
}

TEST_F(Sql, a_call_that_is_cut_while_it_waits_for_a_standby_has_an_unknown_outcome) {
    Postgres& db = servers.primary("db-0", {{"synchronous_standby_names", "*"}});
    db.run_sql(5, call_of({make, read}), servers.now);
    servers.run_for(seconds(10));
    EXPECT_FALSE(servers.answers.contains(5));
    ASSERT_TRUE(db.stop(StopMode::fast, servers.now).ok());
    servers.run_for(seconds(1));
    const auto& failure = servers.answers.at(5).outcome.error();
    EXPECT_EQ(failure.index, 0U);
    EXPECT_EQ(failure.sqlstate, "57P01");
    EXPECT_TRUE(failure.unknown);
    EXPECT_TRUE(db.volume().catalogue(db.flushed()).objects.contains("schema bestgres"));
}

TEST_F(Sql, a_statement_that_waits_for_a_lock_goes_on_though_its_client_has_left) {
    Postgres& db = servers.primary("db-0");
    db.set_faults({.locks_held = true}, servers.now);
    db.run_sql(5,
               call_of({{"bootstrap.run", "CREATE SCHEMA shop", {}},
                        {"bootstrap.run", "CREATE SCHEMA stock", {}}}),
               servers.now);
    servers.run_for(seconds(30));
    db.abandon_sql(5);
    EXPECT_FALSE(db.catalogue().objects.contains("schema shop"));
    db.set_faults({}, servers.now);
    servers.run_for(seconds(1));
    EXPECT_TRUE(db.catalogue().objects.contains("schema shop"));
    EXPECT_FALSE(db.catalogue().objects.contains("schema stock"));
    EXPECT_FALSE(servers.answers.contains(5));
}

TEST_F(Sql, a_password_that_was_changed_by_hand_locks_the_operator_out) {
    Postgres& db = servers.primary("db-0");
    ASSERT_TRUE(db.change({{Change::Kind::set_password, "postgres", digest_of_password("new")}},
                          servers.now)
                    .ok());
    const auto answer = ask({make});
    ASSERT_FALSE(answer.outcome.ok());
    EXPECT_NE(answer.outcome.error().message.find("password authentication failed"),
              std::string::npos);
}

}  // namespace
}  // namespace bestgres::fakepatroni
