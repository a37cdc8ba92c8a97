#include <gtest/gtest.h>

#include "operator/plan/testing.hpp"

namespace bestgres::plan {
namespace {

using std::chrono::minutes;
using testing::TestCluster;
using testing::texts;

TEST(UpdateMembers, is_silent_when_all_are_on_the_current_template) {
    EXPECT_EQ(TestCluster().steps(), texts({}));
}

TEST(UpdateMembers, removes_no_pod_that_nothing_would_bring_back) {
    TestCluster db;
    db.stale("db-1").without(kube::kinds::stateful_set, "db");
    db.facts().foreign[{kube::kinds::stateful_set, "shop", "db"}] = "uid-of-another";

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits()[1], "the StatefulSet, which would bring a removed pod back");
}

TEST(UpdateMembers, replaces_a_replica_before_the_primary) {
    TestCluster db;
    db.stale("db-0").stale("db-1").stale("db-2");

    EXPECT_EQ(db.steps(), texts({"EvictPod db-1"}));
    EXPECT_EQ(db.plan().steps[0].because, "db-1 is a replica on an old template");
}

TEST(UpdateMembers, replaces_an_asynchronous_replica_before_the_synchronous_one) {
    TestCluster db;
    db.stale("db-0").stale("db-1").stale("db-2").synchronous("db-1");

    EXPECT_EQ(db.steps(), texts({"EvictPod db-2"}));
}

TEST(UpdateMembers, hands_over_once_to_an_updated_member) {
    TestCluster db;
    db.stale("db-0");

    EXPECT_EQ(db.steps(), texts({"Switchover db-0 to db-1"}));
}

TEST(UpdateMembers, replaces_the_former_primary_last) {
    TestCluster db;
    db.leads("db-1").stale("db-0");

    EXPECT_EQ(db.steps(), texts({"EvictPod db-0"}));
}

TEST(UpdateMembers, hands_over_only_to_a_synchronous_standby) {
    TestCluster db;
    db.stale("db-0").synchronous("db-2");

    EXPECT_EQ(db.steps(), texts({"Switchover db-0 to db-2"}));
}

TEST(UpdateMembers, waits_for_a_synchronous_standby_to_be_published) {
    TestCluster db;
    db.stale("db-0").synchronous("");

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(), texts({"an updated replica that may take over from db-0"}));
}

TEST(UpdateMembers, waits_while_any_member_is_unhealthy) {
    TestCluster db;
    db.stale("db-0").stale("db-1").unready("db-2");

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(), texts({"db-2 is not ready: one member down at a time"}));
}

TEST(UpdateMembers, waits_while_a_member_is_missing) {
    TestCluster db;
    db.stale("db-0").without(kube::kinds::pod, "db-2");

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(), texts({"db-2 has no pod: one member down at a time"}));
}

TEST(UpdateMembers, waits_while_a_hand_over_is_under_way) {
    TestCluster db;
    db.stale("db-0").dcs("db-failover", {{"leader", "db-0"}, {"member", "db-1"}});

    EXPECT_EQ(db.waits(), texts({"a hand-over is under way"}));
}

TEST(UpdateMembers, knows_that_patroni_does_not_see_a_request_without_its_labels) {
    TestCluster db;
    db.stale("db-0").dcs("db-failover", {{"leader", "db-0"}, {"member", "db-1"}});
    db.edit(kube::kinds::config_map, "db-failover",
            [](Json& json) { json["metadata"]["labels"].erase("app.kubernetes.io/name"); });

    EXPECT_EQ(db.steps(), texts({"Switchover db-0 to db-1"}));
}

TEST(UpdateMembers, replaces_at_once_a_stale_pod_in_which_nothing_runs) {
    TestCluster db;
    db.stale("db-2").not_running("db-2").stale("db-1");

    EXPECT_EQ(db.steps(), texts({"DeletePod db-2"}));
}

TEST(UpdateMembers, replaces_a_stale_member_that_does_not_become_ready) {
    TestCluster db;
    db.stale("db-0").stale("db-1").stale("db-2").unready("db-2", minutes(2));

    EXPECT_EQ(db.steps(), texts({"DeletePod db-2"}));
    EXPECT_EQ(db.plan().steps[0].because,
              "db-2 does not become ready, and it is on an old template");
}

TEST(UpdateMembers, gives_a_stale_member_time_to_get_ready_and_looks_again_then) {
    TestCluster db;
    db.stale("db-2").unready("db-2", minutes(1));

    EXPECT_EQ(db.waits(), texts({"db-2 is not ready: one member down at a time"}));
    EXPECT_EQ(db.plan().look_again, db.view().now() + minutes(1));
}

// The pod was unready for as long as its node was away.
TEST(UpdateMembers, gives_a_stale_member_that_has_just_started_again_the_same_time) {
    TestCluster db;
    db.stale("db-2").unready("db-2", minutes(5));
    db.edit(kube::kinds::pod, "db-2", [&db](Json& json) {
        json["status"]["containerStatuses"][0]["state"]["running"]["startedAt"] =
            format_seconds(db.view().now() - std::chrono::seconds(20));
    });

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.plan().look_again, db.view().now() + std::chrono::seconds(100));
}

TEST(UpdateMembers, lets_a_stale_member_finish_its_copy_however_long_it_takes) {
    TestCluster db;
    db.stale("db-2").unready("db-2", minutes(60));
    db.member_says("db-2", {{"state", "creating replica"}, {"replication_state", nullptr}});

    EXPECT_EQ(db.steps(), texts({}));
}

TEST(UpdateMembers, replaces_stuck_members_without_any_primary) {
    TestCluster db;
    db.stale("db-1").unready("db-1", minutes(5)).dcs("db-leader", {{"leader", nullptr}});

    EXPECT_EQ(db.steps(), texts({"DeletePod db-1"}));
}

TEST(UpdateMembers, hands_over_from_a_primary_that_is_stuck_on_its_old_template) {
    TestCluster db;
    db.stale("db-0").unready("db-0", minutes(5));

    EXPECT_EQ(db.steps(), texts({"Switchover db-0 to db-1"}));
}

// Taking another member before would leave fewer who serve.
TEST(UpdateMembers, relieves_a_stuck_primary_before_it_takes_replicas_that_serve) {
    TestCluster db;
    db.stale("db-0").stale("db-1").stale("db-2").unready("db-0", minutes(5));

    EXPECT_EQ(db.steps(), texts({"Switchover db-0 to db-1"}));
    EXPECT_EQ(db.plan().steps[0].because,
              "db-0 leads, does not become ready and is on an old template");

    db.unready("db-1").unready("db-2");
    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(), texts({"db-0 is not ready: one member down at a time"}));
}

TEST(UpdateMembers, replaces_the_only_member_when_it_is_stuck) {
    TestCluster db("instances: 1\n");
    db.stale("db-0").unready("db-0", minutes(5));

    EXPECT_EQ(db.steps(), texts({"DeletePod db-0"}));
}

TEST(UpdateMembers, replaces_the_only_member_itself) {
    TestCluster db("instances: 1\n");
    db.stale("db-0");

    EXPECT_EQ(db.steps(), texts({"EvictPod db-0"}));
}

TEST(UpdateMembers, does_not_trust_annotations_when_a_member_itself_says_otherwise) {
    TestCluster db;
    db.stale("db-1").fresh();
    db.facts().rest.at("uid-pods-db-2").state = patroni::State::starting;
    db.facts().rest.at("uid-pods-db-2").state_text = "starting";

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(), texts({"db-2 says that it is starting: one member down at a time"}));
}

// Patroni 3 says nothing of replication, and a probe is late.
TEST(UpdateMembers, asks_the_primary_who_streams) {
    TestCluster db;
    db.stale("db-1").fresh();
    EXPECT_EQ(db.steps(), texts({"EvictPod db-1"}));
    db.facts().rest.at("uid-pods-db-0").streaming_standbys = {"db-1"};

    EXPECT_EQ(db.waits(), texts({"db-2 does not stream from db-0: one member down at a time"}));
}

TEST(UpdateMembers, leaves_everything_alone_while_patroni_is_paused) {
    TestCluster db;
    db.stale("db-1");
    Json config = *db.view().config.config;
    config["pause"] = true;
    db.dcs("db-config", {{"config", dump(config)}});

    EXPECT_EQ(db.waits(), texts({"Patroni is paused: somebody works on the cluster by hand"}));
}

}  // namespace
}  // namespace bestgres::plan
