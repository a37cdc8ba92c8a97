#include "scenarios/invariants/l3_replication.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct L3 : ::testing::Test, DataCourt<L3Replication> {
    void copies_once() {
        servers["db-2"].kill("SIGKILL", servers.now);
        servers.run_for(std::chrono::seconds(1));
        servers["db-2"].wipe();
        EXPECT_TRUE(servers["db-2"].begin_base_backup(servers.now).ok());
        changed("db-2");
        servers["db-2"].cancel_work(servers.now);
        changed("db-2");
    }
};

TEST_F(L3, replicas_that_stream_are_lawful) {
    tell(Settled{});
    EXPECT_EQ(said(), "");
}

TEST_F(L3, a_replica_that_does_not_stream_is_not_at_rest) {
    servers["db-1"].kill("SIGKILL", servers.now);
    tell(Settled{});
    EXPECT_EQ(said(), "L3: db-1 of shop/db has come to rest and does not stream");
}

TEST_F(L3, a_copy_may_fail_once) {
    copies_once();
    copies_once();
    tell(FaultEnded{"f1"});
    copies_once();
    EXPECT_EQ(said(), "");
}

TEST_F(L3, a_copy_that_fails_while_a_fault_stands_is_tried_again) {
    truth.faults.push_back({.id = "f1", .kind = FaultKind::volume_full, .target = "db-2"});
    for (int time = 0; time < 5; ++time) {
        copies_once();
    }
    EXPECT_EQ(said(), "");
}

TEST_F(L3, a_member_does_not_copy_its_data_again_and_again) {
    copies_once();
    copies_once();
    copies_once();
    copies_once();
    EXPECT_EQ(said(),
              "L3: db-2 copies all data for the 3rd time, and nothing has happened meanwhile");
}

}  // namespace
}  // namespace bestgres::scenarios
