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

// What Patroni writes every few seconds: the state of a member into its pod's annotation.
void member_tells_its_state(benchmark::State& state) {
    testing::World world = busy_world();
    world.run_pod("db-0", "10.0.0.1");
    std::int64_t count = 0;
    for (auto _ : state) {
        const std::string told = "{\"xlog_location\":" + std::to_string(++count) + "}";
        world.patch(kinds::pod, "db-0", {{"metadata", {{"annotations", {{"status", told}}}}}});
    }
}
BENCHMARK(member_tells_its_state);

void kubelet_renews_its_lease(benchmark::State& state) {
    testing::World world = busy_world();
    std::int64_t count = 0;
    for (auto _ : state) {
        const Instant at = world.now() + std::chrono::microseconds(++count);
        const Json body = {{"spec", {{"renewTime", format_micros(at)}}}};
        benchmark::DoNotOptimize(
            world.server().patch({.now = world.now()}, world.server().resource(kinds::lease),
                                 {"kube-node-lease", "n1"}, {PatchType::merge, body}));
        world.settle();
    }
}
BENCHMARK(kubelet_renews_its_lease);

void copy_and_first_write(benchmark::State& state) {
    const testing::World world = busy_world();
    for (auto _ : state) {
        testing::World copy = world;
        copy.patch(kinds::pod, "db-0", {{"metadata", {{"annotations", {{"status", "x"}}}}}});
        benchmark::DoNotOptimize(&copy);
    }
}
BENCHMARK(copy_and_first_write);

void list_by_label(benchmark::State& state) {
    testing::World world = busy_world();
    const ListOptions options{.label_selector = "app=db"};
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            world.server().list(world.server().resource(kinds::pod), "default", options));
    }
}
BENCHMARK(list_by_label);

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
