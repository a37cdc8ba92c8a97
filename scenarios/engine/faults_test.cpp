// Faults in a world of three members: each begins at rest, and the world comes to rest again.
#include <gtest/gtest.h>

#include <algorithm>

#include "scenarios/engine/truth_view.hpp"
#include "scenarios/testing.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::seconds;

Scenario with_fault(FaultKind kind, std::string target, Duration lasts, std::int64_t amount = 0) {
    Scenario scenario = creation(3);
    scenario.faults.push_back({.id = "fault",
                               .kind = kind,
                               .target = std::move(target),
                               .when = when_settled(),
                               .lasts = lasts,
                               .amount = amount});
    return scenario;
}

void expect_sound(const World& world) {
    EXPECT_TRUE(world.never_triggered().empty());
    EXPECT_TRUE(is_settled(world, "3/3")) << situation(world);
    EXPECT_EQ(world.exposure().two_writers, Duration::zero());
}

TEST(Faults, a_frozen_patroni_costs_its_primary_before_another_one_writes) {
    const World world = run(with_fault(FaultKind::patroni_hang, "the leader of db", seconds(60)));
    expect_sound(world);
    EXPECT_GT(world.exposure().without_writer, seconds(2));
}

// What the watchdog is for: without it the frozen member's PostgreSQL writes on.
TEST(Faults, without_the_watchdog_a_frozen_patroni_leaves_two_writers) {
    Scenario scenario = with_fault(FaultKind::patroni_hang, "the leader of db", seconds(60));
    scenario.knobs.agent_watchdog = false;
    const World world = run(scenario);
    EXPECT_GT(world.exposure().two_writers, seconds(5)) << situation(world);
}

TEST(Faults, a_primary_that_only_misses_the_api_server_writes_on_by_failsafe) {
    const World world =
        run(with_fault(FaultKind::partition, "the node of the leader of db=api", seconds(90)));
    expect_sound(world);
    // Its pod was marked as not ready: the proxy hears of that at once, its kubelet within ten
    // seconds of the heal.
    EXPECT_LT(world.exposure().without_writer, seconds(12));
}

TEST(Faults, a_primary_that_reaches_nobody_is_replaced_without_overlap) {
    const World world =
        run(with_fault(FaultKind::partition, "the node of the leader of db=", seconds(90)));
    expect_sound(world);
    EXPECT_GT(world.exposure().without_writer, seconds(2));
}

TEST(Faults, a_node_that_crashes_comes_back_with_its_member) {
    const World world =
        run(with_fault(FaultKind::node_crash, "the node of the leader of db", seconds(120)));
    expect_sound(world);
    EXPECT_LT(world.exposure().without_writer, seconds(40));
}

TEST(Faults, a_kubelet_that_was_dead_obeys_again) {
    Scenario scenario =
        with_fault(FaultKind::kubelet_dead, "the node of the leader of db", seconds(20));
    scenario.faults.push_back(
        {.id = "kill",
         .kind = FaultKind::pod_kill,
         .target = "the leader of db",
         .when = {.when = WhenState{.condition = Condition::fault_over, .subject = "fault"},
                  .delay = seconds(20)},
         .lasts = {},
         .amount = 30});
    expect_sound(run(scenario));
}

// The probe that would have found its member ready ends while the kubelet is dead.
TEST(Faults, a_kubelet_that_was_dead_probes_again) {
    Scenario scenario = creation(3);
    scenario.faults.push_back({.id = "fault",
                               .kind = FaultKind::kubelet_dead,
                               .target = "node-3",
                               .when = at_second(6),
                               .lasts = seconds(20)});
    expect_sound(run(scenario));
}

std::int64_t streaming(const World& world) {
    const std::vector<MemberTruth> members = TruthView(world.state()).members();
    return std::count_if(members.begin(), members.end(), [](const MemberTruth& member) {
        return member.postgres->connection().has_value();
    });
}

TEST(Faults, a_lost_slot_is_replaced_by_patroni_4_only) {
    Scenario scenario = with_fault(FaultKind::slot_lost, "a replica of db", Duration{});
    scenario.topology.patroni = PatroniVersion::v4_1;
    EXPECT_EQ(streaming(run(scenario)), 2);
    scenario.topology.patroni = PatroniVersion::v3_0;
    EXPECT_EQ(streaming(run(scenario)), 1);
}

TEST(Faults, a_primary_that_loses_one_answer_leads_on) {
    const World world = run(with_fault(FaultKind::rest_silent, "the leader of db", Duration{}));
    EXPECT_TRUE(is_settled(world, "3/3")) << situation(world);
    EXPECT_EQ(world.exposure().without_writer, Duration::zero());
}

TEST(Faults, a_primary_that_answers_nobody_for_a_moment_leads_on) {
    const World world = run(with_fault(FaultKind::rest_silent, "the leader of db", seconds(8)));
    EXPECT_EQ(world.exposure().without_writer, Duration::zero());
}

// An empty target would be everybody.
TEST(Faults, a_role_that_nobody_has_is_nobody) {
    Scenario scenario = creation(1);
    scenario.faults.push_back({.id = "fault",
                               .kind = FaultKind::probe_fails,
                               .target = "a replica of db",
                               .when = at_second(3),
                               .lasts = seconds(30)});
    const World world = run(scenario);
    EXPECT_TRUE(is_settled(world, "1/1")) << situation(world);
}

TEST(Faults, an_operator_whose_watch_stalls_hears_everything_afterwards) {
    Scenario scenario = with_fault(FaultKind::watch_stall, "operator-1/Pod", seconds(60));
    scenario.faults.push_back({.id = "kill",
                               .kind = FaultKind::container_crash,
                               .target = "a replica of db",
                               .when = when_settled(),
                               .lasts = {}});
    expect_sound(run(scenario));
}

TEST(Faults, an_outage_of_the_api_server_ends_in_the_same_cluster) {
    expect_sound(run(with_fault(FaultKind::api_outage, "", seconds(45))));
}

// The pod is scheduled, and after five minutes evicted, while its kubelet hears of nothing.
TEST(Faults, a_pod_that_ended_before_its_kubelet_heard_of_it_is_made_again) {
    Scenario scenario = creation(1);
    scenario.topology.nodes = 1;
    scenario.faults.push_back({.id = "cut",
                               .kind = FaultKind::node_cut_off,
                               .target = "node-1",
                               .when = at_second(2),
                               .lasts = seconds(500)});
    const World world = run(scenario);
    EXPECT_TRUE(is_settled(world, "1/1")) << situation(world);
}

TEST(Faults, a_lost_answer_is_no_second_creation) {
    Scenario scenario = creation(1);
    scenario.faults.push_back({.id = "lost",
                               .kind = FaultKind::timeout_after,
                               .target = "operator",
                               .when = {.when = AfterCall{.pattern = {.actor = "operator",
                                                                      .verb = "patch",
                                                                      .kind = "StatefulSet",
                                                                      .name = "db"},
                                                          .point = CallPoint::before_send}}});
    const World world = run(scenario);
    EXPECT_TRUE(world.never_triggered().empty());
    EXPECT_TRUE(is_settled(world, "1/1")) << situation(world);
}

TEST(Faults, a_trigger_that_never_holds_is_named) {
    Scenario scenario = creation(1);
    scenario.faults.push_back(
        {.id = "never",
         .kind = FaultKind::operator_crash,
         .target = "operator-1",
         .when = {.when = AfterCall{.pattern = {.verb = "delete", .kind = "Service"}}}});
    EXPECT_EQ(run(scenario).never_triggered(), std::vector<std::string>{"never"});
}

// The way of crash points: the reference run names the calls, a fork gets another outcome.
TEST(Faults, every_outcome_of_one_call_ends_in_the_same_cluster) {
    World reference(shop(), creation(1), TraceDetail::full);
    reference.run();
    std::uint64_t number = 0;
    for (const OperatorCall& call : reference.calls()) {
        number =
            call.site == "keep_objects" && call.label.kind == "StatefulSet" ? call.number : number;
    }
    ASSERT_GT(number, 0U);
    World before(shop(), creation(1));
    while (before.operator_calls() + 1 < number) {
        ASSERT_TRUE(before.step());
    }
    for (const Forced outcome :
         {Forced::crash_before, Forced::crash_after_apply, Forced::crash_after_answer,
          Forced::timeout_after_apply, Forced::reset, Forced::forbidden}) {
        World fork = before;
        fork.force(number, outcome);
        fork.run();
        EXPECT_TRUE(is_settled(fork, "1/1")) << static_cast<int>(outcome) << situation(fork);
        EXPECT_NE(fork.trace_hash(), reference.trace_hash());
    }
}

}  // namespace
}  // namespace bestgres::scenarios
