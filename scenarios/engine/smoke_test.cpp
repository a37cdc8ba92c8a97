// The whole loop on virtual time: the operator's core unchanged against fakekube and fakepatroni.
#include <gtest/gtest.h>

#include "scenarios/testing.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

Scenario loss_of_the_primary(std::uint64_t seed) {
    Scenario scenario = creation(3, seed);
    scenario.faults.push_back({.id = "kill",
                               .kind = FaultKind::pod_kill,
                               .target = "the leader of db",
                               .when = when_settled()});
    return scenario;
}

TEST(Smoke, a_cluster_is_created_and_the_run_ends_at_rest) {
    const World world = run(creation(3));
    EXPECT_TRUE(world.settled()) << situation(world);
    EXPECT_TRUE(is_settled(world, "3/3")) << situation(world);
    EXPECT_TRUE(world.never_triggered().empty());
    EXPECT_GT(world.exposure().commits_acknowledged, 10U);
    EXPECT_LT(world.now() - world.start(), minutes(5));
}

TEST(Smoke, the_loss_of_the_primary_is_survived) {
    World world(shop(), loss_of_the_primary(1), TraceDetail::full);
    ASSERT_TRUE(run_until(world, [](const World& now) { return is_settled(now, "3/3"); }));
    const std::string first = primary(world);
    world.run();
    EXPECT_TRUE(is_settled(world, "3/3")) << situation(world);
    EXPECT_NE(primary(world), first);
    EXPECT_EQ(world.exposure().two_writers, Duration::zero());
    EXPECT_GT(world.exposure().without_writer, Duration::zero());
    EXPECT_LT(world.exposure().without_writer, seconds(30));
}

TEST(Smoke, gives_the_same_trace_twice_and_another_one_for_another_seed) {
    const World one = run(loss_of_the_primary(7));
    const World same = run(loss_of_the_primary(7));
    const World other = run(loss_of_the_primary(8));
    EXPECT_EQ(one.trace_hash(), same.trace_hash());
    EXPECT_EQ(one.trace_blocks(), same.trace_blocks());
    EXPECT_EQ(one.hash(), same.hash());
    EXPECT_NE(one.trace_hash(), other.trace_hash());
}

TEST(Smoke, the_detail_of_the_trace_changes_nothing) {
    const World with_log = run(loss_of_the_primary(3));
    World without(shop(), loss_of_the_primary(3), TraceDetail::none);
    without.run();
    EXPECT_EQ(with_log.trace_hash(), without.trace_hash());
    EXPECT_TRUE(without.log().empty());
    EXPECT_FALSE(with_log.calls().empty());
    EXPECT_EQ(with_log.operator_calls(), without.operator_calls());
}

TEST(Smoke, is_a_value_whose_copy_has_the_same_future) {
    World world(shop(), loss_of_the_primary(5));
    world.run_to(world.start() + seconds(10));
    World copy = world;
    EXPECT_EQ(world.hash(), copy.hash());
    world.run();
    EXPECT_NE(world.hash(), copy.hash());
    copy.run();
    EXPECT_EQ(world.trace_hash(), copy.trace_hash());
    EXPECT_EQ(world.event(), copy.event());
}

TEST(Smoke, a_fault_that_hits_nothing_moves_nothing) {
    const World with = run([] {
        Scenario scenario = creation(2);
        scenario.faults.push_back({.id = "idle",
                                   .kind = FaultKind::latency,
                                   .target = "operator-9>api",
                                   .when = at_second(20),
                                   .lasts = seconds(1),
                                   .amount = 100});
        return scenario;
    }());
    const World without = run(creation(2));
    const auto versions = [](const World& world) {
        std::vector<std::pair<std::int64_t, std::string>> told;
        for (const Noted& noted : world.log()) {
            if (const auto* change = std::get_if<ObjectChanged>(&noted.what)) {
                const kube::Object& now =
                    change->after.name().empty() ? change->before : change->after;
                told.emplace_back(noted.at.ns, now.name());
            }
        }
        return told;
    };
    const auto some = versions(without);
    auto all = versions(with);
    ASSERT_GE(all.size(), some.size());
    all.resize(some.size());
    EXPECT_EQ(all, some);
}

TEST(Smoke, a_killed_container_starts_again_in_place) {
    Scenario scenario = creation(2);
    scenario.faults.push_back({.id = "oom",
                               .kind = FaultKind::container_crash,
                               .target = "the leader of db",
                               .when = when_settled()});
    const World world = run(scenario);
    EXPECT_TRUE(is_settled(world, "2/2")) << situation(world);
    int restarts = 0;
    for (const kube::Object& pod : world.truth().objects(kube::kinds::pod)) {
        const Json& containers = array_at(pod.json(), {"status", "containerStatuses"});
        restarts += static_cast<int>(find_int(containers[0], {"restartCount"}).value_or(0));
    }
    EXPECT_EQ(restarts, 1);
}

TEST(Smoke, a_scenario_whose_edit_the_server_refuses_does_not_pass_as_an_empty_run) {
    Json manifest = cluster_manifest(2);
    manifest["spec"]["instances"] = "two";
    Scenario scenario;
    scenario.edits = {apply_edit("create", manifest, at_second(0))};
    const World world = run(scenario);
    ASSERT_FALSE(world.violations().empty());
    EXPECT_EQ(world.violations()[0].law, "H6");
    EXPECT_NE(world.violations()[0].facts[0].find("instances"), std::string::npos)
        << world.violations()[0].facts[0];
}

TEST(Smoke, nothing_is_written_while_a_settled_fleet_is_steady_but_leases_and_renewals) {
    World world = run(creation(3));
    ASSERT_TRUE(world.settled());
    const kube::Object before = world.get({bg_cluster, "shop", "db"});
    Scenario longer = creation(3);
    longer.edits.push_back(apply_edit("again", cluster_manifest(3), at_second(900)));
    World steady(shop(), longer, TraceDetail::full);
    ASSERT_TRUE(run_until(steady, [](const World& now) { return now.settled(); }));
    const std::size_t begun = steps(steady).size();
    steady.run_to(steady.start() + seconds(890));
    EXPECT_EQ(steps(steady).size(), begun) << situation(steady);
    EXPECT_EQ(steady.get({bg_cluster, "shop", "db"}).resource_version(), before.resource_version());
}

}  // namespace
}  // namespace bestgres::scenarios
