#include "scenarios/invariants/k2_disturb_primary.hpp"

#include "operator/api/operation.hpp"
#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K2 : ::testing::Test, Court<K2DisturbPrimary> {
    void take(const std::string& pod) {
        const kube::Ref ref = ref_of(kube::kinds::pod, pod);
        call(the_operator,
             kube::Delete{.ref = ref, .only_if = {.uid = std::string(truth.object(ref).uid())}});
    }
    void scale(int to) {
        call(the_operator, kube::Patch{.ref = ref_of(kube::kinds::stateful_set, "db"),
                                       .body = {{"spec", {{"replicas", to}}}}});
    }
    void hand_over(const std::string& from, const std::string& to) {
        patroni::Call asked{.ns = "shop",
                            .pod = from,
                            .pod_uid = "uid-of-pods-" + from,
                            .verb = patroni::Verb::switchover};
        tell(PatroniAsked{the_operator, asked});
        change(a_member, kube::kinds::config_map, config_map_json("db-leader", {{"leader", to}}));
    }
};

TEST_F(K2, a_replica_may_be_replaced) {
    take("db-1");
    EXPECT_EQ(said(), "");
}

TEST_F(K2, the_leader_is_not_taken_without_a_hand_over) {
    take("db-0");
    EXPECT_EQ(said(), "K2: operator-1 takes away db-0, which leads shop/db, without a hand-over");
}

TEST_F(K2, a_stateful_set_takes_its_pods_along_unless_they_are_orphaned) {
    truth.put(kube::kinds::stateful_set, labelled("db"));
    const kube::Ref set = ref_of(kube::kinds::stateful_set, "db");
    call(the_operator, kube::Delete{.ref = set, .propagation = kube::Propagation::orphan});
    EXPECT_EQ(said(), "");
    call(the_operator, kube::Delete{.ref = set, .propagation = kube::Propagation::background});
    EXPECT_EQ(said(), "K2: operator-1 takes away db-0, which leads shop/db, without a hand-over");
}

TEST_F(K2, after_the_hand_over_the_former_leader_may_go) {
    hand_over("db-0", "db-1");
    take("db-0");
    EXPECT_EQ(said(), "");
}

TEST_F(K2, a_holder_in_which_nothing_runs_serves_nobody) {
    truth.who_runs[0].patroni_runs = false;
    take("db-0");
    EXPECT_EQ(said(), "");
}

TEST_F(K2, the_only_member_may_be_replaced) {
    truth = healthy_truth(1);
    take("db-0");
    EXPECT_EQ(said(), "");
}

TEST_F(K2, a_cluster_that_is_deleted_needs_no_leader) {
    truth.put(kube::kinds::bg_cluster, deleting(cluster_json()));
    take("db-0");
    EXPECT_EQ(said(), "");
}

TEST_F(K2, of_a_cluster_that_goes_to_rest_the_leader_stops_last) {
    Json resting = cluster_json();
    resting["spec"]["hibernate"] = true;
    truth.put(kube::kinds::bg_cluster, resting);
    take("db-0");
    EXPECT_EQ(said(), "K2: operator-1 takes away db-0, which leads shop/db, without a hand-over");
}

TEST_F(K2, the_only_member_that_is_left_may_go) {
    truth.store.erase(ref_of(kube::kinds::pod, "db-1"));
    truth.store.erase(ref_of(kube::kinds::pod, "db-2"));
    take("db-0");
    EXPECT_EQ(said(), "");
}

TEST_F(K2, scaling_in_does_not_take_the_leader_with_it) {
    Json set = labelled("db");
    set["spec"]["replicas"] = 3;
    truth.put(kube::kinds::stateful_set, set);
    scale(2);
    EXPECT_EQ(said(), "");
    truth.put(kube::kinds::config_map, config_map_json("db-leader", {{"leader", "db-2"}}));
    scale(2);
    EXPECT_EQ(said(), "K2: operator-1 takes away db-2, which leads shop/db, without a hand-over");
}

TEST_F(K2, the_leader_does_not_hand_over_again_and_again) {
    hand_over("db-0", "db-1");
    hand_over("db-1", "db-2");
    EXPECT_EQ(said(), "");
    hand_over("db-2", "db-0");
    EXPECT_EQ(said(), "K2: The leader of shop/db was asked to hand over 3 times for one edit");
}

TEST_F(K2, each_edit_may_cost_hand_overs_of_its_own) {
    hand_over("db-0", "db-1");
    hand_over("db-1", "db-2");
    tell(EditMade{"e2"});
    hand_over("db-2", "db-0");
    EXPECT_EQ(said(), "");
}

TEST_F(K2, each_operation_that_begins_may_cost_them_too) {
    hand_over("db-0", "db-1");
    hand_over("db-1", "db-2");
    change(the_operator, kube::kinds::bg_db_ops,
           {{"metadata", {{"name", "over"}}},
            {"spec", {{"bgCluster", "db"}, {"op", "switchover"}}},
            {"status", {{"phase", "Running"}}}});
    hand_over("db-2", "db-0");
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
