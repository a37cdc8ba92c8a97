// What a pass of all controllers costs: with nothing to do, and after one write that concerns none
// of them or many of them.
#include <benchmark/benchmark.h>

#include "fakekube/controllers/world.hpp"

namespace bestgres::fakekube::controllers {
namespace {

namespace kinds = kube::kinds;

Json stateful_set() {
    const Json container = {{"name", "c"}, {"image", "postgres:15"}};
    return {{"metadata", {{"name", "db"}}},
            {"spec",
             {{"replicas", 3},
              {"podManagementPolicy", "Parallel"},
              {"selector", {{"matchLabels", {{"app", "db"}}}}},
              {"template",
               {{"metadata", {{"labels", {{"app", "db"}}}}},
                {"spec", {{"containers", Json::array({container})}}}}}}}};
}

testing::World busy_world() {
    testing::World world;
    for (const char* node : {"n1", "n2", "n3"}) {
        world.add_node(node);
    }
    world.create(
        kinds::service,
        {{"metadata", {{"name", "db"}}},
         {"spec",
          {{"selector", {{"app", "db"}}}, {"ports", Json::array({Json{{"port", 5432}}})}}}});
    world.create(kinds::stateful_set, stateful_set());
    return world;
}

void pass_with_nothing_to_do(benchmark::State& state) {
    testing::World world = busy_world();
    for (auto _ : state) {
        world.settle();
        benchmark::DoNotOptimize(world.manager().next_due());
    }
}
BENCHMARK(pass_with_nothing_to_do);

void write_of_a_config_map(benchmark::State& state) {
    testing::World world = busy_world();
    world.create(kinds::config_map, {{"metadata", {{"name", "c"}}}});
    std::int64_t count = 0;
    for (auto _ : state) {
        world.patch(kinds::config_map, "c", {{"data", {{"n", std::to_string(++count)}}}});
    }
}
BENCHMARK(write_of_a_config_map);

void pod_becomes_ready_and_not(benchmark::State& state) {
    testing::World world = busy_world();
    std::int64_t count = 0;
    for (auto _ : state) {
        world.run_pod("db-0", "10.0.0." + std::to_string(++count % 200 + 1));
    }
}
BENCHMARK(pod_becomes_ready_and_not);

void copy_of_the_world(benchmark::State& state) {
    const testing::World world = busy_world();
    for (auto _ : state) {
        testing::World copy = world;
        benchmark::DoNotOptimize(&copy);
    }
}
BENCHMARK(copy_of_the_world);

}  // namespace
}  // namespace bestgres::fakekube::controllers
