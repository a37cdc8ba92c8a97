#include "scenarios/swarm/swarm.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "scenarios/replay/replay_file.hpp"
#include "scenarios/swarm/budget.hpp"
#include "scenarios/swarm/draw.hpp"
#include "scenarios/workloads/catalogue.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::seconds;
using workloads::fault;
using workloads::lasting;

constexpr std::uint64_t some_seeds = 700;

std::size_t added_faults(std::uint64_t seed) {
    const Scenario drawn = swarm_scenario(seed, {});
    return drawn.faults.size() - workloads::make_workload(drawn.name)->faults.size();
}

Scenario three_members() {
    return *workloads::make_workload("W02");
}

TEST(Swarm, makes_the_same_scenario_of_the_same_seed) {
    EXPECT_EQ(swarm_scenario(7, {}), swarm_scenario(7, {}));
    EXPECT_NE(swarm_scenario(7, {}).faults, swarm_scenario(8, {}).faults);
}

TEST(Swarm, makes_only_what_a_run_can_make_sense_of_and_within_the_budget) {
    for (std::uint64_t seed = 0; seed < some_seeds; ++seed) {
        const Scenario scenario = swarm_scenario(seed, {});
        EXPECT_EQ(problems_of(scenario), std::vector<std::string>{}) << seed;
        EXPECT_EQ(beyond_budget(scenario), std::nullopt) << seed;
        ASSERT_TRUE(read_replay(write_replay({.notes = {}, .scenario = scenario})).ok()) << seed;
    }
}

TEST(Swarm, leaves_a_fifth_of_the_runs_alone_and_gives_a_tenth_one_or_two_faults_each) {
    std::map<std::size_t, std::size_t> counts;
    for (std::uint64_t seed = 0; seed < some_seeds; ++seed) {
        ++counts[std::min<std::size_t>(added_faults(seed), 3)];
    }
    EXPECT_NEAR(static_cast<double>(counts[0]), 140, 40);
    EXPECT_NEAR(static_cast<double>(counts[1]), 70, 30);
    EXPECT_NEAR(static_cast<double>(counts[2]), 70, 30);
}

TEST(Swarm, draws_every_kind_of_fault_that_licenses_no_loss) {
    std::set<FaultKind> drawn;
    for (std::uint64_t seed = 0; seed < some_seeds; ++seed) {
        for (const Fault& fault : swarm_scenario(seed, {}).faults) {
            drawn.insert(fault.kind);
        }
    }
    for (const FaultKind kind : all_fault_kinds()) {
        EXPECT_EQ(drawn.count(kind) == 1, profile_of(kind).harm != Harm::licenses_loss)
            << to_string(kind);
    }
}

TEST(Swarm, moves_nothing_else_when_faults_are_left_out) {
    std::size_t compared = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const Scenario all = swarm_scenario(seed, {});
        const Scenario fewer = swarm_scenario(seed, {.most_faults = 2});
        EXPECT_EQ(all.knobs, fewer.knobs);
        EXPECT_EQ(all.edits, fewer.edits);
        for (std::size_t at = 0; at < fewer.faults.size(); ++at) {
            EXPECT_EQ(all.faults.at(at), fewer.faults[at]) << seed;
            ++compared;
        }
    }
    EXPECT_GT(compared, 100U);
}

TEST(Swarm, keeps_to_the_workloads_that_it_is_given) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const std::string name = swarm_scenario(seed, {.workloads = {"W13-3-sync"}}).name;
        EXPECT_EQ(name, "W13-3-sync");
    }
}

TEST(Swarm, moves_only_the_seeds_that_another_workload_wins) {
    const std::vector<std::string> before = {"W01", "W02-3-async", "W12-3-sync"};
    const std::vector<std::string> after = {"W18", "W01", "W02-3-async", "W12-3-sync"};
    std::map<std::string, int> drawn;
    for (std::uint64_t seed = 0; seed < some_seeds; ++seed) {
        const Scenario now = swarm_scenario(seed, {.workloads = after});
        ++drawn[now.name.substr(0, 3)];
        if (!now.name.starts_with("W18")) {
            EXPECT_EQ(now, swarm_scenario(seed, {.workloads = before})) << seed;
        }
    }
    for (const auto& [name, count] : drawn) {
        EXPECT_NEAR(count, some_seeds / 4.0, 40) << name;
    }
    EXPECT_EQ(drawn.size(), 4U);
}

TEST(Budget, never_takes_the_last_copy) {
    Scenario scenario = *workloads::make_workload("W01");
    scenario.faults = {fault("f1", FaultKind::volume_lost, "db-0", {})};
    EXPECT_EQ(beyond_budget(scenario), "f1 takes the only copy");
}

TEST(Budget, never_takes_two_copies_or_one_while_the_other_is_held_back) {
    Scenario scenario = three_members();
    scenario.faults = {fault("f1", FaultKind::volume_lost, "db-0", {})};
    EXPECT_EQ(beyond_budget(scenario), std::nullopt);

    scenario.faults.push_back(fault("f2", FaultKind::replication_stuck, "db-1", {}));
    EXPECT_EQ(beyond_budget(scenario), "f1 takes a copy while f2 may hold back the other");

    scenario.faults.back() = fault("f2", FaultKind::copy_corrupt, "db-1", {});
    EXPECT_EQ(beyond_budget(scenario), "more than one copy of the data is taken");
}

TEST(Budget, lets_one_node_of_three_stay_broken_and_no_more) {
    Scenario scenario = three_members();
    Fault stays = fault("f1", FaultKind::node_cut_off, "node-1", {});
    stays.for_ever = true;
    scenario.faults = {stays};
    EXPECT_EQ(beyond_budget(scenario), std::nullopt);

    stays.id = "f2";
    scenario.faults.push_back(stays);
    EXPECT_EQ(beyond_budget(scenario), "f2 lasts for ever, and too few members are left");

    stays.kind = FaultKind::api_outage;
    scenario.faults = {stays};
    EXPECT_EQ(beyond_budget(scenario), "f2 lasts for ever, and is more than a node");
}

TEST(Budget, counts_the_members_of_the_smallest_moment) {
    EXPECT_EQ(fewest_members(*workloads::make_workload("W07")), 3);
    EXPECT_EQ(fewest_members(*workloads::make_workload("W08")), 1);
}

TEST(LogUniform, stays_within_its_range_and_reaches_both_ends) {
    RandomStream draw(1, "test");
    std::set<std::int64_t> seen;
    for (int number = 0; number < 2'000; ++number) {
        const std::int64_t value = log_uniform(draw, 3, 30);
        EXPECT_TRUE(value >= 3 && value <= 30) << value;
        seen.insert(value);
    }
    EXPECT_EQ(seen.size(), 28U);
    EXPECT_EQ(log_uniform(draw, 5, 5), 5);
    EXPECT_EQ(log_uniform(draw, seconds(0), seconds(0)), seconds(0));
}

}  // namespace
}  // namespace bestgres::scenarios
