#include "operator/agent/watchdog.hpp"

#include <gtest/gtest.h>

#include "operator/agent/testing.hpp"

namespace bestgres::agent {
namespace {

using std::chrono::seconds;

constexpr LocalFacts writable{.postgres_runs = true, .standby_signal = false};

TEST(Watchdog, kills_a_writable_postgres_five_seconds_before_the_lock_expires) {
    EXPECT_EQ(reason_to_kill(last_said(leading()), writable, test_start + seconds(14)),
              std::nullopt);
    EXPECT_EQ(
        reason_to_kill(last_said(leading()), writable, test_start + seconds(15)),
        "Patroni has not answered for 15s and last saw the API server 15s ago, with a ttl of 20s");
}

TEST(Watchdog, counts_from_the_last_contact_with_the_api_server_and_not_from_the_last_answer) {
    PatroniReport report = leading();
    report.dcs_last_seen = test_start - seconds(10);
    EXPECT_TRUE(reason_to_kill(last_said(report), writable, test_start + seconds(5)).has_value());
}

TEST(Watchdog, leaves_a_patroni_that_answers_to_its_own_rules) {
    PatroniReport report = leading();
    report.dcs_last_seen = test_start - seconds(60);
    EXPECT_EQ(reason_to_kill(last_said(report), writable, test_start + seconds(1)), std::nullopt);
}

TEST(Watchdog, spares_standbys_pause_failsafe_and_what_never_answered) {
    const Instant late = test_start + seconds(300);
    EXPECT_EQ(
        reason_to_kill(last_said(leading()), {.postgres_runs = true, .standby_signal = true}, late),
        std::nullopt);
    EXPECT_EQ(reason_to_kill(last_said(leading()),
                             {.postgres_runs = false, .standby_signal = false}, late),
              std::nullopt);
    PatroniReport paused = leading();
    paused.paused = true;
    EXPECT_EQ(reason_to_kill(last_said(paused), writable, late), std::nullopt);
    PatroniReport failsafe = leading();
    failsafe.failsafe_active = true;
    EXPECT_EQ(reason_to_kill(last_said(failsafe), writable, late), std::nullopt);
    EXPECT_EQ(reason_to_kill(Observation{}, writable, late), std::nullopt);
}

}  // namespace
}  // namespace bestgres::agent
