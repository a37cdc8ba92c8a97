#include "operator/adapters/postgres_sql.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

namespace bestgres::adapters {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* bin = "/usr/lib/postgresql/15/bin";

// A real PostgreSQL of its own on an address of its own; as root it runs as `nobody`.
class RealPostgres : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder() = fs::temp_directory_path() / ("bgsql-" + std::to_string(getpid()));
        fs::create_directories(folder());
        const std::string as =
            getuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
        const std::string where = folder().string();
        const std::string script =
            "chmod 777 " + where + " && cd " + where + " && echo secret > pw && chmod 644 pw && " +
            as + bin + "/initdb -D data -U postgres -A scram-sha-256 --pwfile=pw >log 2>&1 && " +
            as + bin + "/pg_ctl -D data -w -l server.log -o \"-h " + address() + " -k " + where +
            " -c fsync=off -c shared_buffers=16MB\" start >>log 2>&1";
        started() = system(script.c_str()) == 0;
    }
    static void TearDownTestSuite() {
        const std::string as =
            getuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
        const std::string stop = as + bin + "/pg_ctl -D " + (folder() / "data").string() +
                                 " -m immediate stop >/dev/null 2>&1";
        EXPECT_EQ(system(stop.c_str()), 0);
        fs::remove_all(folder());
    }
    void SetUp() override {
        ASSERT_TRUE(started()) << "PostgreSQL could not be started below " << folder();
    }

    static fs::path& folder() {
        static fs::path path;
        return path;
    }
    static bool& started() {
        static bool value = false;
        return value;
    }
    static std::string address() { return "127.99.3." + std::to_string(1 + getpid() % 250); }

    postgres::Call call_of(std::vector<postgres::Statement> statements) const {
        postgres::Call call;
        call.ns = "shop";
        call.pod = "db-0";
        call.address = address();
        call.password = "secret";
        call.statements = std::move(statements);
        call.deadline = seconds(10);
        return call;
    }

    Result<postgres::Rows, postgres::Failure> ask(const postgres::Call& call) {
        http::EventLoop loop;
        std::optional<postgres::Answer> answer;
        PostgresSql sql(loop, [&](postgres::Answer given) { answer = std::move(given); });
        sql.submit(1, call);
        EXPECT_TRUE(loop.run_until([&] { return answer.has_value(); }, seconds(20)));
        return answer->outcome;
    }
};

TEST_F(RealPostgres, runs_statements_in_order_and_returns_their_rows) {
    const auto rows = ask(call_of({{"make", "create temp table t (a int, b text)", {}},
                                   {"fill", "insert into t values (1, $1), (2, null)", {"x'y"}},
                                   {"read", "select a, b from t order by a", {}}}));
    ASSERT_TRUE(rows.ok()) << rows.error().message;
    ASSERT_EQ(rows->of_statement.size(), 3U);
    EXPECT_EQ(rows->of_statement[2],
              (std::vector<postgres::Row>{{"1", "x'y"}, {"2", std::nullopt}}));
}

TEST_F(RealPostgres, stops_at_the_first_failure_and_names_it_without_its_text) {
    const auto rows = ask(call_of({{"good", "select 1", {}},
                                   {"bad", "select * from nowhere", {}},
                                   {"never", "select 2", {}}}));
    ASSERT_FALSE(rows.ok());
    EXPECT_EQ(rows.error().index, 1U);
    EXPECT_EQ(rows.error().sqlstate, "42P01");
    EXPECT_FALSE(rows.error().unknown);
    EXPECT_EQ(rows.error().message,
              "bad on shop/db-0: ERROR:  relation \"nowhere\" does not exist");
}

TEST_F(RealPostgres, reports_a_wrong_password_without_repeating_it) {
    postgres::Call call = call_of({{"read", "select 1", {}}});
    call.password = "wrong-one";
    const auto rows = ask(call);
    ASSERT_FALSE(rows.ok());
    EXPECT_EQ(rows.error().index, std::nullopt);
    EXPECT_FALSE(rows.error().unknown);
    EXPECT_NE(rows.error().message.find("password authentication failed"), std::string::npos);
    EXPECT_EQ(rows.error().message.find("wrong-one"), std::string::npos);
}

TEST_F(RealPostgres, calls_a_statement_without_an_answer_unknown) {
    postgres::Call call = call_of({{"slow", "select pg_sleep(30)", {}}});
    call.deadline = milliseconds(500);
    const auto rows = ask(call);
    ASSERT_FALSE(rows.ok());
    EXPECT_TRUE(rows.error().unknown);
    EXPECT_EQ(rows.error().message, "slow on shop/db-0: no answer in time");
}

TEST_F(RealPostgres, knows_that_nothing_was_done_where_nobody_listens) {
    postgres::Call call = call_of({{"read", "select 1", {}}});
    call.port = 1;
    const auto rows = ask(call);
    ASSERT_FALSE(rows.ok());
    EXPECT_FALSE(rows.error().unknown);
    EXPECT_NE(rows.error().message.find("Connection refused"), std::string::npos)
        << rows.error().message;
}

}  // namespace
}  // namespace bestgres::adapters
