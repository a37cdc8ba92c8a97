#include <gtest/gtest.h>

#include "operator/plan/testing.hpp"

namespace bestgres::plan {
namespace {

using testing::TestCluster;
using testing::texts;

Json barred(const char* tag) {
    return {{"tags", {{tag, true}}}};
}

api::Condition refused(const TestCluster& db) {
    for (const api::Condition& condition : db.plan().status.conditions) {
        if (condition.type == "ScaleInRefused") {
            return condition;
        }
    }
    return {};
}

TEST(ScaleOut, is_the_business_of_the_stateful_set) {
    TestCluster db("instances: 1\n");
    db.asks("instances: 3\n");

    EXPECT_EQ(db.view().replicas, 3);
    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(), texts({"db-1 has no pod", "db-2 has no pod"}));
}

TEST(ScaleIn, lets_the_highest_ordinal_go_one_at_a_time) {
    TestCluster db;
    db.asks("instances: 1\n").without(kube::kinds::pod_disruption_budget, "db");

    EXPECT_EQ(db.view().replicas, 3);
    EXPECT_EQ(db.steps(), texts({"ScaleIn 3 to 2"}));
}

TEST(ScaleIn, never_removes_the_leader) {
    TestCluster db;
    db.leads("db-2").asks("instances: 2\n");

    EXPECT_EQ(db.steps(), texts({"Switchover db-2 to db-0"}));
}

TEST(ScaleIn, lets_a_roll_replace_a_member_that_does_not_even_start) {
    TestCluster db;
    db.leads("db-1").asks("instances: 1\n").without(kube::kinds::pod_disruption_budget, "db");
    db.stale("db-0").not_running("db-0");

    EXPECT_EQ(db.steps(), texts({"DeletePod db-0"}));
}

TEST(ScaleIn, waits_for_somebody_who_may_take_over_from_the_leader) {
    TestCluster db;
    db.leads("db-2").unready("db-0").unready("db-1").asks("instances: 2\n");

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(), texts({"db-0 is not ready: a healthy member does not leave meanwhile"}));
}

TEST(ScaleIn, never_removes_what_may_be_the_last_good_copy) {
    TestCluster db;
    db.unready("db-0").unready("db-1").asks("instances: 2\n");

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(), texts({"a healthy primary: db-2 may be the last good copy"}));
}

TEST(ScaleIn, keeps_a_healthy_member_while_another_that_stays_is_not) {
    TestCluster db;
    db.unready("db-1").asks("instances: 2\n");

    EXPECT_EQ(db.waits(), texts({"db-1 is not ready: a healthy member does not leave meanwhile"}));
}

TEST(ScaleIn, waits_for_the_leaver_to_be_gone) {
    TestCluster db;
    db.asks("instances: 2\n").edit(kube::kinds::stateful_set, "db", [](Json& json) {
        json["spec"]["replicas"] = 2;
    });

    EXPECT_EQ(db.waits(), texts({"db-2 is leaving"}));
}

TEST(ScaleIn, keeps_a_stopped_member_that_led_last_while_nobody_leads) {
    TestCluster db;
    db.leads("db-2").asks("instances: 2\n").not_running("db-2").not_running("db-0");

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(), texts({"a healthy primary: db-2 led last and may be the only holder of "
                                 "the newest data"}));
    EXPECT_EQ(refused(db).reason, "LastGoodCopy");

    db.dcs("db-leader", {{"leader", ""}}).without(kube::kinds::pod, "db-2");
    EXPECT_EQ(db.waits(), texts({"a healthy primary: db-2 may be the last good copy"}));
    db.without(kube::kinds::persistent_volume_claim, "pgdata-db-2");
    EXPECT_EQ(db.steps(), texts({"ScaleIn 3 to 2"})) << "it holds nothing";
}

TEST(ScaleIn, lets_anybody_go_before_there_is_data) {
    TestCluster db;
    db.asks("instances: 2\n").dcs("db-config", {{"initialize", nullptr}});
    db.dcs("db-leader", {{"leader", ""}}).not_running("db-2");

    EXPECT_EQ(db.steps(), texts({"ScaleIn 3 to 2"}));
}

TEST(ScaleIn, tells_why_it_is_refused_while_it_is) {
    TestCluster db;
    EXPECT_EQ(refused(db).type, "");
    db.unready("db-1").asks("instances: 2\n");

    EXPECT_EQ(refused(db).status, api::ConditionStatus::is_true);
    EXPECT_EQ(refused(db).reason, "MembersNotHealthy");
    EXPECT_EQ(refused(db).message,
              "fewer members are wanted, and none leaves yet: db-1 is not ready: a healthy member "
              "does not leave meanwhile");
}

TEST(ScaleIn, refuses_the_leader_without_an_heir) {
    TestCluster db;
    db.leads("db-2").asks("instances: 2\n");
    db.member_says("db-0", barred("nofailover")).member_says("db-1", barred("nofailover"));

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(refused(db).reason, "NoHeir");
}

TEST(ScaleIn, hands_over_to_a_standby_that_leaves_later_where_only_that_one_may_lead) {
    TestCluster db;
    db.leads("db-2").dcs("db-sync", {{"leader", "db-2"}, {"sync_standby", "db-1"}});
    db.asks("instances: 1\n").without(kube::kinds::pod_disruption_budget, "db");

    EXPECT_EQ(db.steps(), texts({"Switchover db-2 to db-1"}));
}

TEST(ScaleIn, refuses_the_last_synchronous_standby) {
    TestCluster db;
    db.synchronous("db-2").asks("instances: 2\n");
    EXPECT_EQ(db.steps(), texts({"ScaleIn 3 to 2"})) << "db-1 can take its place";

    db.member_says("db-1", barred("nosync"));
    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(), texts({"another synchronous standby than db-2: it is the last, and a tag "
                                 "nosync keeps out db-1"}));
    EXPECT_EQ(refused(db).reason, "LastSynchronousStandby");

    db.synchronous("db-1,db-2");
    EXPECT_EQ(db.steps(), texts({"ScaleIn 3 to 2"}));
}

TEST(ScaleIn, lets_the_only_replica_go_though_commits_wait_for_it) {
    TestCluster db("instances: 2\n");
    db.synchronous("db-1").asks("instances: 1\n");
    db.without(kube::kinds::pod_disruption_budget, "db");

    EXPECT_EQ(db.steps(), texts({"ScaleIn 2 to 1"}));
}

TEST(ScaleIn, removes_the_volume_only_where_the_user_says_so) {
    TestCluster kept;
    kept.asks("instances: 2\n").without(kube::kinds::pod, "db-2");
    kept.edit(kube::kinds::stateful_set, "db", [](Json& json) { json["spec"]["replicas"] = 2; });
    EXPECT_EQ(kept.steps(), texts({}));

    TestCluster removed("instances: 3\n");
    removed.asks("instances: 2\n").without(kube::kinds::pod, "db-2");
    removed.edit(kube::kinds::bg_cluster, "db", [](Json& json) {
        json["spec"]["volumeSpec"]["retention"]["whenScaled"] = "Delete";
    });
    removed.edit(kube::kinds::stateful_set, "db", [](Json& json) { json["spec"]["replicas"] = 2; });
    EXPECT_EQ(removed.steps(), texts({"ApplyObject ConfigMap db-accepted-spec"}));
    Json json = removed.plan().steps[0].effect.index() == 0
                    ? std::get<ApplyObject>(removed.plan().steps[0].effect).object.json()
                    : Json();
    removed.edit(kube::kinds::config_map, "db-accepted-spec",
                 [&json](Json& stored) { stored["data"] = json["data"]; });
    EXPECT_EQ(removed.steps(), texts({"DeleteObject PersistentVolumeClaim pgdata-db-2"}));
}

TEST(ScaleIn, to_nothing_stops_the_last_member_too) {
    TestCluster db("instances: 1\n");
    db.asks("instances: 0\n");

    EXPECT_EQ(db.steps(), texts({"ScaleIn 1 to 0"}));
}

}  // namespace
}  // namespace bestgres::plan
