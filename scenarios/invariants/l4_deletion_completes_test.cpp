#include "scenarios/invariants/l4_deletion_completes.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct L4 : ::testing::Test, Court<L4DeletionCompletes> {
    L4() {
        tell(OperatorStarted{"operator-1"});
        change(the_user, kube::kinds::bg_cluster, deleting(cluster_json()));
    }
};

TEST_F(L4, a_deletion_may_take_its_time) {
    after(std::chrono::minutes(9), LineLogged{});
    remove(the_operator, ref_of(kube::kinds::bg_cluster, "db"));
    after(std::chrono::minutes(9), LineLogged{});
    EXPECT_EQ(said(), "");
}

TEST_F(L4, a_deletion_comes_to_an_end) {
    after(std::chrono::minutes(10), LineLogged{});
    after(std::chrono::minutes(10), LineLogged{});
    EXPECT_EQ(said(),
              "L4: Cluster shop/db is still being deleted 600.0 s after the last thing that "
              "happened");
}

// As that of a shard, which goes long after it was asked to.
TEST_F(L4, a_deletion_that_begins_late_has_its_time_all_the_same) {
    remove(the_operator, ref_of(kube::kinds::bg_cluster, "db"));
    truth.at = truth.at + std::chrono::minutes(20);
    change(the_operator, kube::kinds::bg_cluster, cluster_json());
    change(the_operator, kube::kinds::bg_cluster, deleting(cluster_json()));
    after(std::chrono::minutes(9), LineLogged{});
    EXPECT_EQ(said(), "");
    after(std::chrono::minutes(1), LineLogged{});
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(L4, a_world_at_rest_deletes_nothing_any_more) {
    after(std::chrono::minutes(7), Settled{});
    EXPECT_EQ(said(),
              "L4: Cluster shop/db is still being deleted 420.0 s after the last thing that "
              "happened");
}

TEST_F(L4, without_an_operator_nothing_is_due) {
    truth.who_operates[0].runs = false;
    tell(OperatorEnded{"operator-1"});
    after(std::chrono::hours(1), LineLogged{});
    EXPECT_EQ(said(), "");
    truth.who_operates[0].runs = true;
    tell(OperatorStarted{"operator-1"});
    after(std::chrono::minutes(9), LineLogged{});
    EXPECT_EQ(said(), "");
}

TEST_F(L4, what_was_released_and_what_is_in_an_ending_namespace_waits_for_nobody) {
    truth.run.edits = {{.id = "remove", .when = {}, .action = EndOperators{.released = true}},
                       {.id = "end",
                        .when = {},
                        .action = DeleteResource{.ref = {kube::kinds::namespace_, "", "shop"}}}};
    for (const char* const edit : {"remove", "end"}) {
        L4DeletionCompletes fresh;
        Findings found;
        fresh.on(EditMade{edit}, truth, found);
        fresh.on(Finished{true}, truth, found);
        ASSERT_EQ(found.found().size(), 1U);
        EXPECT_EQ(found.found()[0].sentence.substr(0, 44),
                  "Nobody is left to let go of BGCluster shop/d");

        L4DeletionCompletes disturbed;
        Findings none;
        disturbed.on(EditMade{edit}, truth, none);
        disturbed.on(FaultBegan{"f1"}, truth, none);
        disturbed.on(Finished{true}, truth, none);
        EXPECT_TRUE(none.found().empty());
    }
    tell(Finished{true});
    EXPECT_EQ(said(), "") << "nobody is removed";
}

TEST_F(L4, a_namespace_that_is_deleted_ends) {
    truth.run.edits = {{.id = "end",
                        .when = {},
                        .action = DeleteResource{.ref = {kube::kinds::namespace_, "", "shop"}}}};
    truth.store.erase(ref_of(kube::kinds::bg_cluster, "db"));
    Json ns = {{"metadata", {{"name", "shop"}}}};
    truth.put(kube::kinds::namespace_, deleting(ns));
    tell(EditMade{"end"});
    tell(Finished{false});
    EXPECT_EQ(said(), "L4: Namespace shop does not end");
}

TEST_F(L4, a_deletion_that_is_held_is_none_yet) {
    Json cluster = cluster_json();
    cluster["spec"]["deletionProtection"] = true;
    EXPECT_FALSE(is_going(kube::Object(deleting(cluster))));
    cluster["metadata"]["annotations"]["bestgres.io/confirm-deletion"] = "another";
    EXPECT_FALSE(is_going(kube::Object(deleting(cluster))));
    cluster["metadata"]["annotations"]["bestgres.io/confirm-deletion"] = "db";
    EXPECT_TRUE(is_going(kube::Object(deleting(cluster))));
    EXPECT_FALSE(is_going(kube::Object(cluster)));
}

TEST_F(L4, while_a_fault_lasts_nothing_is_due) {
    truth.faults = {{.id = "f1", .kind = FaultKind::kubelet_dead}};
    after(std::chrono::hours(1), LineLogged{});
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
