#include "scenarios/invariants/t1_honest_ready.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct T1 : ::testing::Test, DataCourt<T1HonestReady> {
    void ready(const char* status) {
        Json cluster = cluster_json();
        cluster["status"]["conditions"] =
            Json::array({{{"type", "Ready"}, {"status", status}, {"reason", "Because"}}});
        change(the_operator, kube::kinds::bg_cluster, cluster);
    }
    void time_passes(int seconds) {
        for (int second = 0; second < seconds; ++second) {
            after(std::chrono::seconds(1), LineLogged{});
        }
    }
};

TEST_F(T1, ready_while_a_client_can_write_is_true) {
    ready("True");
    time_passes(300);
    ready("True");
    EXPECT_EQ(said(), "");
}

TEST_F(T1, ready_is_not_written_while_a_member_is_not) {
    Json pod = pod_json("db-1", false, false);
    pod["status"]["conditions"][0]["lastTransitionTime"] = format_seconds(truth.at);
    truth.put(kube::kinds::pod, pod);
    time_passes(30);
    ready("True");
    EXPECT_EQ(said(), "");
    time_passes(40);
    ready("True");
    EXPECT_EQ(said(),
              "T1: The status of shop/db was written with Ready=True although db-1 has not been "
              "ready for 70.0 s");
}

TEST_F(T1, a_failover_may_be_seen_late) {
    ready("True");
    die("db-0");
    time_passes(50);
    ready("True");
    time_passes(30);
    ready("False");
    time_passes(300);
    EXPECT_EQ(said(), "");
}

TEST_F(T1, ready_is_not_written_when_nobody_can_write) {
    die("db-0");
    time_passes(70);
    ready("True");
    time_passes(10);
    EXPECT_EQ(said(),
              "T1: The status of shop/db was written with Ready=True although nobody can write "
              "for 75.0 s");
}

TEST_F(T1, an_operator_whose_watch_stalled_says_what_it_saw) {
    truth.faults.push_back({.id = "f1", .kind = FaultKind::watch_stall, .target = "operator-1"});
    tell(FaultBegan{"f1"});
    die("db-0");
    time_passes(70);
    truth.faults.clear();
    tell(FaultEnded{"f1"});
    ready("True");
    time_passes(1);
    ready("False");
    time_passes(60);
    EXPECT_EQ(said(), "");
}

TEST_F(T1, ready_may_be_written_a_moment_before_the_proxies_know) {
    die("db-0");
    time_passes(70);
    servers.run_for(std::chrono::seconds(1));
    ready("True");
    promote("db-1");
    time_passes(30);
    EXPECT_EQ(said(), "");
}

TEST_F(T1, who_is_killed_in_that_moment_could_be_written_to) {
    die("db-0");
    time_passes(70);
    ready("True");
    tell(FaultBegan{"f1"});
    time_passes(30);
    EXPECT_EQ(said(), "");
}

TEST_F(T1, that_moment_is_given_however_long_it_took) {
    die("db-0");
    ready("False");
    time_passes(400);
    ready("True");
    time_passes(1);
    promote("db-1");
    time_passes(30);
    EXPECT_EQ(said(), "");
}

TEST_F(T1, ready_does_not_stand_for_ever) {
    ready("True");
    time_passes(300);
    die("db-0");
    time_passes(300);
    EXPECT_EQ(said(),
              "T1: The status of shop/db says Ready=True although nobody can write for 181.0 s");
}

TEST_F(T1, without_an_operator_nobody_can_correct_it) {
    ready("True");
    truth.who_operates[0].leads = false;
    tell(OperatorEnded{"operator-1"});
    die("db-0");
    time_passes(600);
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
