#include "operator/agent/health.hpp"

#include <gtest/gtest.h>

#include "operator/agent/testing.hpp"

namespace bestgres::agent {
namespace {

using std::chrono::seconds;

TEST(Readiness, takes_the_lock_holder_that_accepts_writes) {
    EXPECT_TRUE(readiness(last_said(leading()), test_start).ok);
}

TEST(Readiness, refuses_a_leader_that_still_recovers) {
    PatroniReport report = leading();
    report.in_recovery = true;
    EXPECT_EQ(readiness(last_said(report), test_start).because,
              "leads, but Postgres is still in recovery");
}

TEST(Readiness, refuses_a_primary_that_lost_the_lock) {
    PatroniReport report = leading();
    report.holds_lock = false;
    EXPECT_EQ(readiness(last_said(report), test_start).because,
              "a primary without the leader lock");
}

TEST(Readiness, lets_failsafe_mode_and_pause_stand_in_for_the_lock) {
    PatroniReport failsafe = leading();
    failsafe.holds_lock = false;
    failsafe.failsafe_active = true;
    EXPECT_TRUE(readiness(last_said(failsafe), test_start).ok);
    PatroniReport paused = leading();
    paused.holds_lock = false;
    paused.paused = true;
    EXPECT_TRUE(readiness(last_said(paused), test_start).ok);
}

TEST(Readiness, takes_a_replica_only_while_it_streams_within_the_lag_bound) {
    EXPECT_TRUE(readiness(last_said(streaming()), test_start).ok);
    PatroniReport archive = streaming();
    archive.replication_state = "in archive recovery";
    EXPECT_FALSE(readiness(last_said(archive), test_start).ok);
    Observation late = last_said(streaming());
    late.replica_within_lag = false;
    EXPECT_FALSE(readiness(late, test_start).ok);
}

TEST(Readiness, does_not_trust_an_old_report) {
    EXPECT_EQ(readiness(last_said(leading()), test_start + seconds(6)).because,
              "Patroni does not answer");
}

TEST(Liveness, bears_a_member_that_copies_data_and_ends_a_silent_patroni) {
    PatroniReport copying;
    copying.is_running = false;
    EXPECT_TRUE(liveness(last_said(copying), false, test_start + seconds(30)).ok);
    EXPECT_EQ(liveness(last_said(copying), false, test_start + seconds(61)).because,
              "Patroni has been silent for 1m1s");
}

TEST(Liveness, ends_a_bootstrap_that_patroni_broke_off_and_no_other_standby_without_a_leader) {
    PatroniReport waiting = streaming();
    waiting.cluster_unlocked = true;
    EXPECT_EQ(liveness(last_said(waiting), true, test_start).because,
              "Patroni broke its bootstrap off: it has to begin anew");
    EXPECT_TRUE(liveness(last_said(waiting), false, test_start).ok);
    EXPECT_TRUE(liveness(last_said(streaming()), true, test_start).ok);
    waiting.in_recovery = false;
    EXPECT_TRUE(liveness(last_said(waiting), true, test_start).ok);
}

TEST(Startup, waits_for_the_first_answer) {
    EXPECT_FALSE(startup(Observation{}).ok);
    EXPECT_TRUE(startup(last_said(streaming())).ok);
}

}  // namespace
}  // namespace bestgres::agent
