// Patroni's Citus mode, with groups of modelled members: registration, hand-overs and what goes
// wrong with them. The rules are those of Patroni 3.0.2 and 4.1.
#include <gtest/gtest.h>

#include "scenarios/fidelity/lab.hpp"

namespace bestgres::scenarios {
namespace {

using fakepatroni::Version;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// A coordinator of one (node0), and two groups of two (node1, node2 and node3, node4).
class CitusGroups : public testing::TestWithParam<Version> {
protected:
    CitusGroups()
        : lab({.version = GetParam(),
               .config = {{"ttl", 30}, {"loop_wait", 10}, {"retry_timeout", 10}},
               .groups = {1, 2, 2}}) {
        lab.start_all();
        EXPECT_TRUE(lab.run_until([this](const Lab&) { return all_registered(); }, minutes(2)))
            << tail();
        lab.run_for(seconds(30));
    }
    bool all_registered() const {
        for (const int group : {0, 1, 2}) {
            if (lab.leader(group).empty() || lab.registered("node0", group) != lab.leader(group)) {
                return false;
            }
        }
        return true;
    }
    const std::map<fakepatroni::GroupId, Instant>& paused() const {
        return lab.postgres("node0").citus().paused();
    }
    std::string replica_of(int group) const {
        const std::string first = group == 1 ? "node1" : "node3";
        const std::string second = group == 1 ? "node2" : "node4";
        return lab.leader(group) == first ? second : first;
    }
    std::string tail() const {
        std::string text;
        for (std::size_t index = 0; index < std::min<std::size_t>(lab.log().size(), 80); ++index) {
            text +=
                lab.log()[lab.log().size() - std::min<std::size_t>(lab.log().size(), 80) + index] +
                "\n";
        }
        return text;
    }
    void switch_over(int group) {
        const std::string leader = lab.leader(group);
        lab.ask(leader, "POST", "/switchover",
                {{"leader", leader}, {"candidate", replica_of(group)}});
    }
    static bool tells(const fakepatroni::PeerRequest& request, std::string_view event) {
        return request.path == "/citus" && string_at(request.body, {"type"}) == event;
    }

    Lab lab;
};

TEST_P(CitusGroups, are_registered_under_objects_of_their_own) {
    EXPECT_EQ(lab.leader(-1), "");
    EXPECT_EQ(lab.registered("node0", 0), "node0");
    EXPECT_EQ(lab.registered(lab.leader(1), 2), lab.leader(2));
    EXPECT_EQ(lab.postgres(lab.leader(2)).citus_tables().local_group, 2);
    const bool four = GetParam() == Version::v4_1;
    EXPECT_EQ(lab.postgres("node0").citus_tables().nodes.size(), four ? 5U : 3U) << tail();
}

TEST_P(CitusGroups, a_switchover_holds_writes_back_and_lets_them_go) {
    const std::string heir = replica_of(1);
    switch_over(1);
    EXPECT_TRUE(lab.run_until([this](const Lab&) { return paused().contains(1); }, seconds(15)))
        << tail();
    EXPECT_TRUE(lab.run_until(
        [&](const Lab&) { return paused().empty() && lab.registered("node0", 1) == heir; },
        seconds(20)))
        << tail();
    lab.run_for(seconds(30));
    EXPECT_EQ(lab.registered(lab.leader(2), 1), heir) << tail();
}

TEST_P(CitusGroups, a_failover_registers_the_new_primary) {
    const std::string heir = replica_of(1);
    lab.kill(lab.leader(1));
    EXPECT_TRUE(lab.run_until(
        [&](const Lab&) { return lab.registered("node0", 1) == heir && paused().empty(); },
        minutes(1)))
        << tail();
    lab.run_for(seconds(10));
    EXPECT_EQ(lab.registered(lab.leader(2), 1), heir) << tail();
}

// Patroni 3.0.2 waits for it until something else is asked for; the release after it does not.
TEST_P(CitusGroups, the_call_of_a_new_primary_is_lost) {
    const std::string heir = replica_of(1);
    lab.lose_peer_requests([](const auto& request) { return tells(request, "after_promote"); });
    switch_over(1);
    lab.run_for(minutes(3));
    if (GetParam() == Version::v4_1) {
        EXPECT_TRUE(paused().empty()) << tail();
        EXPECT_EQ(lab.registered("node0", 1), heir) << tail();
    } else {
        EXPECT_TRUE(paused().contains(1)) << tail();
    }
}

TEST_P(CitusGroups, a_group_whose_objects_are_gone_stays_registered) {
    const std::string member = lab.leader(2);
    for (const std::string name : {"node3", "node4"}) {
        lab.kill(name);
    }
    lab.change(kube::Delete{.ref = {kube::kinds::config_map, "default", "demo-2-leader"}});
    lab.run_for(minutes(2));
    EXPECT_EQ(lab.registered("node0", 2), member) << tail();
}

// The cache is filled anew by a promotion, an error, or the end of a pause.
TEST_P(CitusGroups, a_group_that_was_removed_by_hand_comes_back_with_the_next_cache) {
    lab.run_citus("node0", fakepatroni::RemoveNode{lab.leader(2)});
    lab.run_for(minutes(2));
    EXPECT_EQ(lab.registered("node0", 2), "") << tail();
    lab.ask("node0", "PATCH", "/config", {{"pause", true}});
    lab.run_for(seconds(30));
    lab.ask("node0", "PATCH", "/config", {{"pause", nullptr}});
    lab.run_for(seconds(30));
    EXPECT_EQ(lab.registered("node0", 2), lab.leader(2)) << tail();
}

TEST_P(CitusGroups, a_restart_of_a_worker_pauses_its_group_and_no_other) {
    lab.ask(lab.leader(1), "POST", "/restart", Json::object());
    bool others = false;
    EXPECT_TRUE(lab.run_until(
        [&](const Lab&) {
            others = others || paused().contains(2);
            return paused().contains(1);
        },
        seconds(15)))
        << tail();
    lab.run_for(seconds(20));
    EXPECT_TRUE(paused().empty()) << tail();
    EXPECT_FALSE(others);
}

INSTANTIATE_TEST_SUITE_P(Versions, CitusGroups, testing::Values(Version::v3_0_2, Version::v4_1),
                         [](const auto& version) {
                             return version.param == Version::v4_1 ? "v4_1" : "v3_0_2";
                         });

}  // namespace
}  // namespace bestgres::scenarios
