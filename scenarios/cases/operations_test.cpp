// What users do to a running cluster, on virtual time: each case ends in a settled cluster,
// whatever crashes on the way.
#include <gtest/gtest.h>

#include "scenarios/testing.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::seconds;

Json with_image(const std::string& image) {
    Json manifest = cluster_manifest(3);
    manifest["spec"]["image"]["tag"] = image;
    return manifest;
}

Scenario roll() {
    Scenario scenario = creation(3);
    scenario.edits.push_back(apply_edit("roll", with_image("bestgres-patroni:16"), when_settled()));
    return scenario;
}

std::string phase(const World& world) {
    return string_at(world.get({bg_cluster, "shop", "db"}).json(), {"status", "phase"});
}

TEST(Operations, a_new_image_rolls_with_one_switchover) {
    const World world = run(roll());
    EXPECT_TRUE(is_settled(world, "3/3")) << situation(world);
    EXPECT_TRUE(all_run(world, "bestgres-patroni:16")) << situation(world);
    EXPECT_EQ(phase(world), "Running");
    EXPECT_EQ(count_steps(world, "EvictPod"), 3) << situation(world);
    EXPECT_EQ(count_steps(world, "Switchover"), 1) << situation(world);
    EXPECT_EQ(world.exposure().two_writers, Duration::zero());
}

TEST(Operations, an_operator_that_crashes_during_a_roll_changes_nothing_in_the_end) {
    Scenario scenario = roll();
    for (std::int64_t crash = 1; crash <= 4; ++crash) {
        scenario.faults.push_back(
            {.id = "crash-" + std::to_string(crash),
             .kind = FaultKind::operator_crash,
             .target = "operator-1",
             .when = {.when = WhenState{.condition = Condition::edit_made, .subject = "roll"},
                      .delay = seconds(11 * crash)}});
    }
    const World world = run(scenario);
    EXPECT_TRUE(is_settled(world, "3/3")) << situation(world);
    EXPECT_TRUE(all_run(world, "bestgres-patroni:16")) << situation(world);
    EXPECT_TRUE(world.never_triggered().empty());
    EXPECT_EQ(count_steps(world, "EvictPod"), 3) << situation(world);
}

TEST(Operations, members_leave_one_by_one_and_the_leader_stays) {
    Scenario scenario = creation(3);
    scenario.edits.push_back(apply_edit("shrink", cluster_manifest(1), when_settled()));
    const World world = run(scenario);
    EXPECT_TRUE(is_settled(world, "1/1")) << situation(world);
    EXPECT_EQ(primary(world), "db-0");
    EXPECT_EQ(count_steps(world, "ScaleIn"), 2) << situation(world);
}

TEST(Operations, a_deleted_cluster_leaves_only_what_its_data_needs) {
    Scenario scenario = creation(1);
    scenario.edits.push_back({.id = "delete",
                              .when = when_settled(),
                              .action = DeleteResource{.ref = {bg_cluster, "shop", "db"}}});
    const World world = run(scenario);
    EXPECT_TRUE(world.get({bg_cluster, "shop", "db"}).name().empty()) << situation(world);
    EXPECT_TRUE(world.get({kube::kinds::service, "shop", "db"}).name().empty());
    EXPECT_FALSE(world.get({kube::kinds::secret, "shop", "db"}).name().empty());
    EXPECT_FALSE(
        world.get({kube::kinds::persistent_volume_claim, "shop", "pgdata-db-0"}).name().empty());
}

}  // namespace
}  // namespace bestgres::scenarios
