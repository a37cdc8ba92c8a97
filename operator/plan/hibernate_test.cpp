#include <gtest/gtest.h>

#include "operator/plan/testing.hpp"

namespace bestgres::plan {
namespace {

using testing::TestCluster;
using testing::texts;

constexpr const char* asleep = "instances: 3\nhibernate: true\n";
constexpr const char* awake = "instances: 3\n";

TestCluster& told(TestCluster& db, int replicas) {
    return db.edit(kube::kinds::stateful_set, "db",
                   [replicas](Json& json) { json["spec"]["replicas"] = replicas; });
}

TestCluster& gone(TestCluster& db, std::initializer_list<const char*> pods) {
    for (const char* const pod : pods) {
        db.without(kube::kinds::pod, pod);
    }
    return db;
}

api::Condition hibernated(const TestCluster& db) {
    for (const api::Condition& condition : db.plan().status.conditions) {
        if (condition.type == "Hibernated") {
            return condition;
        }
    }
    return {};
}

// A cluster that has come to rest.
TestCluster at_rest() {
    TestCluster db(awake);
    db.asks(asleep);
    gone(told(db, 0), {"db-0", "db-1", "db-2"}).dcs("db-leader", {{"leader", ""}});
    return db;
}

TEST(Hibernate, lets_members_leave_one_at_a_time_and_the_first_last) {
    TestCluster db(awake);
    db.asks(asleep);
    EXPECT_EQ(db.steps(), texts({"ScaleIn 3 to 2"}));
    told(db, 2);
    EXPECT_EQ(db.waits(), texts({"db-2 is leaving"}));
    gone(db, {"db-2"});
    EXPECT_EQ(db.steps(), texts({"ScaleIn 2 to 1"}));
    gone(told(db, 1), {"db-1"});
    EXPECT_EQ(db.steps(), texts({"ScaleIn 1 to 0"}));
    EXPECT_EQ(db.plan().status.phase, api::Phase::scaling);
    EXPECT_EQ(hibernated(db).reason, "StoppingMembers");
    told(db, 0).being_deleted(kube::kinds::pod, "db-0");
    EXPECT_EQ(db.waits(), texts({"db-0 is leaving"}));
    gone(db, {"db-0"});
    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(), texts({}));
}

TEST(Hibernate, is_what_no_instances_ask_for_too) {
    TestCluster db(awake);
    db.leads("db-2").asks("instances: 0\n").without(kube::kinds::pod_disruption_budget, "db");

    EXPECT_EQ(db.steps(), texts({"Switchover db-2 to db-0"}));
}

TEST(Hibernate, hands_over_to_the_first_before_anybody_leaves) {
    TestCluster db(awake);
    db.leads("db-1").asks(asleep);

    EXPECT_EQ(db.steps(), texts({"Switchover db-1 to db-0"}));
}

TEST(Hibernate, makes_the_first_a_synchronous_standby_by_fewer_members) {
    TestCluster db(awake);
    db.leads("db-2").asks(asleep).synchronous("db-1");
    EXPECT_EQ(db.steps(), texts({"Switchover db-2 to db-1"}));
    db.perform(db.plan().steps[0].effect).synchronous("db-2");
    EXPECT_EQ(db.steps(), texts({"ScaleIn 3 to 2"}));
    gone(told(db, 2), {"db-2"}).synchronous("");
    EXPECT_EQ(db.waits(), texts({"db-0 to become a synchronous standby"}));
    db.synchronous("db-0");
    EXPECT_EQ(db.steps(), texts({"Switchover db-1 to db-0"}));
}

TEST(Hibernate, is_refused_with_the_reason_while_the_first_cannot_lead) {
    TestCluster db(awake);
    db.leads("db-1").unready("db-0").asks(asleep);
    const std::string reason = "db-0 would stop last and cannot take the lead: db-0 is not ready";

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(), texts({reason.c_str()}));
    EXPECT_EQ(hibernated(db).reason, "Refused");
    EXPECT_EQ(hibernated(db).message, reason + ". Until it can, the cluster goes on");

    TestCluster barred(awake);
    barred.leads("db-1").asks(asleep).member_says("db-0", {{"tags", {{"nofailover", true}}}});
    EXPECT_EQ(barred.waits(),
              texts({"db-0 would stop last and cannot take the lead: db-0 is tagged nofailover"}));
}

TEST(Hibernate, that_is_refused_leaves_the_cluster_fully_managed) {
    TestCluster db(awake);
    db.leads("db-1").stale("db-0").not_running("db-0").asks(asleep);
    EXPECT_EQ(db.steps(), texts({"DeletePod db-0"}));
    EXPECT_EQ(db.plan().status.ready, "2/3");

    TestCluster settings(awake);
    settings.dcs("db-leader", {{"leader", ""}})
        .asks("instances: 3\nhibernate: true\npostgresql: {parameters: {work_mem: 8MB}}\n");
    EXPECT_EQ(
        settings.steps(),
        texts({"PatchPatroniConfig {\"postgresql\":{\"parameters\":{\"work_mem\":\"8MB\"}}}"}));
}

TEST(Hibernate, is_refused_without_a_primary_unless_nobody_has_data_or_one_member_is_left) {
    TestCluster db(awake);
    db.dcs("db-leader", {{"leader", ""}}).asks(asleep);
    EXPECT_EQ(db.waits(), texts({"no primary: nobody knows whether db-0 holds all there is"}));

    TestCluster unborn(awake);
    unborn.dcs("db-leader", {{"leader", ""}}).dcs("db-config", {{"initialize", nullptr}});
    unborn.not_running("db-0").not_running("db-1").not_running("db-2").asks(asleep);
    EXPECT_EQ(unborn.steps(), texts({"ScaleIn 3 to 2"}));

    TestCluster alone("instances: 1\n");
    alone.dcs("db-leader", {{"leader", ""}}).unready("db-0");
    alone.asks("instances: 1\nhibernate: true\n");
    EXPECT_EQ(alone.steps(), texts({"ScaleIn 1 to 0"})) << "a full disk must not keep it up";
}

TEST(Hibernate, waits_for_a_hand_over_and_for_whoever_paused_patroni) {
    TestCluster db(awake);
    db.asks(asleep).dcs("db-failover", {{"leader", "db-0"}, {"member", "db-1"}});
    EXPECT_EQ(db.waits(), texts({"a hand-over is under way"}));

    TestCluster paused(awake);
    paused.asks(asleep).edit(kube::kinds::config_map, "db-config", [](Json& json) {
        Json& text = json["metadata"]["annotations"]["config"];
        Json config = *parse_json(text.get<std::string>());
        config["pause"] = true;
        text = dump(config);
    });
    EXPECT_EQ(hibernated(paused).reason, "Refused");
    EXPECT_EQ(paused.steps(), texts({}));
}

TEST(Hibernate, says_how_the_last_member_stopped) {
    TestCluster db = at_rest();
    EXPECT_EQ(db.plan().status.phase, api::Phase::hibernated);
    EXPECT_EQ(db.plan().status.ready, "0/0");
    EXPECT_EQ(db.plan().status.conditions[0].reason, "Hibernating");
    EXPECT_EQ(hibernated(db).status, api::ConditionStatus::is_true);
    EXPECT_EQ(hibernated(db).message,
              "every member has stopped and keeps its volume; the data ends at 0/4000000 on "
              "timeline 0");

    db.dcs("db-leader", {{"leader", "db-0"}});
    EXPECT_EQ(hibernated(db).message,
              "every member has stopped and keeps its volume; db-0 did not give back the lock: it "
              "recovers when it starts");
}

TEST(Hibernate, removes_no_volume_even_where_members_that_leave_lose_theirs) {
    constexpr const char* removing =
        "volumeSpec: {persistentVolumeSize: 1Gi, retention: {whenScaled: Delete}}\n";
    TestCluster db(std::string(awake) + removing);
    db.asks(std::string(asleep) + removing);
    gone(told(db, 1), {"db-1", "db-2"});
    EXPECT_EQ(db.steps(), texts({"ScaleIn 1 to 0"}));
    db.asks(std::string(awake) + removing);
    EXPECT_EQ(db.view().replicas, 3);
    told(db, 3);
    EXPECT_EQ(db.steps(), texts({}));
}

TEST(Resume, starts_the_first_and_the_others_once_it_leads) {
    TestCluster db = at_rest();
    db.asks(awake);
    EXPECT_EQ(db.view().replicas, 1);
    told(db, 1);
    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(),
              texts({"db-0 has no pod", "db-0 to lead before the others start: it stopped last"}));
    db.goes_on();
    EXPECT_EQ(db.view().replicas, 3);
    EXPECT_EQ(db.steps(), texts({"ApplyObject StatefulSet db"}));
}

TEST(Resume, of_a_cluster_that_never_ran_starts_all_at_once) {
    TestCluster db = at_rest();
    db.dcs("db-config", {{"initialize", nullptr}}).asks(awake);

    EXPECT_EQ(db.view().replicas, 3);
}

// As a shard that was about to be removed.
TEST(Resume, of_a_cluster_whose_record_is_gone_waits_for_the_first_all_the_same) {
    TestCluster db = at_rest();
    db.edit(kube::kinds::bg_cluster, "db", [](Json& json) { json["status"]["timeline"] = 1; });
    db.dcs("db-config", {{"initialize", nullptr}}).asks(awake);

    EXPECT_EQ(db.view().replicas, 1);
    EXPECT_EQ(db.plan().status.phase, api::Phase::recovering);
}

TEST(Resume, without_the_data_of_the_first_is_for_a_person_to_decide) {
    TestCluster db = at_rest();
    db.asks(awake);
    told(db, 1).goes_on();
    db.dcs("db-leader", {{"leader", ""}})
        .member_says("db-0", {{"role", "uninitialized"}, {"state", "stopped"}})
        .unready("db-0");
    EXPECT_EQ(db.view().replicas, 1);
    EXPECT_NE(db.waits().back().find("kubectl scale statefulset db --replicas=3"),
              std::string::npos)
        << db.waits().back();

    told(db, 3);
    EXPECT_EQ(db.view().replicas, 3) << "a person said so";
}

TEST(Resume, in_the_middle_of_going_to_rest_needs_no_more_than_a_primary) {
    TestCluster db(awake);
    db.asks(asleep);
    gone(told(db, 1), {"db-1", "db-2"});
    db.asks(awake);
    EXPECT_EQ(db.view().replicas, 3);

    TestCluster stopping(awake);
    stopping.asks(asleep);
    gone(told(stopping, 0), {"db-1", "db-2"}).being_deleted(kube::kinds::pod, "db-0");
    stopping.asks(awake);
    EXPECT_EQ(stopping.view().replicas, 1);
}

// Its pod may be on its way out, and the cache does not know.
TEST(Resume, lets_nobody_start_beside_a_first_member_that_was_told_to_stop) {
    TestCluster db(awake);
    gone(told(db, 0), {"db-1", "db-2"});
    EXPECT_EQ(db.view().replicas, 1);

    const auto seen = [&db](int generation) {
        db.edit(kube::kinds::stateful_set, "db", [generation](Json& json) {
            json["metadata"]["generation"] = 8;
            json["status"]["observedGeneration"] = generation;
        });
    };
    told(db, 1);
    seen(7);
    EXPECT_EQ(db.view().replicas, 1) << "the controller may not have done what it was told before";
    seen(8);
    EXPECT_EQ(db.view().replicas, 3);
    EXPECT_TRUE(is_disruptive(db.plan().steps.at(0).effect)) << "on fresh reads";
}

}  // namespace
}  // namespace bestgres::plan
