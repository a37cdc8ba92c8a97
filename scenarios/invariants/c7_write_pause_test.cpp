#include "scenarios/invariants/c7_write_pause.hpp"

#include "scenarios/invariants/citus_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;
using std::chrono::minutes;
using std::chrono::seconds;

struct C7 : ::testing::Test, CitusCourt<C7WritePause> {
    void hand_over_begins() {
        server(0).run_citus(fakepatroni::BeginTransaction{}, servers.now);
        run_for(seconds(1));
        server(0).run_citus(fakepatroni::UpdateNode{node(1), "demoted"}, servers.now);
        run_for(seconds(1));
        changed();
    }
    void hand_over_ends() {
        server(0).run_citus(fakepatroni::EndTransaction{true}, servers.now);
        run_for(seconds(1));
        changed();
    }
};

TEST_F(C7, lets_a_hand_over_hold_writes_back_for_a_while) {
    hand_over_begins();
    after(seconds(60), FaultEnded{"f1"});
    hand_over_ends();
    after(minutes(5), FaultEnded{"f1"});
    EXPECT_EQ(alarms(), 0U) << said();
}

TEST_F(C7, catches_writes_that_are_never_let_go_once) {
    hand_over_begins();
    after(minutes(2), FaultEnded{"f1"});
    after(minutes(2), FaultEnded{"f1"});
    ASSERT_EQ(alarms(), 1U) << said();
    EXPECT_NE(said().find("writes to group 1 of shop have been held back for"), std::string::npos);
}

TEST_F(C7, a_node_that_was_taken_out_of_transactions_is_written_to_by_nobody) {
    drain(1);
    ask(fakepatroni::DisableNode{pod_of_group(1)});
    hand_over_begins();
    after(minutes(2), FaultEnded{"f1"});
    EXPECT_EQ(alarms(), 0U) << said();
}

TEST_F(C7, asks_nothing_of_a_coordinator_that_is_gone_or_stands_still) {
    hand_over_begins();
    member(0).patroni_frozen = true;
    changed();
    after(minutes(5), FaultEnded{"f1"});
    EXPECT_EQ(alarms(), 0U) << said();
    member(0).patroni_frozen = false;
    lose(0);
    tell(PostgresChanged{uid(0)});
    after(minutes(5), FaultEnded{"f1"});
    EXPECT_EQ(alarms(), 0U) << said();
}

TEST_F(C7, counts_only_while_somebody_could_be_written_to) {
    hand_over_begins();
    lose(1);
    tell(PostgresChanged{uid(1)});
    after(minutes(5), FaultEnded{"f1"});
    EXPECT_EQ(alarms(), 0U) << said();
}

TEST_F(C7, knows_that_patroni_3_waits_for_ever_where_a_call_is_lost) {
    truth.run.topology.patroni = PatroniVersion::v3_0;
    truth.run.faults.push_back({});
    hand_over_begins();
    after(minutes(5), FaultEnded{"f1"});
    EXPECT_EQ(alarms(), 0U) << said();
    truth.run.faults.clear();
    after(seconds(1), FaultEnded{"f1"});
    EXPECT_EQ(alarms(), 1U) << said();
}

}  // namespace
}  // namespace bestgres::scenarios
