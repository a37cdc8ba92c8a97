#include "fakepatroni/decide.hpp"

#include <gtest/gtest.h>

namespace bestgres::fakepatroni {
namespace {

using std::chrono::seconds;

constexpr Instant start{1'000'000'000'000};

Local member_with_data(const std::string& name, std::uint64_t lsn = 100) {
    Local local;
    local.name = name;
    local.disk = {.initialized = true, .system_identifier = "7", .timeline = 1, .lsn = lsn};
    local.runs = true;
    local.leader_seen_changing = start;
    return local;
}

Peer running_peer(const std::string& name, std::uint64_t lsn) {
    Peer peer;
    peer.name = name;
    peer.pod_runs = true;
    peer.status.state = patroni::State::running;
    peer.status.written = patroni::Lsn{lsn};
    return peer;
}

Seen led_by(const std::string& leader) {
    Seen seen;
    seen.config.initialize = "7";
    seen.config.config = Json{{"ttl", 20}, {"loop_wait", 5}};
    seen.leader.holder = leader;
    return seen;
}

TEST(Decide, lets_the_first_empty_member_bootstrap) {
    Local local;
    EXPECT_EQ(decide(local, Seen{}, start).action, Action::begin_bootstrap);
}

TEST(Decide, waits_for_ever_at_an_empty_initialize_key) {
    Local local;
    Seen seen;
    seen.config.initialize = "";
    EXPECT_EQ(decide(local, seen, start + seconds(3600)).because,
              "waiting for the leader to bootstrap");
}

TEST(Decide, copies_from_a_leader_when_the_disk_is_empty) {
    Local local;
    local.name = "db-1";
    local.leader_seen_changing = start;
    EXPECT_EQ(decide(local, led_by("db-0"), start).action, Action::copy);
}

TEST(Decide, renews_its_own_lock_and_follows_another_one) {
    EXPECT_EQ(decide(member_with_data("db-0"), led_by("db-0"), start).action, Action::renew);
    EXPECT_EQ(decide(member_with_data("db-1"), led_by("db-0"), start).action, Action::follow);
}

TEST(Decide, races_only_after_the_lock_stood_still_for_ttl) {
    const Local local = member_with_data("db-1");
    EXPECT_EQ(decide(local, led_by("db-0"), start + seconds(19)).action, Action::follow);
    EXPECT_EQ(decide(local, led_by("db-0"), start + seconds(20)).action, Action::acquire);
}

TEST(Decide, leaves_the_race_to_a_member_with_more_data) {
    Seen seen = led_by("");
    seen.peers = {running_peer("db-2", 101)};
    EXPECT_EQ(decide(member_with_data("db-1"), seen, start).because, "another member is healthier");
    seen.peers.front().pod_runs = false;
    EXPECT_EQ(decide(member_with_data("db-1"), seen, start).action, Action::acquire);
}

TEST(Decide, hands_over_to_a_candidate_that_runs) {
    Local local = member_with_data("db-0");
    local.primary = true;
    Seen seen = led_by("db-0");
    seen.failover.leader = "db-0";
    seen.failover.candidate = "db-1";
    EXPECT_EQ(decide(local, seen, start).action, Action::renew);
    seen.peers = {running_peer("db-1", 100)};
    EXPECT_EQ(decide(local, seen, start).action, Action::hand_over);
}

TEST(Decide, demotes_a_primary_that_lost_the_lock) {
    Local local = member_with_data("db-0");
    local.primary = true;
    EXPECT_EQ(decide(local, led_by("db-1"), start).action, Action::demote);
    EXPECT_EQ(decide(local, led_by("db-0"), start + seconds(30)).action, Action::demote);
}

}  // namespace
}  // namespace bestgres::fakepatroni
