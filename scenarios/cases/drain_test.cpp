// Nodes drained by a person while the operator rolls: both take members away, and the budget of the
// cluster arbitrates between them.
#include <gtest/gtest.h>

#include <algorithm>

#include "scenarios/testing.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::minutes;

constexpr const char* next_image = "bestgres-patroni:16";

Trigger when_evicted(std::int64_t nth) {
    return {.when = AfterCall{.pattern = {.actor = "operator", .verb = "evict", .kind = "Pod"},
                              .point = CallPoint::after_apply,
                              .nth = nth}};
}

// `target` is drained when the operator has evicted for the `nth` time, and comes back later.
Scenario roll_and_drain(const std::string& target, std::int64_t nth) {
    Json rolled = cluster_manifest(3);
    rolled["spec"]["image"]["tag"] = next_image;
    Scenario scenario = creation(3);
    scenario.edits.push_back(apply_edit("roll", rolled, when_settled()));
    scenario.faults = {{.id = "drain",
                        .kind = FaultKind::node_drain,
                        .target = target,
                        .when = when_evicted(nth),
                        .lasts = minutes(5)}};
    return scenario;
}

std::int64_t running(const World& world) {
    const std::vector<MemberTruth> members = world.truth().members();
    return std::count_if(members.begin(), members.end(), [](const MemberTruth& member) {
        return member.patroni_runs && member.postgres != nullptr;
    });
}

// The fewest members that ran at any moment since the cluster was whole first.
struct Outcome {
    World world;
    std::int64_t fewest = 3;
};

Outcome watch(Scenario scenario) {
    Outcome outcome{World(shop(), std::move(scenario), TraceDetail::full)};
    run_until(outcome.world, [](const World& world) { return is_settled(world, "3/3"); });
    run_until(outcome.world, [&outcome](const World& world) {
        outcome.fewest = std::min(outcome.fewest, running(world));
        return world.over();
    });
    return outcome;
}

class DrainInARoll : public testing::TestWithParam<std::tuple<const char*, int>> {};

TEST_P(DrainInARoll, takes_no_second_member_away_and_both_come_to_their_end) {
    const auto& [target, nth] = GetParam();
    const Outcome outcome = watch(roll_and_drain(target, nth));
    const World& world = outcome.world;
    EXPECT_TRUE(world.never_triggered().empty());
    EXPECT_TRUE(is_settled(world, "3/3")) << situation(world);
    EXPECT_TRUE(all_run(world, next_image)) << situation(world);
    EXPECT_TRUE(world.violations().empty()) << situation(world);
    EXPECT_EQ(outcome.fewest, 2) << situation(world);
}

INSTANTIATE_TEST_SUITE_P(AtEveryEviction, DrainInARoll,
                         testing::Combine(testing::Values("the node of the leader of db",
                                                          "the node of a replica of db"),
                                          testing::Values(1, 2, 3)));

}  // namespace
}  // namespace bestgres::scenarios
