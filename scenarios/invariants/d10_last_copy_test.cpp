#include "scenarios/invariants/d10_last_copy.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct D10 : ::testing::Test, DataCourt<D10LastCopy> {
    void remove_volume_of(const std::string& pod) {
        call(the_operator,
             kube::Delete{.ref = ref_of(kube::kinds::persistent_volume_claim, "pgdata-" + pod)});
    }
};

TEST_F(D10, a_copy_of_which_there_is_another_may_go) {
    write(1);
    remove_volume_of("db-2");
    EXPECT_EQ(said(), "");
}

TEST_F(D10, the_copy_that_is_ahead_of_all_others_stays) {
    cut_off("db-1");
    cut_off("db-2");
    write(1);
    remove_volume_of("db-0");
    EXPECT_EQ(said(), "D10: operator-1 deletes pgdata-db-0, the copy that is ahead of all others");
}

TEST_F(D10, a_pod_that_holds_the_last_copy_on_a_volume_that_goes_stays) {
    cut_off("db-1");
    cut_off("db-2");
    write(1);
    const auto take = [&] {
        call(the_operator, kube::Delete{.ref = ref_of(kube::kinds::pod, "db-0")});
    };
    take();
    EXPECT_EQ(said(), "");
    truth.put(kube::kinds::persistent_volume_claim, deleting(claim_json("pgdata-db-0")));
    take();
    EXPECT_EQ(said(),
              "D10: operator-1 takes db-0 and with it a volume that is being deleted, the copy "
              "that is ahead of all others");
}

TEST_F(D10, a_member_that_is_ahead_of_all_that_stay_does_not_leave) {
    const auto let_leave = [this](std::int64_t to) {
        Json set = labelled("db");
        set["spec"]["replicas"] = to + 1;
        truth.put(kube::kinds::stateful_set, set);
        call(the_operator, kube::Patch{.ref = ref_of(kube::kinds::stateful_set, "db"),
                                       .type = kube::PatchType::merge,
                                       .body = {{"spec", {{"replicas", to}}}}});
    };
    write(1);
    let_leave(2);
    EXPECT_EQ(said(), "");
    die("db-0");
    promote("db-2");
    let_leave(0);
    EXPECT_EQ(said(), "") << "to rest";
    let_leave(2);
    EXPECT_EQ(said(), "D10: operator-1 lets db-2 leave, the copy that is ahead of all others");
}

TEST_F(D10, a_copy_on_an_older_timeline_is_no_copy) {
    die("db-0");
    promote("db-1");
    remove_volume_of("db-1");
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(D10, a_volume_without_data_is_no_copy) {
    servers["db-2"].kill("SIGKILL", servers.now);
    servers["db-2"].wipe();
    remove_volume_of("db-2");
    EXPECT_EQ(said(), "");
}

TEST_F(D10, a_member_is_not_reinitialized_while_nobody_else_has_its_data) {
    cut_off("db-1");
    cut_off("db-2");
    write(1);
    tell(PatroniAsked{the_operator,
                      {.ns = "shop",
                       .pod = "db-0",
                       .pod_uid = uid("db-0"),
                       .verb = patroni::Verb::reinitialize}});
    EXPECT_EQ(said(), "D10: operator-1 reinitializes db-0, the copy that is ahead of all others");
}

TEST_F(D10, a_cluster_that_is_deleted_with_its_volumes_loses_the_last) {
    truth.put(kube::kinds::bg_cluster,
              deleting(with_retention(cluster_json(), "Delete", "Retain")));
    truth.who_runs.clear();
    truth.volumes["uid-of-persistentvolumeclaims-pgdata-db-0"] = &servers["db-0"].volume();
    remove_volume_of("db-0");
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
