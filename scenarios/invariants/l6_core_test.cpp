#include "scenarios/invariants/l6_core.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct L6 : ::testing::Test, DataCourt<L6Core> {
    void for_ever(FaultKind kind, const char* target) {
        truth.faults = {{.id = "f1", .kind = kind, .target = target, .for_ever = true}};
        tell(FaultBegan{"f1"});
    }
    void time_passes() {
        for (int second = 0; second < 200; ++second) {
            after(std::chrono::seconds(1), LineLogged{});
        }
    }
};

TEST_F(L6, what_is_left_goes_on) {
    for_ever(FaultKind::node_crash, "node-1");
    die("db-0");
    promote("db-1");
    time_passes();
    EXPECT_EQ(said(), "");
}

TEST_F(L6, a_dead_node_does_not_stop_the_cluster) {
    for_ever(FaultKind::node_crash, "node-1");
    die("db-0");
    time_passes();
    EXPECT_EQ(said(),
              "L6: Nobody can write to shop/db for 86.0 s, although db-1 is outside of every "
              "fault and can lead");
}

TEST_F(L6, a_lock_that_its_holder_is_slow_to_give_up_is_taken) {
    for_ever(FaultKind::slow_shutdown, "db-0");
    die("db-0");
    member("db-0").patroni_runs = true;
    member("db-0").believes_to_lead = true;
    time_passes();
    EXPECT_EQ(said(), "");
}

TEST_F(L6, without_an_api_server_nobody_can_lead) {
    for_ever(FaultKind::api_outage, "");
    die("db-0");
    time_passes();
    EXPECT_EQ(said(), "");
}

TEST_F(L6, who_is_hit_himself_need_not_lead) {
    truth.who_runs.resize(2);
    for_ever(FaultKind::partition, "node-2=api");
    die("db-0");
    time_passes();
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
