#include "operator/api/cluster_status.hpp"

#include "operator/api/cluster.hpp"
#include "operator/api/testing.hpp"

namespace bestgres::api {
namespace {

TEST(ClusterStatus, prints_what_is_known_and_nothing_else) {
    ClusterStatus status;
    status.phase = Phase::switching_over;
    status.ready = "2/3";
    status.members = {MemberStatus{.name = "db-0",
                                   .role = MemberRole::primary,
                                   .state = "running",
                                   .timeline = 2,
                                   .lag = {},
                                   .ready = true,
                                   .pending_restart = false,
                                   .version = "15.8",
                                   .patroni = "",
                                   .node = ""}};

    EXPECT_EQ(to_json(status), testing::yaml(R"(
phase: SwitchingOver
ready: 2/3
members: [{name: db-0, role: primary, state: running, timeline: 2, ready: true, version: "15.8"}]
)"));
}

TEST(ClusterStatus, reads_back_what_it_printed) {
    ClusterStatus status;
    status.phase = Phase::running;
    status.lag = LagClass::under_16mi;
    status.observed_generation = 7;
    status.conditions = {Condition{.type = "Ready",
                                   .status = ConditionStatus::is_true,
                                   .reason = "AllMembersReady",
                                   .message = "3 of 3 members are ready",
                                   .last_transition_time = Instant{1'700'000'000'000'000'000},
                                   .observed_generation = 7}};
    status.waiting_for = {WaitingStatus{
        .rule = "roll", .because = "db-1 starts", .since = Instant{1'000'000'000}, .deadline = {}}};
    status.pending = PendingStatus{.restarts = 1, .updates = 0, .summary = "1 restart"};

    EXPECT_EQ(parse_cluster_status(to_json(status)), status);
}

TEST(ClusterStatus, what_cannot_be_read_counts_as_absent) {
    const Json damaged = testing::yaml("{phase: Nonsense, ready: 3, primary: db-0, extra: 1}");

    const ClusterStatus status = parse_cluster_status(damaged);

    EXPECT_EQ(status.phase, std::nullopt);
    EXPECT_EQ(status.primary, "db-0");
}

TEST(LagClass, has_three_steps) {
    EXPECT_EQ(lag_class(0), LagClass::under_1mi);
    EXPECT_EQ(lag_class(1024 * 1024 - 1), LagClass::under_1mi);
    EXPECT_EQ(lag_class(1024 * 1024), LagClass::under_16mi);
    EXPECT_EQ(lag_class(16 * 1024 * 1024), LagClass::more);
}

}  // namespace
}  // namespace bestgres::api
