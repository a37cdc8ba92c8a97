#include <gtest/gtest.h>

#include "operator/manifests/patroni_config.hpp"
#include "operator/plan/testing.hpp"

namespace bestgres::plan {
namespace {

using testing::TestCluster;
using testing::texts;

const Json raised = {{"max_connections", {{"old_value", "100"}, {"new_value", "200"}}}};
const Json lowered = {{"max_connections", {{"old_value", "200"}, {"new_value", "100"}}}};

TEST(FollowSettings, patches_what_differs_through_the_leader) {
    TestCluster db;
    db.asks("instances: 3\npostgresql: {parameters: {work_mem: 8MB}}\n");

    const Plan plan = db.plan();

    ASSERT_EQ(plan.steps.size(), 1U);
    const auto& patch = std::get<PatchPatroniConfig>(plan.steps[0].effect);
    EXPECT_EQ(patch.through.pod, "db-0");
    EXPECT_EQ(patch.patch, *parse_json(R"({"postgresql":{"parameters":{"work_mem":"8MB"}}})"));
    EXPECT_EQ(plan.steps[0].because, "settings differ from the spec: work_mem");
}

TEST(FollowSettings, removes_a_parameter_that_nobody_asks_for) {
    TestCluster db("instances: 3\npostgresql: {parameters: {work_mem: 8MB}}\n");
    db.asks("instances: 3\n");

    EXPECT_EQ(db.steps(),
              texts({R"(PatchPatroniConfig {"postgresql":{"parameters":{"work_mem":null}}})"}));
}

TEST(FollowSettings, raises_before_it_lowers_what_binds_standbys) {
    TestCluster db("instances: 3\npostgresql: {parameters: {max_connections: '200'}}\n");
    db.asks(
        "instances: 3\n"
        "postgresql: {parameters: {max_connections: '100', max_wal_senders: '20'}}\n");

    EXPECT_EQ(
        db.steps(),
        texts({R"(PatchPatroniConfig {"postgresql":{"parameters":{"max_wal_senders":"20"}}})"}));
}

TEST(FollowSettings, lowers_only_when_no_restart_is_pending) {
    TestCluster db("instances: 3\npostgresql: {parameters: {max_connections: '200'}}\n");
    db.asks("instances: 3\npostgresql: {parameters: {max_connections: '100'}}\n");
    db.pending_restart("db-1", raised);

    EXPECT_EQ(db.steps(), texts({"RestartPostgres db-1"}));
}

TEST(RestartPending, takes_replicas_first_when_a_setting_is_raised) {
    TestCluster db;
    db.pending_restart("db-0", raised)
        .pending_restart("db-1", raised)
        .pending_restart("db-2", raised);

    EXPECT_EQ(db.steps(), texts({"RestartPostgres db-1"}));
    EXPECT_EQ(db.plan().steps[0].because,
              "db-1 is a replica with settings not in force: max_connections");
}

TEST(RestartPending, takes_the_primary_first_when_a_standby_bound_setting_is_lowered) {
    TestCluster db;
    db.pending_restart("db-0", lowered).pending_restart("db-1", lowered);

    EXPECT_EQ(db.steps(), texts({"RestartPostgres db-0"}));
}

TEST(RestartPending, takes_the_replicas_when_the_primary_has_the_lower_value) {
    TestCluster db;
    db.pending_restart("db-1", lowered);

    EXPECT_EQ(db.steps(), texts({"RestartPostgres db-1"}));
}

TEST(RestartPending, waits_while_a_member_is_unhealthy) {
    TestCluster db;
    db.pending_restart("db-1", raised).unready("db-2");

    EXPECT_EQ(db.waits(), texts({"db-2 is not ready: one member down at a time"}));
}

TEST(RestartPending, restarts_first_the_replica_that_cannot_get_ready_without_it) {
    TestCluster db;
    db.pending_restart("db-1", raised).unready("db-1", std::chrono::minutes(1));
    EXPECT_EQ(db.waits(), texts({"db-1 is not ready: one member down at a time"}));
    EXPECT_EQ(db.plan().look_again, db.view().now() + std::chrono::minutes(1));

    db.later(std::chrono::minutes(1));
    EXPECT_EQ(db.steps(), texts({"RestartPostgres db-1"}));
}

TEST(RestartPending, waits_until_every_member_has_read_the_new_configuration) {
    TestCluster db;
    db.pending_restart("db-1", lowered);
    const kube::Ref config{kube::kinds::config_map, "shop", "db-config"};
    db.facts().unchanged_since[config] = db.facts().now - std::chrono::seconds(2);

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(), texts({"every member to read the new configuration"}));
    EXPECT_EQ(db.plan().look_again, db.facts().now + std::chrono::seconds(10));
}

TEST(RestartPending, does_not_restart_a_replica_for_ever) {
    TestCluster db;
    db.pending_restart("db-0", nullptr).pending_restart("db-1", nullptr);
    db.facts().decisions = {{Instant{1}, "follow_settings", "PatchPatroniConfig {}", ""},
                            {Instant{2}, "restart_pending", "RestartPostgres db-1", ""}};
    EXPECT_EQ(db.steps(), texts({"RestartPostgres db-0"}));

    db.member_says("db-0", {{"pending_restart", nullptr}});
    db.facts().decisions.push_back({Instant{3}, "restart_pending", "RestartPostgres db-0", ""});
    EXPECT_EQ(db.steps(), texts({"RestartPostgres db-1"}));

    db.facts().decisions.push_back({Instant{4}, "restart_pending", "RestartPostgres db-1", ""});
    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits().size(), 1U);
}

TEST(RestartPending, restarts_replicas_again_when_the_primary_has_restarted_unanswered) {
    TestCluster db;
    db.pending_restart("db-1", nullptr);
    db.facts().decisions = {
        {Instant{1}, "restart_pending", "RestartPostgres db-1", ""},
        {Instant{2}, "restart_pending", "RestartPostgres db-0 (outcome unknown)", ""}};
    EXPECT_EQ(db.steps(), texts({"RestartPostgres db-1"}));

    db.pending_restart("db-0", nullptr);
    EXPECT_EQ(db.steps(), texts({"RestartPostgres db-0"})) << "it has not: no round after round";
}

}  // namespace
}  // namespace bestgres::plan
