#include "scenarios/invariants/c1_placements.hpp"

#include "scenarios/invariants/citus_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;
using std::chrono::minutes;
using std::chrono::seconds;

struct C1 : ::testing::Test, CitusCourt<C1Placements> {};

TEST_F(C1, lets_an_empty_node_leave) {
    changed();
    drain(1);
    changed();
    register_away(1);
    changed();
    EXPECT_EQ(alarms(), 0U) << said();
}

TEST_F(C1, catches_a_node_that_leaves_with_shards) {
    changed();
    write(0, {fakepatroni::drop_node(node(1))});
    changed();
    ASSERT_GE(alarms(), 1U);
    EXPECT_NE(said().find("is placed on group 1 of shop, which is not registered"),
              std::string::npos);
}

TEST_F(C1, catches_a_node_that_another_one_still_has_shards_on) {
    drain(1);
    changed();
    write(2, {fakepatroni::put_placement({tables().shards.begin()->first, 1})});
    register_away(1);
    changed();
    ASSERT_EQ(alarms(), 1U) << said();
    EXPECT_NE(said().find("group 1 of shop was removed while group 2 of shop places shard"),
              std::string::npos);
}

// One that was too quick for it is found, and ended, before the node leaves.
TEST_F(C1, lets_a_node_be_inactive_while_a_transaction_is_prepared_on_it) {
    drain(1);
    changed();
    write(1, fakepatroni::prepare("citus_0_1", {}));
    ask(fakepatroni::DisableNode{pod_of_group(1)});
    changed();
    EXPECT_EQ(alarms(), 0U) << said();
}

TEST_F(C1, catches_a_node_that_leaves_with_a_prepared_transaction) {
    drain(1);
    changed();
    write(1, fakepatroni::prepare("citus_0_1", {}));
    register_away(1);
    changed();
    ASSERT_EQ(alarms(), 1U) << said();
    EXPECT_NE(said().find("while a transaction is prepared on it"), std::string::npos);
}

TEST_F(C1, lets_replicas_of_reference_tables_go_with_their_node) {
    ask(fakepatroni::CreateTable{{"countries", fakepatroni::TableKind::reference, true}, 1});
    drain(1);
    changed();
    register_away(1);
    changed();
    EXPECT_EQ(alarms(), 0U) << said();
}

}  // namespace
}  // namespace bestgres::scenarios
