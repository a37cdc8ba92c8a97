#include "scenarios/invariants/d2_acknowledged.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct D2 : ::testing::Test, DataCourt<D2Acknowledged> {
    void fail_over() {
        die("db-0");
        promote("db-1");
    }
};

TEST_F(D2, a_primary_that_has_everything_is_lawful) {
    write(1, true);
    write(2);
    fail_over();
    EXPECT_EQ(said(), "");
}

TEST_F(D2, a_commit_under_a_synchronous_promise_is_never_lost) {
    write(1, true);
    cut_off("db-1");
    write(2, true);
    fail_over();
    EXPECT_EQ(said(),
              "D2: db-1 leads shop/db without commit 2, which was acknowledged under a "
              "synchronous promise");
}

TEST_F(D2, a_little_may_be_lost_where_nothing_was_promised) {
    write(1);
    cut_off("db-1");
    write(2);
    fail_over();
    EXPECT_EQ(said(), "");
}

// More commits than are remembered, and all of them are small.
TEST_F(D2, how_much_is_lost_is_told_by_what_the_new_primary_has) {
    write(1);
    cut_off("db-1");
    for (std::uint64_t commit = 2; commit < 60; ++commit) {
        write(commit);
    }
    fail_over();
    EXPECT_EQ(said(), "");
}

TEST_F(D2, what_nobody_was_told_is_no_loss) {
    cut_off("db-1");
    tell(WriteBegun{"client-1", "db", 2, uid("db-0")});
    tell(WriteEnded{"client-1", "db", 2, WriteResult::unknown, true});
    fail_over();
    EXPECT_EQ(said(), "");
}

TEST_F(D2, more_than_the_lag_that_the_spec_allows_is_too_much) {
    write(1);
    cut_off("db-1");
    EXPECT_TRUE(servers["db-0"].begin_commit({.id = 90, .bytes = 8U << 20U}, servers.now).ok());
    write(2);
    truth.at = truth.at + std::chrono::minutes(5);
    write(3);
    fail_over();
    EXPECT_NE(said().find("db-1 leads shop/db without commit 2 and "), std::string::npos) << said();
}

TEST_F(D2, what_was_deleted_with_its_volumes_is_not_missed) {
    write(1, true);
    truth.put(kube::kinds::bg_cluster,
              deleting(with_retention(cluster_json(), "Delete", "Retain")));
    remove(the_operator, ref_of(kube::kinds::bg_cluster, "db"));
    servers["db-1"].kill("SIGKILL", servers.now);
    servers.run_for(std::chrono::seconds(1));
    servers["db-1"].wipe();
    EXPECT_TRUE(servers["db-1"].initdb({.system_identifier = "88"}, servers.now).ok());
    servers.run_for(std::chrono::seconds(5));
    EXPECT_TRUE(servers["db-1"].start({.standby = false}, servers.now).ok());
    servers.run_for(std::chrono::seconds(5));
    changed("db-1");
    EXPECT_EQ(said(), "");
}

TEST_F(D2, what_is_lost_is_told_once) {
    cut_off("db-1");
    write(2, true);
    fail_over();
    changed("db-1");
    die("db-1");
    promote("db-2");
    EXPECT_EQ(alarms(), 1U);
}

}  // namespace
}  // namespace bestgres::scenarios
