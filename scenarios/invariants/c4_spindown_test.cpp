#include "scenarios/invariants/c4_spindown.hpp"

#include "scenarios/invariants/citus_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;
using std::chrono::minutes;
using std::chrono::seconds;

struct C4 : ::testing::Test, CitusCourt<C4Spindown> {
    C4() {
        changed();
        change(the_user, kube::kinds::bg_cluster, deleting(group_json(1)));
    }
    void operator_deletes(const kube::Kind& kind, GroupId group, const Actor& who = the_operator) {
        const bool claim = kind == kube::kinds::persistent_volume_claim;
        const std::string name = claim ? "pgdata-" + pod_of_group(group) : cluster_of_group(group);
        Json object = labelled(name);
        object["metadata"]["labels"][std::string(manifests::cluster_label)] =
            cluster_of_group(group);
        truth.put(kind, std::move(object));
        call(who, kube::Delete{.ref = ref_of(kind, name)});
    }
    void removes(GroupId group) {
        drain(group);
        lose(group);
        register_away(group);
        changed();
    }
};

TEST_F(C4, lets_everything_go_of_a_shard_that_was_drained_stopped_and_removed) {
    removes(1);
    operator_deletes(kube::kinds::stateful_set, 1);
    operator_deletes(kube::kinds::persistent_volume_claim, 1);
    EXPECT_EQ(alarms(), 0U) << said();
}

TEST_F(C4, catches_a_shard_that_goes_before_it_is_drained) {
    operator_deletes(kube::kinds::stateful_set, 1);
    ASSERT_EQ(alarms(), 1U) << said();
    EXPECT_NE(said().find("while group 0 of shop places shard"), std::string::npos);
}

TEST_F(C4, catches_a_shard_that_goes_before_it_is_removed) {
    drain(1);
    operator_deletes(kube::kinds::stateful_set, 1);
    ASSERT_EQ(alarms(), 1U) << said();
    EXPECT_NE(said().find("has it in pg_dist_node"), std::string::npos);
}

TEST_F(C4, catches_volumes_that_go_while_another_node_still_knows_the_shard) {
    removes(1);
    write(2, {fakepatroni::put(CitusNode{.id = 2, .group = 1, .host = pod_of_group(1)})});
    operator_deletes(kube::kinds::persistent_volume_claim, 1);
    ASSERT_EQ(alarms(), 1U) << said();
    EXPECT_NE(said().find("group 2 of shop has it in pg_dist_node"), std::string::npos);
}

TEST_F(C4, catches_a_volume_that_a_process_runs_on) {
    drain(1);
    register_away(1);
    changed();
    operator_deletes(kube::kinds::persistent_volume_claim, 1);
    ASSERT_EQ(alarms(), 1U) << said();
    EXPECT_NE(said().find("runs on it"), std::string::npos);
}

TEST_F(C4, catches_a_shard_that_goes_with_a_prepared_transaction) {
    drain(1);
    write(1, fakepatroni::prepare("citus_0_1", {}));
    changed();
    lose(1);
    register_away(1);
    operator_deletes(kube::kinds::stateful_set, 1);
    ASSERT_EQ(alarms(), 1U) << said();
    EXPECT_NE(said().find("a transaction is prepared on it"), std::string::npos);
}

TEST_F(C4, asks_nothing_where_the_whole_cluster_goes_or_another_one_deletes) {
    operator_deletes(kube::kinds::stateful_set, 1, a_controller);
    operator_deletes(kube::kinds::stateful_set, 2);
    change(the_user, kube::kinds::bg_cluster, deleting(group_json(0)));
    operator_deletes(kube::kinds::stateful_set, 1);
    EXPECT_EQ(alarms(), 0U) << said();
}

}  // namespace
}  // namespace bestgres::scenarios
