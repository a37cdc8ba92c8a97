#include "scenarios/invariants/d4_history.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct D4 : ::testing::Test, DataCourt<D4History> {
    void status_says(std::int64_t timeline) {
        Json cluster = cluster_json();
        cluster["status"]["timeline"] = timeline;
        change(the_operator, kube::kinds::bg_cluster, cluster);
        tell(OperatorStarted{"operator-1"});
        tell(Settled{});
    }
};

TEST_F(D4, a_timeline_that_grows_is_lawful) {
    die("db-0");
    promote("db-1");
    changed("db-2");
    EXPECT_EQ(said(), "");
}

TEST_F(D4, a_timeline_never_goes_back) {
    promote("db-1");
    changed("db-0");
    EXPECT_EQ(said(), "D4: db-0 leads shop/db on timeline 1, after timeline 2");
}

// It refuses connections, those of its Patroni too, and nobody else knows.
TEST_F(D4, the_status_need_not_say_a_timeline_that_a_fault_hides) {
    truth.faults.push_back(
        {.id = "f1", .kind = FaultKind::connections_full, .target = "db-1", .for_ever = true});
    die("db-0");
    promote("db-1");
    status_says(1);
    EXPECT_EQ(said(), "");
}

TEST_F(D4, the_status_says_the_timeline_of_the_primary) {
    status_says(1);
    EXPECT_EQ(said(), "");
    status_says(3);
    EXPECT_EQ(said(), "D4: The status of shop/db says timeline 3, its primary is on 1");
}

TEST_F(D4, a_status_that_no_operator_can_write_is_not_due) {
    truth.faults = {{.id = "f1", .kind = FaultKind::operator_pause, .for_ever = true}};
    status_says(3);
    EXPECT_EQ(said(), "");
}

TEST_F(D4, a_history_of_its_own_is_not_ready_for_long) {
    cut_off("db-1");
    write(1);
    promote("db-1");
    member("db-0").reachable = false;
    die("db-0");
    servers.run_for(std::chrono::seconds(1));
    changed("db-2");
    after(std::chrono::minutes(1), LineLogged{});
    EXPECT_EQ(said(), "");
    after(std::chrono::minutes(2), LineLogged{});
    after(std::chrono::minutes(2), LineLogged{});
    EXPECT_EQ(said(),
              "D4: db-2 has been ready for 180.0 s although its history has parted from the "
              "primary's");
}

TEST_F(D4, a_timeline_that_looks_like_the_upstreams_is_about_to_be_replaced) {
    die("db-0");
    promote("db-1");
    promote("db-2");
    die("db-1");
    member("db-1").postgres = &servers["db-1"];
    cut_off("db-1");
    servers.start_standby("db-1", "db-2");
    ASSERT_TRUE(servers["db-1"].connection());
    ASSERT_TRUE(servers["db-1"].volume().wal.diverges_from(servers["db-2"].volume().wal));
    changed("db-1");
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
