// What users do to a running cluster, on virtual time: each case ends in a settled cluster,
// whatever crashes on the way.
#include <gtest/gtest.h>

#include <algorithm>

#include "lib/base/yaml.hpp"
#include "scenarios/engine/world.hpp"
#include "scenarios/testing.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

World running(int members) {
    World world({.seed = 1});
    install_operator(world);
    world.start_operator();
    world.apply(cluster_manifest(members));
    const std::string all = std::to_string(members) + "/" + std::to_string(members);
    EXPECT_TRUE(world.run_until([&](const World& now) { return is_settled(now, all); }, minutes(5)))
        << situation(world);
    return world;
}

bool is_running(const World& world, const std::string& ready) {
    const kube::Object cluster = world.get({bg_cluster, "shop", "db"});
    return is_settled(world, ready) && string_at(cluster.json(), {"status", "phase"}) == "Running";
}

Json with_image(const std::string& image) {
    Json manifest = cluster_manifest(3);
    manifest["spec"]["image"]["tag"] = image;
    return manifest;
}

bool all_run(const World& world, const std::string& image) {
    for (int ordinal = 0; ordinal < 3; ++ordinal) {
        const kube::Object pod =
            world.get({kube::kinds::pod, "shop", "db-" + std::to_string(ordinal)});
        const Json& containers = array_at(pod.json(), {"spec", "containers"});
        if (containers.empty() || string_at(containers[0], {"image"}) != image) {
            return false;
        }
    }
    return true;
}

std::int64_t count(const World& world, const std::string& step) {
    return std::ranges::count_if(world.steps(), [&step](const std::string& performed) {
        return performed.find(step) != std::string::npos;
    });
}

TEST(Operations, a_new_image_rolls_with_one_switchover) {
    World world = running(3);
    world.apply(with_image("bestgres-patroni:16"));
    world.run_for(seconds(5));
    EXPECT_TRUE(world.run_until(
        [](const World& now) {
            return is_running(now, "3/3") && all_run(now, "bestgres-patroni:16");
        },
        minutes(10)))
        << situation(world);
    EXPECT_EQ(count(world, "DeletePod"), 3) << situation(world);
    EXPECT_EQ(count(world, "Switchover"), 1) << situation(world);
    EXPECT_EQ(world.writable_members().size(), 1U);
}

TEST(Operations, an_operator_that_crashes_during_a_roll_changes_nothing_in_the_end) {
    World world = running(3);
    world.apply(with_image("bestgres-patroni:16"));
    for (int crash = 0; crash < 4; ++crash) {
        world.run_for(seconds(11));
        world.stop_operator();
        world.run_for(seconds(2));
        world.start_operator();
        world.run_for(seconds(20));
    }
    EXPECT_TRUE(world.run_until(
        [](const World& now) {
            return is_running(now, "3/3") && all_run(now, "bestgres-patroni:16");
        },
        minutes(10)))
        << situation(world);
    EXPECT_EQ(count(world, "DeletePod"), 3) << situation(world);
}

TEST(Operations, members_leave_one_by_one_and_the_leader_stays) {
    World world = running(3);
    world.apply(cluster_manifest(1));
    world.run_for(seconds(5));
    EXPECT_TRUE(
        world.run_until([](const World& now) { return is_running(now, "1/1"); }, minutes(10)))
        << situation(world);
    EXPECT_EQ(world.writable_members(), std::vector<std::string>{"db-0"});
    EXPECT_EQ(count(world, "ScaleIn"), 2) << situation(world);
}

TEST(Operations, a_deleted_cluster_leaves_only_what_its_data_needs) {
    World world = running(1);
    world.remove({bg_cluster, "shop", "db"});
    EXPECT_TRUE(world.run_until(
        [](const World& now) {
            return now.get({bg_cluster, "shop", "db"}).name().empty();
        },
        minutes(5)))
        << situation(world);
    EXPECT_TRUE(world.get({kube::kinds::service, "shop", "db"}).name().empty());
    EXPECT_FALSE(world.get({kube::kinds::secret, "shop", "db"}).name().empty());
    EXPECT_FALSE(
        world.get({kube::kinds::persistent_volume_claim, "shop", "pgdata-db-0"}).name().empty());
}

}  // namespace
}  // namespace bestgres::scenarios
