#include "fakepatroni/race.hpp"

#include <gtest/gtest.h>

namespace bestgres::fakepatroni {
namespace {

using Opening = RaceOpening::Verdict;

std::shared_ptr<const MemberRecord> member(const std::string& name, bool nofailover = false) {
    MemberRecord record;
    record.name = name;
    record.api_url = "http://" + name + ":8008/patroni";
    record.tags.nofailover = nofailover;
    return std::make_shared<const MemberRecord>(record);
}

PeerStatus healthy(const std::string& name, LsnBytes position) {
    return {.name = name, .reachable = true, .primary = false, .position = position};
}

struct Race : testing::Test {
    Race() {
        view.members = {member("db-0"), member("db-1"), member("db-2")};
        LeaderRecord lock;
        lock.optime = 1000;
        view.leader_object = std::make_shared<const LeaderRecord>(lock);
        led = view;
        led.leader = "db-0";
        me = {.name = "db-1", .system_identifier = "7", .position = 1000, .timeline = 1};
    }

    RaceInput input() const {
        return {.me = me,
                .view = view,
                .last_led = led,
                .config = config,
                .traits = traits_of(version),
                .failsafe = failsafe};
    }
    RaceOpening open() const { return open_race(input()); }
    Verdict decide(const std::vector<PeerStatus>& statuses) const {
        return is_healthiest(input(), open(), statuses);
    }
    void ask_for(const std::string& leader, const std::string& candidate) {
        FailoverRecord asked;
        asked.leader = leader;
        asked.candidate = candidate;
        view.failover = std::make_shared<const FailoverRecord>(asked);
    }
    void synchronous(const std::string& leader, std::vector<std::string> standbys,
                     std::int64_t quorum = 0) {
        config.synchronous_mode = quorum > 0 ? SyncMode::quorum : SyncMode::on;
        SyncRecord sync;
        sync.leader = leader;
        sync.standbys = std::move(standbys);
        sync.quorum = quorum;
        view.sync = std::make_shared<const SyncRecord>(sync);
    }

    Version version = Version::v4_1;
    Candidate me;
    ClusterView view;
    ClusterView led;
    DynamicConfig config;
    std::map<std::string, std::string> failsafe;
};

TEST_F(Race, asks_all_others_and_wins_when_nobody_has_more) {
    EXPECT_EQ(open().verdict, Opening::ask_all);
    EXPECT_EQ(open().opponents.size(), 2U);
    EXPECT_TRUE(decide({healthy("db-0", 900), healthy("db-2", 1000)}).yes);
    EXPECT_FALSE(decide({healthy("db-2", 1001)}).yes);
}

TEST_F(Race, needs_no_majority_of_reachable_members) {
    EXPECT_TRUE(decide({{.name = "db-0"}, {.name = "db-2"}}).yes);
}

TEST_F(Race, stands_back_for_a_primary_that_still_lives) {
    PeerStatus old = healthy("db-0", 900);
    old.primary = true;
    EXPECT_EQ(decide({old}).because, "the primary db-0 is still alive");
}

TEST_F(Race, excludes_a_member_that_lags_too_much_behind_the_published_position) {
    me.position = 1000;
    LeaderRecord lock;
    lock.optime = 1000 + 1'048'577;
    view.leader_object = std::make_shared<const LeaderRecord>(lock);
    EXPECT_FALSE(decide({}).yes);
    lock.optime = 1000 + 1'048'576;
    view.leader_object = std::make_shared<const LeaderRecord>(lock);
    EXPECT_TRUE(decide({}).yes);
}

TEST_F(Race, is_not_for_members_without_the_right_to_lead) {
    me.tags.nofailover = true;
    EXPECT_EQ(open().verdict, Opening::no);
    me.tags.nofailover = false;
    config.pause = true;
    EXPECT_EQ(open().because, "paused");
}

TEST_F(Race, gives_a_running_primary_the_lock_unless_another_timeline_was_promoted) {
    me.primary = true;
    EXPECT_EQ(open().verdict, Opening::yes);
    ConfigRecord history;
    history.history = {{.timeline = 1, .lsn = 900}};
    view.config = std::make_shared<const ConfigRecord>(history);
    EXPECT_EQ(open().verdict, Opening::no);
    version = Version::v3_0_2;  // it takes the lock and drops what the other one wrote
    EXPECT_EQ(open().verdict, Opening::yes);
}

TEST_F(Race, is_among_synchronous_members_only) {
    synchronous("db-0", {"db-2"});
    EXPECT_EQ(open().because, "not a synchronous standby");
    synchronous("db-0", {"db-1"});
    EXPECT_EQ(open().verdict, Opening::ask_all);
    EXPECT_EQ(open().opponents, (std::vector<Opponent>{{"db-0", "http://db-0:8008/patroni"}}));
}

TEST_F(Race, ignores_a_former_leader_that_is_ahead_in_synchronous_mode) {
    synchronous("db-0", {"db-1"});
    EXPECT_TRUE(decide({healthy("db-0", 2000)}).yes);
}

TEST_F(Race, lets_the_synchronous_leader_race_in_patroni_4_only) {
    me.name = "db-0";
    synchronous("db-0", {"db-1"});
    EXPECT_EQ(open().verdict, Opening::ask_all);
    version = Version::v3_0_2;
    EXPECT_EQ(open().verdict, Opening::no);
}

TEST_F(Race, counts_votes_in_quorum_mode) {
    synchronous("db-0", {"db-1", "db-2"}, 1);
    EXPECT_FALSE(decide({}).yes);
    EXPECT_TRUE(decide({healthy("db-2", 1000)}).yes);
    EXPECT_FALSE(decide({healthy("db-2", 0)}).yes) << "a member without a position has no vote";
    me.name = "db-3";
    EXPECT_FALSE(decide({healthy("db-2", 1000)}).yes) << "no voter needs one vote more";
    EXPECT_TRUE(decide({healthy("db-1", 1000), healthy("db-2", 1000)}).yes);
}

TEST_F(Race, prefers_a_higher_priority_at_the_same_position_but_not_of_the_former_leader) {
    PeerStatus other = healthy("db-2", 1000);
    other.tags.failover_priority = 5;
    EXPECT_FALSE(decide({other}).yes);
    other.name = "db-0";
    EXPECT_TRUE(decide({other}).yes);
}

TEST_F(Race, is_won_by_the_candidate_of_a_hand_over) {
    ask_for("db-0", "db-1");
    EXPECT_EQ(open().verdict, Opening::yes);
    me.name = "db-2";
    EXPECT_EQ(open().verdict, Opening::ask_candidate);
    EXPECT_EQ(reopen_race(input()).opponents,
              (std::vector<Opponent>{{"db-1", "http://db-1:8008/patroni"}}));
    me.name = "db-0";
    EXPECT_EQ(reopen_race(input()).verdict, Opening::ask_if_others_could);
}

TEST_F(Race, keeps_members_that_are_not_synchronous_out_of_a_switchover) {
    synchronous("db-0", {"db-1"});
    ask_for("db-0", "db-1");
    me.name = "db-2";
    EXPECT_EQ(open().verdict, Opening::no);
}

TEST_F(Race, finds_heirs_for_a_hand_over) {
    me.name = "db-0";
    const auto names = [this](bool without) {
        std::string text;
        for (const Opponent& one : failover_candidates(input(), without)) {
            text += one.name + " ";
        }
        return text;
    };
    EXPECT_EQ(names(false), "db-1 db-2 ");
    ask_for("db-0", "db-2");
    EXPECT_EQ(names(false), "db-2 ");
    EXPECT_EQ(names(true), "db-1 ");
    synchronous("db-0", {"db-1"});
    EXPECT_EQ(names(false), "");
    ask_for("", "db-2");  // a failover may reach asynchronous members
    EXPECT_EQ(names(false), "db-2 ");
    version = Version::v3_0_2;
    EXPECT_EQ(names(false), "");
}

TEST_F(Race, hands_over_only_to_who_has_the_shutdown_checkpoint) {
    EXPECT_TRUE(failover_is_possible(input(), {healthy("db-1", 1000)}, 1000).yes);
    EXPECT_FALSE(failover_is_possible(input(), {healthy("db-1", 999)}, 1000).yes);
    EXPECT_FALSE(failover_is_possible(input(), {{.name = "db-1"}}, 0).yes);
}

TEST(PeerStatus, tells_a_primary_whose_query_failed_only_to_patroni_4) {
    const RestReply reply{.status = 503, .body = R"({"state": "unknown", "role": "primary"})"};
    EXPECT_TRUE(peer_status("a", reply, traits_of(Version::v4_1)).primary);
    EXPECT_FALSE(peer_status("a", reply, traits_of(Version::v3_0_2)).primary);
    EXPECT_FALSE(peer_status("a", std::nullopt, traits_of(Version::v4_1)).reachable);
}

TEST(PeerStatus, takes_the_larger_of_received_and_replayed) {
    const RestReply reply{
        .status = 200,
        .body = R"({"role":"replica","xlog":{"received_location":7,"replayed_location":9}})"};
    EXPECT_EQ(peer_status("a", reply, traits_of(Version::v4_1)).position, 9U);
}

}  // namespace
}  // namespace bestgres::fakepatroni
