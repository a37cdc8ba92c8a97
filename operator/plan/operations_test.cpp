#include <gtest/gtest.h>

#include "operator/plan/operations_testing.hpp"

namespace bestgres::plan {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::TestOperations;
using testing::texts;

TEST(Operations, cost_nothing_where_there_are_none) {
    TestOperations world;
    EXPECT_EQ(world.plan(), OperationsPlan{});
}

TEST(Operations, that_have_ended_cost_nothing) {
    TestOperations world;
    world.ask("over", "{op: switchover}").run();
    ASSERT_EQ(world.phase("over"), "Completed");
    world.db.later(minutes(600));

    EXPECT_EQ(world.plan(), OperationsPlan{});
}

TEST(Switchover, goes_to_whoever_is_best_and_says_how_it_ended) {
    TestOperations world;
    world.ask("over", "{op: switchover}").run();

    EXPECT_EQ(world.done,
              texts({"Switchover db-0 to db-1", "JournalOperation over: Completed 1/1"}));
    EXPECT_EQ(world.journal("over"), texts({"switch over from db-0: Done"}));
    EXPECT_EQ(world.status("over").message, "db-1 leads");
}

TEST(Switchover, goes_to_its_target) {
    TestOperations world;
    world.ask("over", "{op: switchover, switchover: {target: db-2}}").run();

    EXPECT_EQ(world.done.front(), "Switchover db-0 to db-2");
    EXPECT_EQ(world.phase("over"), "Completed");
}

TEST(Switchover, to_whom_leads_already_needs_nothing) {
    TestOperations world;
    world.ask("over", "{op: switchover, switchover: {target: db-0}}").run();

    EXPECT_EQ(world.done, texts({"JournalOperation over: Completed 1/1"}));
    EXPECT_EQ(world.journal("over"), texts({"switch over from db-0 to db-0: Skipped"}));
}

TEST(Switchover, to_nobody_is_refused) {
    TestOperations world;
    world.ask("over", "{op: switchover, switchover: {target: db-7}}").run();
    EXPECT_EQ(world.phase("over"), "Failed");
    EXPECT_EQ(world.status("over").message, "db has no member db-7");

    TestOperations alone("instances: 1\n");
    alone.ask("over", "{op: switchover}").run();
    EXPECT_EQ(alone.status("over").message, "db has nobody to switch over to");
}

TEST(Switchover, waits_for_a_healthy_cluster_and_says_so) {
    TestOperations world;
    world.db.unready("db-2");
    world.ask("over", "{op: switchover}").run();

    EXPECT_EQ(world.done, texts({}));
    EXPECT_EQ(world.phase("over"), "Running");
    EXPECT_EQ(world.status("over").message, "db-2 is not ready: one member down at a time");
}

TEST(Switchover, does_not_go_to_an_asynchronous_member_of_a_synchronous_cluster) {
    TestOperations world;
    world.db.synchronous("db-1");
    world.ask("over", "{op: switchover, switchover: {target: db-2}}").run();

    EXPECT_EQ(world.done, texts({}));
    EXPECT_EQ(world.status("over").message, "db-2 is no synchronous standby");
}

// The journal is written before the first effect: whoever takes over sees what was begun.
TEST(Switchover, that_happened_before_a_crash_is_not_repeated) {
    TestOperations world;
    world.ask("over", "{op: switchover}");
    while (world.journal("over").empty()) {
        ASSERT_TRUE(world.pass());
    }
    world.hand_over_to("db-2");
    world.run();

    EXPECT_EQ(world.done, texts({"JournalOperation over: Completed 1/1"}));
    EXPECT_EQ(world.status("over").message, "db-2 leads");
}

TEST(Restart, takes_replicas_first_and_hands_over_before_the_last) {
    TestOperations world;
    world.ask("again", "{op: restart}").run();

    EXPECT_EQ(world.done,
              texts({"RestartPostgres db-1", "RestartPostgres db-2", "Switchover db-0 to db-1",
                     "JournalOperation again: Completed 4/4"}));
    EXPECT_EQ(world.journal("again"), texts({"restart db-1: Done", "restart db-2: Done",
                                             "hand over from db-0: Done", "restart db-0: Done"}));
}

TEST(Restart, takes_synchronous_standbys_after_the_others) {
    TestOperations world;
    world.db.synchronous("db-1");
    world.ask("again", "{op: restart}").run();

    ASSERT_EQ(world.done.size(), 4U);
    EXPECT_EQ(world.done[0], "RestartPostgres db-2");
    EXPECT_EQ(world.done[1], "RestartPostgres db-1");
}

TEST(Restart, right_after_another_is_a_restart_too) {
    TestOperations world;
    world.ask("again", "{op: restart}").run();
    world.db.later(std::chrono::seconds(2));
    world.ask("and again", "{op: restart}").run();

    EXPECT_EQ(world.phase("and again"), "Completed");
    EXPECT_EQ(world.journal("and again"),
              texts({"restart db-0: Done", "restart db-2: Done", "hand over from db-1: Done",
                     "restart db-1: Done"}));
}

TEST(Restart, of_a_member_alone_is_in_place) {
    TestOperations world("instances: 1\n");
    world.ask("again", "{op: restart}").run();

    EXPECT_EQ(world.done, texts({"RestartPostgres db-0", "JournalOperation again: Completed 1/1"}));
}

TEST(Restart, only_of_those_that_wait_for_it) {
    TestOperations world;
    world.ask("again", "{op: restart, restart: {onlyPending: true}}").run();

    EXPECT_EQ(world.done, texts({"JournalOperation again: Completed"}));
    EXPECT_EQ(world.status("again").message, "nothing was to be done");
}

TEST(Restart, does_not_repeat_what_somebody_else_did) {
    TestOperations world;
    world.ask("again", "{op: restart}");
    while (world.journal("again").empty()) {
        ASSERT_TRUE(world.pass());
    }
    world.restart("db-1").restart("db-2").restart("db-0");
    world.run();

    EXPECT_EQ(world.done, texts({"JournalOperation again: Completed 4/4"}));
    EXPECT_EQ(world.journal("again")[2], "hand over from db-0: Skipped");
}

TEST(Restart, takes_one_member_at_a_time) {
    TestOperations world;
    world.ask("again", "{op: restart}");
    while (world.done.empty()) {
        ASSERT_TRUE(world.pass());
    }
    world.db.unready("db-1");
    world.run();

    EXPECT_EQ(world.done, texts({"RestartPostgres db-1"}));
    EXPECT_EQ(world.status("again").message, "db-1 is not ready");
}

TEST(Restart, of_a_replica_that_took_over_waits_for_a_hand_over) {
    TestOperations world;
    world.ask("again", "{op: restart}");
    while (world.journal("again").empty()) {
        ASSERT_TRUE(world.pass());
    }
    world.hand_over_to("db-1");
    world.run();

    EXPECT_EQ(world.done, texts({"RestartPostgres db-2", "Switchover db-1 to db-0",
                                 "JournalOperation again: Completed 4/4"}));
}

TEST(Restart, goes_on_with_unhealthy_members_only_by_force) {
    TestOperations careful;
    careful.db.unready("db-1");
    careful.ask("again", "{op: restart}").run();
    EXPECT_EQ(careful.done, texts({}));

    TestOperations forced;
    forced.db.unready("db-1");
    forced.ask("again", "{op: restart, restart: {force: true}}").run();
    EXPECT_EQ(forced.done, texts({"RestartPostgres db-1"}));
}

TEST(Reinit, is_done_when_another_process_streams) {
    TestOperations world;
    world.ask("copy", "{op: reinit, reinit: {member: db-1}}").run();
    EXPECT_EQ(world.done, texts({"ReinitMember db-1"}));
    EXPECT_EQ(world.journal("copy"),
              texts({"ask db-1 to copy the primary: Done", "copy to db-1: Open"}));

    world.db.member_says("db-1", {{"state", "running"}});
    world.run();
    EXPECT_EQ(world.phase("copy"), "Running") << "the process that ran before is no proof";
    world.restart("db-1");
    world.run();
    EXPECT_EQ(world.phase("copy"), "Completed");
}

TEST(Reinit, of_the_leader_is_refused) {
    TestOperations world;
    world.ask("copy", "{op: reinit, reinit: {member: db-0}}").run();

    EXPECT_EQ(world.done, texts({"JournalOperation copy: Failed"}));
    EXPECT_EQ(world.status("copy").message,
              "db-0 leads: its data is the one to copy. Switch over first");
}

TEST(Reinit, heals_the_member_that_is_not_healthy) {
    TestOperations world;
    world.db.unready("db-1");
    world.ask("copy", "{op: reinit, reinit: {member: db-1}}").run();

    EXPECT_EQ(world.done, texts({"ReinitMember db-1"}));
}

TEST(Reinit, waits_while_another_member_is_not_healthy) {
    TestOperations world;
    world.db.unready("db-2");
    world.ask("copy", "{op: reinit, reinit: {member: db-1}}").run();

    EXPECT_EQ(world.done, texts({}));
    EXPECT_EQ(world.status("copy").message, "db-2 is not ready: one member down at a time");
}

TEST(Queue, runs_the_oldest_first_and_one_at_a_time) {
    TestOperations world;
    world.db.unready("db-2");
    world.ask("first", "{op: switchover}").ask("second", "{op: restart}").run();

    EXPECT_EQ(world.phase("first"), "Running");
    EXPECT_EQ(world.phase("second"), "Pending");
    EXPECT_EQ(world.status("second").message, "BGDbOps first is first");
}

TEST(Queue, goes_on_with_the_next_when_one_has_ended) {
    TestOperations world;
    world.ask("first", "{op: switchover, switchover: {target: db-1}}")
        .ask("second", "{op: switchover, switchover: {target: db-2}}")
        .run();

    EXPECT_EQ(world.done,
              texts({"Switchover db-0 to db-1", "JournalOperation first: Completed 1/1",
                     "Switchover db-1 to db-2", "JournalOperation second: Completed 1/1"}));
}

TEST(Queue, waits_for_the_time_and_lets_others_pass) {
    TestOperations world;
    const std::string at = format_seconds(world.db.facts().now + minutes(5));
    world.ask("later", "{op: switchover, switchover: {target: db-1}, runAt: '" + at + "'}")
        .ask("now", "{op: switchover, switchover: {target: db-2}}")
        .run();

    EXPECT_EQ(world.phase("now"), "Completed");
    EXPECT_EQ(world.status("later").message, "not before " + at);
    EXPECT_EQ(world.plan().look_again, world.db.facts().now + minutes(5));
    world.db.later(minutes(5));
    EXPECT_EQ(world.run().phase("later"), "Completed");
}

TEST(Queue, leaves_the_cluster_its_own_changes) {
    TestOperations world;
    world.db.stale("db-1");
    world.ask("over", "{op: switchover}").run();

    EXPECT_EQ(world.done, texts({}));
}

TEST(Queue, stands_still_while_the_cluster_is_paused) {
    TestOperations world;
    world.db.annotate("bestgres.io/paused", "true");
    world.ask("over", "{op: switchover}").run();

    EXPECT_EQ(world.status("over").message,
              "the cluster is paused by annotation bestgres.io/paused");
}

TEST(Ends, by_its_timeout) {
    TestOperations world;
    world.db.unready("db-2");
    world.ask("over", "{op: switchover, timeout: 10m}").run();
    EXPECT_EQ(world.plan().look_again, Instant{world.status("over").started.ns} + minutes(10));
    world.db.later(minutes(10));
    world.run();

    EXPECT_EQ(world.phase("over"), "Failed");
    EXPECT_EQ(world.status("over").message, "not done within 10m");
    EXPECT_EQ(world.journal("over"), texts({"switch over from db-0: Failed"}));
}

TEST(Ends, when_it_was_refused_too_often) {
    TestOperations world;
    world.refuses = true;
    world.ask("over", "{op: switchover, maxRetries: 2}");
    for (int round = 0; round < 10; ++round) {
        world.run();
        world.db.later(minutes(5));
    }

    EXPECT_EQ(world.done, texts({"Switchover db-0 to db-1", "Switchover db-0 to db-1",
                                 "Switchover db-0 to db-1", "JournalOperation over: Failed 1/1"}));
    EXPECT_EQ(world.status("over").attempts, 3);
    EXPECT_EQ(world.status("over").message,
              "switch over from db-0: Switchover db-0 to db-1: Patroni answers 503");
}

TEST(Ends, not_before_a_pause_after_a_refusal) {
    TestOperations world;
    world.refuses = true;
    world.ask("over", "{op: switchover}").run();

    EXPECT_EQ(world.status("over").attempts, 1);
    EXPECT_EQ(world.plan().look_again, world.status("over").retry_at);
    EXPECT_EQ(world.status("over").retry_at - world.db.facts().now, seconds(5));
}

// An answer that was lost is no refusal where the world shows that it happened.
TEST(Ends, well_when_the_answer_was_lost) {
    TestOperations world;
    world.refuses = true;
    world.ask("over", "{op: switchover}");
    while (world.db.facts().operation_refused.empty()) {
        ASSERT_TRUE(world.pass());
    }
    world.hand_over_to("db-1");
    world.run();

    EXPECT_EQ(world.phase("over"), "Completed");
    EXPECT_EQ(world.status("over").attempts, 0);
}

TEST(Ends, when_it_is_deleted_and_holds_it_until_then) {
    TestOperations world;
    world.db.unready("db-2");
    world.ask("over", "{op: switchover}").run();
    world.remove("over");
    ASSERT_TRUE(world.exists("over"));
    world.run();

    EXPECT_FALSE(world.exists("over"));
    EXPECT_EQ(world.done, texts({"JournalOperation over: Cancelled 1/1"}));
}

TEST(Ends, by_deletion_only_at_a_safe_point) {
    TestOperations world;
    world.ask("over", "{op: switchover}");
    while (world.journal("over").empty()) {
        ASSERT_TRUE(world.pass());
    }
    world.db.dcs("db-failover", {{"leader", "db-0"}});
    world.remove("over").run();
    EXPECT_TRUE(world.exists("over")) << "a hand-over is under way";

    world.db.dcs("db-failover", {{"leader", nullptr}});
    world.run();
    EXPECT_FALSE(world.exists("over"));
}

TEST(Ends, with_its_cluster) {
    TestOperations world;
    world.db.unready("db-2");
    world.ask("over", "{op: switchover}").ask("next", "{op: restart}").run();
    world.db.being_deleted(kube::kinds::bg_cluster, "db");
    world.run();

    EXPECT_EQ(world.status("over").message, "BGCluster db is being deleted");
    EXPECT_EQ(world.phase("next"), "Failed");
}

TEST(Ends, when_its_spec_says_nothing_that_can_be_done) {
    TestOperations world;
    world.ask("over", "{op: fly}").run();

    EXPECT_EQ(world.phase("over"), "Failed");
    EXPECT_NE(world.status("over").message.find("spec.op: must be one of"), std::string::npos);
}

TEST(History, goes_after_its_time) {
    TestOperations world;
    world.ask("over", "{op: switchover, ttlAfterFinished: 1h}").run();
    EXPECT_EQ(world.plan().look_again, world.status("over").finished + minutes(60));
    world.db.later(minutes(60));
    world.run();

    EXPECT_FALSE(world.exists("over"));
}

TEST(History, keeps_as_many_as_the_latest_says) {
    TestOperations world;
    for (const char* const name : {"one", "two", "three"}) {
        world.ask(name, "{op: switchover, historyLimit: 2}").run();
        world.db.later(seconds(1));
    }
    world.run();

    EXPECT_FALSE(world.exists("one"));
    EXPECT_TRUE(world.exists("two"));
    EXPECT_TRUE(world.exists("three"));
}

TEST(Orphans, wait_for_their_cluster_and_end_without_it) {
    TestOperations world;
    world.ask("early", "{op: switchover}");
    ClusterView view;
    view.ns = "shop";
    view.name = "db";
    view.facts.now = world.db.facts().now;
    view.facts.operations = world.db.facts().operations;
    const OperationsPlan early = plan_orphaned_operations(view);
    ASSERT_TRUE(early.step.has_value());
    EXPECT_EQ(std::get<JournalOperation>(early.step->effect).status.message,
              "there is no BGCluster db");

    world.db.unready("db-2");
    view.facts.operations = world.run().db.facts().operations;
    const OperationsPlan late = plan_orphaned_operations(view);
    ASSERT_TRUE(late.step.has_value());
    EXPECT_EQ(std::get<JournalOperation>(late.step->effect).status.message, "BGCluster db is gone");
    EXPECT_FALSE(is_disruptive(late.step->effect)) << "nobody is left to be asked";
}

}  // namespace
}  // namespace bestgres::plan
