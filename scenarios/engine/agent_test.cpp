#include "scenarios/engine/agent.hpp"

#include <gtest/gtest.h>

namespace bestgres::scenarios {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Instant start{1'000'000'000'000};

agent::PatroniReport leads(Instant last_contact) {
    agent::PatroniReport report;
    report.holds_lock = true;
    report.is_running = true;
    report.is_primary = true;
    report.in_recovery = false;
    report.dcs_last_seen = last_contact;
    return report;
}

TEST(Agent, stays_ready_without_an_event_while_patroni_answers) {
    Agent agent(start);
    EXPECT_FALSE(agent.readiness(start).ok);
    agent.hears(leads(start), false, start + seconds(1));
    EXPECT_TRUE(agent.readiness(start + seconds(600)).ok);
    EXPECT_EQ(agent.next_decision(start + seconds(600)), std::nullopt);
}

TEST(Agent, notices_silence_from_the_last_round_before_it) {
    Agent agent(start);
    agent.hears(leads(start + seconds(9)), false, start + seconds(1));
    agent.hears_nothing_from(start + seconds(10) + milliseconds(400));
    EXPECT_TRUE(agent.readiness(start + seconds(15)).ok);
    EXPECT_FALSE(agent.readiness(start + seconds(15) + milliseconds(1)).ok);
    EXPECT_EQ(agent.next_decision(start + seconds(10)), start + seconds(13));
    EXPECT_EQ(agent.next_decision(start + seconds(14)), start + seconds(15) + milliseconds(1));
}

TEST(Agent, has_the_watchdog_of_the_shipped_agent) {
    Agent agent(start);
    agent.set_ttl(seconds(20));
    agent.hears(leads(start + seconds(9)), false, start + seconds(1));
    agent.hears_nothing_from(start + seconds(10));
    const agent::LocalFacts writable{.postgres_runs = true, .standby_signal = false};
    EXPECT_FALSE(agent.reason_to_kill(writable, start + seconds(24) - milliseconds(1)));
    EXPECT_TRUE(agent.reason_to_kill(writable, start + seconds(24)));
    EXPECT_EQ(agent.next_decision(start + seconds(20)), start + seconds(24));
    const agent::LocalFacts standby{.postgres_runs = true, .standby_signal = true};
    EXPECT_FALSE(agent.reason_to_kill(standby, start + seconds(24)));
}

TEST(Agent, a_patroni_that_comes_back_is_believed_again) {
    Agent agent(start);
    agent.hears(leads(start), false, start + seconds(1));
    agent.hears_nothing_from(start + seconds(2));
    EXPECT_FALSE(agent.readiness(start + seconds(60)).ok);
    EXPECT_TRUE(agent.is_live(false, start + seconds(60)));
    EXPECT_FALSE(agent.is_live(false, start + seconds(93)));
    agent.hears(leads(start + seconds(100)), false, start + seconds(100));
    EXPECT_TRUE(agent.readiness(start + seconds(160)).ok);
}

}  // namespace
}  // namespace bestgres::scenarios
