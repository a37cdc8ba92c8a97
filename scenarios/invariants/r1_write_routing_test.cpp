#include "scenarios/invariants/r1_write_routing.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct R1 : ::testing::Test, DataCourt<R1WriteRouting> {
    R1() { time_passes(60); }
    void routes(const std::string& node, const std::vector<std::string>& pods) {
        std::vector<std::string> uids;
        for (const std::string& pod : pods) {
            uids.push_back(uid(pod));
        }
        truth.routes[{node, "db"}] = uids;
        tell(RouteChanged{node, "db", uids});
    }
    void time_passes(int seconds) {
        for (int second = 0; second < seconds; ++second) {
            after(std::chrono::seconds(1), LineLogged{});
        }
    }
};

TEST_F(R1, a_route_that_follows_the_lock_is_lawful) {
    routes("node-1", {"db-0"});
    lock("db-1");
    time_passes(20);
    routes("node-1", {"db-1"});
    time_passes(300);
    EXPECT_EQ(said(), "");
}

TEST_F(R1, a_route_to_a_former_leader_is_an_alarm) {
    routes("node-1", {"db-0"});
    lock("db-1");
    routes("node-1", {"db-0", "db-1"});
    time_passes(300);
    EXPECT_EQ(said(),
              "R1: node-1 sends clients of db to db-0, which has not held the lock for 31.0 s");
}

TEST_F(R1, nobody_is_sent_to_a_fenced_member_but_where_the_proxy_is_cut_off) {
    Json pod = pod_json("db-0", true);
    pod["metadata"]["labels"][std::string(manifests::fenced_label)] = "true";
    truth.faults = {
        {.id = "cut", .kind = FaultKind::node_cut_off, .target = "node-1", .for_ever = true}};
    routes("node-1", {"db-0"});
    routes("node-2", {"db-0"});
    change(the_operator, kube::kinds::pod, pod);
    time_passes(9);
    EXPECT_EQ(said(), "");
    time_passes(9);
    EXPECT_EQ(said().substr(0, 70),
              "R1: node-2 sends clients of db to db-0, which has been fenced for 11.0");
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(R1, a_proxy_that_could_not_hear_of_it_has_its_moment_afterwards) {
    Json pod = pod_json("db-0", true);
    pod["metadata"]["labels"][std::string(manifests::fenced_label)] = "true";
    truth.faults = {{.id = "cut", .kind = FaultKind::partition, .target = "node-1=api"}};
    routes("node-1", {"db-0"});
    change(the_operator, kube::kinds::pod, pod);
    time_passes(300);
    truth.faults.clear();
    truth.disturbed_until = truth.at;
    time_passes(9);
    EXPECT_EQ(said(), "");
    time_passes(9);
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(R1, without_an_operator_patroni_has_more_time) {
    truth.who_operates[0].leads = false;
    tell(OperatorEnded{"operator-1"});
    routes("node-1", {"db-0"});
    lock("db-1");
    time_passes(80);
    EXPECT_EQ(said(), "");
    time_passes(80);
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(R1, a_stale_proxy_is_a_fault_of_its_own) {
    truth.faults = {{.id = "f1", .kind = FaultKind::proxy_stale, .target = "node-1"}};
    routes("node-1", {"db-0"});
    lock("db-1");
    time_passes(300);
    EXPECT_EQ(said(), "");
}

TEST_F(R1, while_nobody_holds_the_lock_a_hand_over_is_on_its_way) {
    routes("node-1", {"db-0"});
    lock("");
    time_passes(300);
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
