// The first scenario: the production core creates a cluster on virtual time, the primary dies, the
// cluster converges.
#include <gtest/gtest.h>

#include "lib/base/yaml.hpp"
#include "lib/kube/workload.hpp"
#include "scenarios/engine/world.hpp"
#include "scenarios/testing.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

std::string primary(const World& world) {
    return string_at(world.get({bg_cluster, "shop", "db"}).json(), {"status", "primary"});
}

struct Ending {
    std::uint64_t hash = 0;
    std::string first_primary;
    std::string last_primary;
};

void create_and_kill(std::uint64_t seed, Ending& ending) {
    World world({.seed = seed});
    install_operator(world);
    world.start_operator();
    world.apply(cluster_manifest(3));
    const auto ready = [](const World& now) { return is_settled(now, "3/3"); };
    ASSERT_TRUE(world.run_until(ready, minutes(5))) << situation(world);
    ending.first_primary = primary(world);
    ASSERT_EQ(world.writable_members(), std::vector<std::string>{ending.first_primary});
    world.remove({kube::kinds::pod, "shop", ending.first_primary});
    const auto moved = [&](const World& now) {
        return primary(now) != ending.first_primary && ready(now);
    };
    ASSERT_TRUE(world.run_until(moved, minutes(5))) << situation(world);
    ending.last_primary = primary(world);
    EXPECT_EQ(world.writable_members(), std::vector<std::string>{ending.last_primary});
    ending.hash = world.trace_hash();
}

TEST(Smoke, creates_a_cluster_and_converges_after_the_loss_of_its_primary) {
    Ending ending;
    create_and_kill(1, ending);
    EXPECT_NE(ending.first_primary, ending.last_primary);
}

TEST(Smoke, gives_the_same_trace_twice_and_another_one_for_another_seed) {
    Ending one;
    Ending same;
    Ending other;
    create_and_kill(7, one);
    create_and_kill(7, same);
    create_and_kill(8, other);
    EXPECT_EQ(one.hash, same.hash);
    EXPECT_NE(one.hash, other.hash);
}

TEST(Smoke, restarts_a_killed_container_in_place) {
    World world({.seed = 3});
    install_operator(world);
    world.start_operator();
    world.apply(cluster_manifest(2));
    const auto ready = [](const World& now) { return is_settled(now, "2/2"); };
    ASSERT_TRUE(world.run_until(ready, minutes(5))) << situation(world);
    world.kill_container(primary(world));
    ASSERT_TRUE(world.run_until([&](const World& now) { return !ready(now); }, minutes(2)))
        << situation(world);
    EXPECT_TRUE(world.run_until(ready, minutes(5))) << situation(world);
}

TEST(Smoke, writes_nothing_while_a_settled_fleet_is_steady_but_its_lease) {
    World world({.seed = 4});
    install_operator(world);
    world.start_operator();
    world.apply(cluster_manifest(3));
    ASSERT_TRUE(
        world.run_until([](const World& now) { return is_settled(now, "3/3"); }, minutes(5)));
    world.run_for(minutes(2));
    const std::size_t steps = world.steps().size();
    ASSERT_GT(steps, 0U);
    const kube::Object before = world.get({bg_cluster, "shop", "db"});
    world.run_for(minutes(30));
    EXPECT_EQ(world.steps().size(), steps) << situation(world);
    EXPECT_EQ(world.get({bg_cluster, "shop", "db"}).resource_version(), before.resource_version());
}

TEST(Smoke, is_a_value_whose_copy_has_the_same_future) {
    World world({.seed = 5});
    install_operator(world);
    world.start_operator();
    world.apply(cluster_manifest(2));
    world.run_for(seconds(10));
    World copy = world;
    world.run_for(minutes(3));
    copy.run_for(minutes(3));
    EXPECT_EQ(world.trace_hash(), copy.trace_hash());
    EXPECT_TRUE(is_settled(world, "2/2")) << situation(world);
}

}  // namespace
}  // namespace bestgres::scenarios
