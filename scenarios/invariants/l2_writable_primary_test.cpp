#include "scenarios/invariants/l2_writable_primary.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct L2 : ::testing::Test, DataCourt<L2WritablePrimary> {
    void time_passes(int seconds) {
        for (int second = 0; second < seconds; ++second) {
            after(std::chrono::seconds(1), LineLogged{});
        }
    }
};

TEST_F(L2, a_failover_may_take_its_time) {
    die("db-0");
    time_passes(80);
    promote("db-1");
    time_passes(300);
    EXPECT_EQ(said(), "");
}

TEST_F(L2, a_cluster_with_a_member_that_can_lead_is_not_left_without_a_primary) {
    die("db-0");
    time_passes(300);
    EXPECT_EQ(said(),
              "L2: Nobody can write to shop/db for 86.0 s, although db-1 can lead for 86.0 s");
}

TEST_F(L2, while_a_fault_lasts_nothing_is_due) {
    truth.faults = {{.id = "f1", .kind = FaultKind::api_outage}};
    die("db-0");
    time_passes(300);
    EXPECT_EQ(said(), "");
}

TEST_F(L2, after_a_fault_the_time_begins_anew) {
    die("db-0");
    time_passes(80);
    truth.disturbed_until = truth.at;
    time_passes(80);
    EXPECT_EQ(said(), "");
}

TEST_F(L2, where_nobody_can_lead_nothing_is_due) {
    die("db-0");
    die("db-1");
    die("db-2");
    time_passes(300);
    EXPECT_EQ(said(), "");
}

TEST_F(L2, who_is_too_far_behind_cannot_lead) {
    truth.put(kube::kinds::config_map,
              config_map_json("db-leader", {{"leader", "db-0"}, {"optime", "900000000"}}));
    die("db-0");
    time_passes(300);
    EXPECT_EQ(said(), "");
}

TEST_F(L2, a_cluster_that_is_stopped_or_paused_needs_none) {
    truth.put(kube::kinds::config_map,
              config_map_json("db-config", {{"initialize", "7"}, {"config", R"({"pause":true})"}}));
    die("db-0");
    time_passes(300);
    EXPECT_EQ(said(), "");
}

TEST_F(L2, clients_of_a_name_that_another_has_taken_are_that_ones) {
    Json service = labelled("db");
    service["metadata"]["labels"]["bestgres.io/owner-uid"] = "another";
    truth.put(kube::kinds::service, service);
    member("db-0").reachable = false;
    changed("db-0");
    time_passes(300);
    EXPECT_EQ(said(), "");

    truth.put(kube::kinds::service, labelled("db"));
    time_passes(300);
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(L2, a_primary_that_no_client_reaches_is_none) {
    member("db-0").reachable = false;
    changed("db-0");
    time_passes(300);
    EXPECT_EQ(alarms(), 1U);
}

}  // namespace
}  // namespace bestgres::scenarios
