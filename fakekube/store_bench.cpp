// What the API server as a value can do on one core, without wire: 1 KB ConfigMaps.
#include <benchmark/benchmark.h>

#include <string>

#include "fakekube/api_server.hpp"
#include "fakekube/registry.hpp"

namespace bestgres::fakekube {
namespace {

constexpr Instant start{1'600'000'000'000'000'000};

Json config_map(std::int64_t number) {
    return {{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", {{"name", "m" + std::to_string(number)}, {"namespace", "default"}}},
            {"data", {{"text", std::string(1000, 'x')}, {"n", "0"}}}};
}

struct World {
    ApiServer server;
    const Resource& maps;
    RequestContext context{.now = start, .user = {.name = "admin"}};
    std::int64_t count = 0;

    explicit World(std::int64_t objects)
        : server({.started = start, .tokens = {}}), maps(server.resource(kube::kinds::config_map)) {
        for (; count < objects; ++count) {
            static_cast<void>(server.create(context, maps, config_map(count)));
        }
    }
    ObjectKey key(std::int64_t number) const {
        return {"default", "m" + std::to_string(number % count)};
    }
};

void get(benchmark::State& state) {
    World world(1000);
    const ObjectKey key = world.key(500);
    for (auto _ : state) {
        benchmark::DoNotOptimize(world.server.get(world.maps, key));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(get);

// PUT with the resourceVersion that was read: read, change, write.
void compare_and_swap(benchmark::State& state) {
    World world(1000);
    std::int64_t number = 0;
    for (auto _ : state) {
        Json body = world.server.get(world.maps, world.key(++number))->json();
        body["data"]["n"] = std::to_string(number);
        benchmark::DoNotOptimize(world.server.update(world.context, world.maps, std::move(body)));
        if (number % 10'000 == 0) {
            world.server.compact(world.server.version());
        }
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(compare_and_swap);

void create(benchmark::State& state) {
    World world(1000);
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            world.server.create(world.context, world.maps, config_map(world.count++)));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(create);

void list_1000(benchmark::State& state) {
    World world(1000);
    for (auto _ : state) {
        benchmark::DoNotOptimize(world.server.list(world.maps, "default", {}));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(list_1000);

// A server with 1,000 objects copied, and the copy's first write.
void copy_and_write(benchmark::State& state) {
    const World world(1000);
    const PatchRequest patch{PatchType::merge, {{"data", {{"n", "1"}}}}};
    for (auto _ : state) {
        ApiServer copy = world.server;
        benchmark::DoNotOptimize(copy.patch(world.context, world.maps, world.key(1), patch));
    }
}
BENCHMARK(copy_and_write);

void copy(benchmark::State& state) {
    const World world(1000);
    for (auto _ : state) {
        ApiServer copy = world.server;
        benchmark::DoNotOptimize(&copy);
    }
}
BENCHMARK(copy);

// A write and its event as text for each of the watchers.
void watch_fan_out(benchmark::State& state) {
    ApiServer server(
        {.started = start, .tokens = {{"token", {.name = "admin", .groups = {"system:masters"}}}}});
    const Resource& maps = server.resource(kube::kinds::config_map);
    const RequestContext context{.now = start, .user = {.name = "admin"}};
    static_cast<void>(server.create(context, maps, config_map(0)));
    std::vector<WatchStream> streams;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        Response response = server.handle({.method = "GET",
                                           .path = "/api/v1/namespaces/default/configmaps",
                                           .query = "watch=true",
                                           .headers = {{"Authorization", "Bearer token"}}},
                                          start);
        streams.push_back(*std::move(response.watch));
        static_cast<void>(server.poll(streams.back(), start));
    }
    std::int64_t number = 0;
    for (auto _ : state) {
        const PatchRequest patch{PatchType::merge, {{"data", {{"n", std::to_string(++number)}}}}};
        static_cast<void>(server.patch(context, maps, {"default", "m0"}, patch));
        for (WatchStream& stream : streams) {
            benchmark::DoNotOptimize(server.poll(stream, start));
        }
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(watch_fan_out)->Arg(1)->Arg(100);

}  // namespace
}  // namespace bestgres::fakekube
