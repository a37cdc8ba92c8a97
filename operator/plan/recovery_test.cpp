#include <gtest/gtest.h>

#include "operator/manifests/labels.hpp"
#include "operator/plan/testing.hpp"

namespace bestgres::plan {
namespace {

using kube::kinds::persistent_volume_claim;
using testing::TestCluster;
using testing::texts;

TestCluster dead_bootstrap() {
    TestCluster db;
    db.dcs("db-config", {{"initialize", ""}, {"config", nullptr}});
    db.dcs("db-leader", {{"leader", nullptr}});
    for (const char* const pod : {"db-0", "db-1", "db-2"}) {
        db.unready(pod).member_says(pod, {{"state", "stopped"}, {"role", "uninitialized"}});
    }
    return db;
}

TEST(RepairBootstrap, nulls_an_empty_initialize_when_nobody_bootstraps_and_nobody_has_data) {
    TestCluster db = dead_bootstrap();
    db.fresh();

    const Plan plan = db.plan();

    ASSERT_EQ(plan.steps.size(), 1U);
    const auto& patch = std::get<PatchObject>(plan.steps[0].effect);
    EXPECT_EQ(patch.ref.name, "db-config");
    EXPECT_EQ(dump(patch.merge), R"({"metadata":{"annotations":{"initialize":null}}})");
    EXPECT_EQ(patch.resource_version, "10");
}

TEST(RepairBootstrap, waits_until_a_living_bootstrapper_would_have_spoken) {
    TestCluster db = dead_bootstrap();
    const kube::Ref config{kube::kinds::config_map, "shop", "db-config"};
    db.facts().unchanged_since[config] = db.facts().now - std::chrono::seconds(5);

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(), texts({"a member that bootstraps, or proof that none does"}));
    EXPECT_EQ(db.plan().look_again, db.facts().now + std::chrono::seconds(20));
}

TEST(RepairBootstrap, says_what_to_do_where_the_data_of_an_earlier_cluster_is_gone) {
    TestCluster db = dead_bootstrap();
    db.dcs("db-config", {{"initialize", "7710296287858203009"}});

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(),
              texts({"a member with the data of system 7710296287858203009: every volume is empty. "
                     "If that data is surely gone, kubectl delete configmap db-config "
                     "db-failover db-leader db-sync"}));
}

TEST(RepairBootstrap, leaves_a_bootstrapper_alone) {
    TestCluster db = dead_bootstrap();
    db.member_says("db-1", {{"state", "initializing new cluster"}});

    EXPECT_EQ(db.steps(), texts({}));
}

TEST(RepairBootstrap, leaves_everything_alone_while_a_member_does_not_run) {
    TestCluster db = dead_bootstrap();
    db.not_running("db-2");

    EXPECT_EQ(db.steps(), texts({}));
}

TEST(RepairBootstrap, believes_a_member_itself_more_than_its_annotation) {
    TestCluster db = dead_bootstrap();
    db.fresh();
    db.facts().rest.at("uid-pods-db-1").state = patroni::State::bootstrapping;

    EXPECT_EQ(db.steps(), texts({}));
}

TEST(RepairBootstrap, minds_a_volume_that_no_member_looks_into) {
    TestCluster db = dead_bootstrap();
    db.facts().objects[{persistent_volume_claim, "shop", "pgdata-db-5"}] =
        db.facts().objects[{persistent_volume_claim, "shop", "pgdata-db-0"}];

    EXPECT_EQ(db.steps(), texts({}));
}

TEST(RecoverVolume, replaces_a_replica_whose_claim_is_gone) {
    TestCluster db;
    db.without(persistent_volume_claim, "pgdata-db-1");

    EXPECT_EQ(db.steps(), texts({"EvictPod db-1"}));
    EXPECT_EQ(db.plan().steps[0].because, "db-1 starts anew, because its volume claim is gone");
}

TEST(RecoverVolume, hands_over_first_when_the_primary_sits_on_a_dying_volume) {
    TestCluster db;
    db.being_deleted(persistent_volume_claim, "pgdata-db-0");

    EXPECT_EQ(db.steps(), texts({"Switchover db-0 to db-1"}));
}

TEST(RecoverVolume, never_throws_away_the_last_good_copy_and_says_how_to_save_it) {
    TestCluster db("instances: 1\n");
    db.being_deleted(persistent_volume_claim, "pgdata-db-0");

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(), texts({"a healthy replica: db-0 holds the last good copy, and its volume "
                                 "claim is being deleted. With instances: 2 another member gets a "
                                 "copy"}));
}

TEST(RecoverVolume, hands_over_to_the_member_that_was_asked_for_to_save_the_last_copy) {
    TestCluster db("instances: 2\n");
    db.without(persistent_volume_claim, "pgdata-db-0");

    EXPECT_EQ(db.steps(), texts({"Switchover db-0 to db-1"}));
}

// Otherwise the cluster waits for ever: for a replica that may stay, while those that are there may
// not leave.
TEST(RecoverVolume, hands_over_to_a_member_that_is_to_leave_where_no_other_is_there) {
    TestCluster db;
    db.asks("instances: 1\n").without(kube::kinds::pod_disruption_budget, "db");
    db.being_deleted(persistent_volume_claim, "pgdata-db-0");

    EXPECT_EQ(db.steps(), texts({"Switchover db-0 to db-1"}));
}

// The three processes still hold the data. One replica starts anew, and while it comes the others
// stay as they are.
TEST(RecoverVolume, gets_a_copy_on_a_sound_volume_where_every_volume_is_without_a_future) {
    TestCluster db;
    db.without(persistent_volume_claim, "pgdata-db-0");
    db.being_deleted(persistent_volume_claim, "pgdata-db-1");
    TestCluster coming = db;
    TestCluster come = db;
    db.being_deleted(persistent_volume_claim, "pgdata-db-2");
    coming.unready("db-2");

    EXPECT_EQ(db.steps(), texts({"EvictPod db-2"}));
    EXPECT_EQ(coming.steps(), texts({}));
    EXPECT_EQ(coming.waits(), texts({"a healthy replica: db-0 holds the last good copy, and its "
                                     "volume claim is gone"}));
    EXPECT_EQ(come.steps(), texts({"Switchover db-0 to db-2"}));
}

// Otherwise the primary waits for a replica that only its next template brings.
TEST(RecoverVolume, lets_a_roll_replace_a_replica_that_does_not_start) {
    TestCluster db;
    db.without(persistent_volume_claim, "pgdata-db-0");
    db.stale("db-1").not_running("db-1").stale("db-2").not_running("db-2");

    EXPECT_EQ(db.steps(), texts({"DeletePod db-1"}));
}

TEST(RecoverVolume, removes_a_claim_that_lost_its_volume) {
    TestCluster db;
    db.edit(persistent_volume_claim, "pgdata-db-2",
            [](Json& json) { json["status"]["phase"] = "Lost"; });

    EXPECT_EQ(db.steps(), texts({"DeleteObject PersistentVolumeClaim pgdata-db-2"}));
}

// Timeline 2 ended at 0/2000FC8, and db-1 wrote more on it.
TestCluster parted_replica() {
    TestCluster db;
    db.dcs("db-config", {{"history", R"([[1,33556896,"","",""],[2,33558472,"","","db-0"]])"}});
    db.dcs("db-leader", {{"optime", "33570000"}});
    db.member_says("db-0", {{"timeline", 3}});
    db.member_says("db-2", {{"timeline", 3}});
    db.member_says("db-1",
                   {{"timeline", 2}, {"xlog_location", 33558848}, {"replication_state", nullptr}});
    return db;
}

void unchanged(TestCluster& db, const char* pod, Duration span) {
    db.facts().unchanged_since[{kube::kinds::pod, "shop", pod}] = db.facts().now - span;
}

TEST(RebuildReplica, copies_the_data_anew_where_its_history_has_left_the_primarys) {
    TestCluster db = parted_replica();
    unchanged(db, "db-1", std::chrono::minutes(1));
    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.plan().look_again, db.facts().now + std::chrono::minutes(1));

    unchanged(db, "db-1", std::chrono::minutes(2));
    EXPECT_EQ(db.steps(), texts({"ReinitMember db-1"}));
    EXPECT_EQ(db.plan().steps[0].because,
              "db-1 does not stream from db-0: its history has left the primary's");
    EXPECT_EQ(db.fresh().steps(), texts({"ReinitMember db-1"}));
}

TEST(RebuildReplica, knows_two_histories_of_one_number_by_who_led_it) {
    TestCluster db = parted_replica();
    db.dcs("db-config", {{"history", R"([[1,33556896,"","",""],[2,33558472,"","","db-1"]])"}});
    db.member_says("db-1", {{"timeline", 3}, {"xlog_location", 33558500}});
    db.without(kube::kinds::pod, "db-2");
    db.asks("instances: 2\n");
    unchanged(db, "db-1", std::chrono::minutes(2));

    EXPECT_EQ(db.steps(), texts({"ReinitMember db-1"}));
    db.dcs("db-config", {{"history", R"([[1,33556896,"","",""],[2,33558472,"","","db-0"]])"}});
    EXPECT_NE(db.steps(), texts({"ReinitMember db-1"}));
}

TEST(RebuildReplica, is_longer_patient_with_one_that_may_only_be_cut_off) {
    TestCluster db = parted_replica();
    db.member_says("db-1", {{"xlog_location", 33557328}});
    unchanged(db, "db-1", std::chrono::minutes(4));
    EXPECT_EQ(db.steps(), texts({}));

    unchanged(db, "db-1", std::chrono::minutes(5));
    EXPECT_EQ(db.steps(), texts({"ReinitMember db-1"}));
    db.unready("db-2");
    EXPECT_EQ(db.steps(), texts({})) << "one member down at a time";
}

TEST(RebuildReplica, keeps_data_that_the_primary_does_not_have_yet) {
    TestCluster db = parted_replica();
    db.dcs("db-leader", {{"optime", "33558500"}});
    unchanged(db, "db-1", std::chrono::minutes(9));
    EXPECT_EQ(db.steps(), texts({}));
}

TEST(RebuildReplica, believes_the_members_themselves_more_than_what_they_published) {
    TestCluster db = parted_replica();
    unchanged(db, "db-1", std::chrono::minutes(9));
    db.fresh();
    const std::string uid(db.view().member("db-1")->pod.uid());
    db.facts().rest[uid].replication_state = "streaming";
    EXPECT_EQ(db.steps(), texts({}));
}

TEST(RebuildReplica, does_not_copy_again_what_a_copy_did_not_mend) {
    TestCluster db = parted_replica();
    unchanged(db, "db-1", std::chrono::minutes(9));
    db.facts().decisions = {{.time = db.facts().now - std::chrono::minutes(30),
                             .rule = "rebuild_replica",
                             .effect = "ReinitMember db-1",
                             .because = "it does not stream"}};
    EXPECT_EQ(db.steps(), texts({}));
}

TEST(AwaitMembers, names_what_a_person_must_confirm_when_a_node_is_lost) {
    TestCluster db;
    db.unready("db-2").being_deleted(kube::kinds::pod, "db-2");

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(), texts({"db-2 is being deleted: node node-2 does not confirm. If it is "
                                 "surely down, taint it with node.kubernetes.io/out-of-service="
                                 ":NoExecute or delete the pod by force"}));
}

TEST(FenceStaleLeader, fences_a_label_that_the_leader_object_contradicts) {
    TestCluster db;
    db.dcs("db-leader", {{"leader", "db-1"}});
    db.edit(kube::kinds::pod, "db-1", [](Json& json) {
        json["metadata"]["labels"][std::string(manifests::role_label)] = "primary";
    });

    const Plan plan = db.plan();

    ASSERT_EQ(plan.steps.size(), 1U);
    EXPECT_EQ(describe(plan.steps[0].effect), "PatchObject Pod db-0: fenced true");
    EXPECT_EQ(plan.steps[0].because,
              "db-0 still carries the leader label, but db-1 holds the lock");
}

TEST(FenceStaleLeader, leaves_a_hand_over_alone_that_has_not_labelled_the_heir_yet) {
    TestCluster db;
    db.dcs("db-leader", {{"leader", "db-1"}});

    EXPECT_EQ(db.steps(), texts({}));
}

TEST(FenceStaleLeader, lifts_the_fence_from_a_healthy_member) {
    TestCluster db;
    db.edit(kube::kinds::pod, "db-2", [](Json& json) {
        json["metadata"]["labels"][std::string(manifests::fenced_label)] = "true";
    });

    EXPECT_EQ(db.steps(), texts({"PatchObject Pod db-2: fenced false"}));
}

TEST(GrowStorage, grows_claims_then_makes_the_stateful_set_anew_around_its_pods) {
    TestCluster db("instances: 1\n");
    db.edit(kube::kinds::bg_cluster, "db",
            [](Json& json) { json["spec"]["volumeSpec"]["persistentVolumeSize"] = "2Gi"; });
    ASSERT_EQ(db.steps(), texts({"ApplyObject ConfigMap db-accepted-spec"}));
    const Json accepted = std::get<ApplyObject>(db.plan().steps[0].effect).object.json();
    db.edit(kube::kinds::config_map, "db-accepted-spec",
            [&accepted](Json& json) { json["data"] = accepted["data"]; });

    EXPECT_EQ(db.steps(), texts({"PatchObject PersistentVolumeClaim pgdata-db-0: grow to 2Gi"}));

    db.edit(persistent_volume_claim, "pgdata-db-0",
            [](Json& json) { json["spec"]["resources"]["requests"]["storage"] = "2Gi"; });
    const Plan plan = db.plan();
    ASSERT_EQ(plan.steps.size(), 1U);
    const auto& remove = std::get<DeleteObject>(plan.steps[0].effect);
    EXPECT_EQ(remove.ref.kind, kube::kinds::stateful_set);
    EXPECT_EQ(remove.propagation, kube::Propagation::orphan);
    EXPECT_EQ(remove.uid, "uid-statefulsets-db");
    EXPECT_EQ(remove.resource_version, db.view().stateful_set.resource_version());
    EXPECT_NE(remove.resource_version, "");

    db.without(kube::kinds::stateful_set, "db");
    EXPECT_EQ(db.steps(), texts({"ApplyObject StatefulSet db"}));
}

TestCluster hand_over_to_nothing() {
    TestCluster db;
    db.dcs("db-leader", {{"leader", ""}});
    db.dcs("db-failover", {{"leader", "db-0"}, {"member", "db-1"}});
    db.member_says("db-0", {{"role", "replica"}});
    db.member_says("db-1", {{"role", "uninitialized"}, {"state", "stopped"}});
    const kube::Ref key{kube::kinds::config_map, "shop", "db-failover"};
    db.facts().unchanged_since[key] = db.facts().now - std::chrono::minutes(1);
    return db;
}

TEST(RepairHandOver, calls_one_off_whose_candidate_has_no_data) {
    TestCluster db = hand_over_to_nothing();
    ASSERT_FALSE(db.steps().empty());
    const Step step = db.plan().steps[0];
    EXPECT_EQ(step.rule, RuleId::repair_hand_over);
    EXPECT_EQ(dump(std::get<PatchObject>(step.effect).merge),
              R"({"metadata":{"annotations":{"leader":null,"member":null}}})");
}

TEST(RepairHandOver, leaves_one_alone_while_somebody_leads_or_its_candidate_has_data) {
    TestCluster led = hand_over_to_nothing();
    led.dcs("db-leader", {{"leader", "db-0"}});
    TestCluster able = hand_over_to_nothing();
    able.member_says("db-1", {{"role", "replica"}, {"state", "running"}});
    for (TestCluster* const db : {&led, &able}) {
        for (const Step& step : db->plan().steps) {
            EXPECT_NE(step.rule, RuleId::repair_hand_over);
        }
    }
}

TEST(RepairHandOver, waits_for_a_candidate_that_may_only_be_restarting) {
    TestCluster db = hand_over_to_nothing();
    const kube::Ref key{kube::kinds::config_map, "shop", "db-failover"};
    db.facts().unchanged_since[key] = db.facts().now - std::chrono::seconds(5);
    EXPECT_EQ(db.waits()[0], "db-1 to take over");
    EXPECT_EQ(db.plan().look_again, db.facts().now + std::chrono::seconds(10));
}

}  // namespace
}  // namespace bestgres::plan
