// How fast virtual time passes with all laws on, and what a copy of a world costs. The counter
// `virtual_s` is virtual seconds per second of one core.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <fstream>
#include <sstream>

#include "scenarios/engine/world.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::seconds;

const Ground& shop() {
    static const Ground ground = [] {
        std::ifstream file("deploy/bestgres-operator.yaml");
        std::stringstream text;
        text << file.rdbuf();
        const auto made = Ground::make(text.str(), "shop");
        BG_CHECK(made.ok(), made.ok() ? "" : made.error().message);
        return *made;
    }();
    return ground;
}

Scenario three_members() {
    Scenario scenario;
    scenario.edits.push_back(
        {.id = "create",
         .when = {.when = AtTime{seconds(2)}},
         .action = ApplyManifest{{{"apiVersion", "bestgres.io/v1"},
                                  {"kind", "BGCluster"},
                                  {"metadata", {{"name", "db"}, {"namespace", "shop"}}},
                                  {"spec",
                                   {{"instances", 3},
                                    {"image", {{"tag", "bestgres-patroni:15"}}},
                                    {"volumeSpec", {{"persistentVolumeSize", "1Gi"}}}}}}}});
    // Keeps the run alive.
    scenario.edits.push_back({.id = "late",
                              .when = {.when = AtTime{seconds(1'000'000)}},
                              .action = UncordonNode{"node-1"}});
    scenario.longest = seconds(2'000'000);
    return scenario;
}

World at_rest(Scenario scenario) {
    World world(shop(), std::move(scenario));
    while (!world.settled() && world.step()) {
    }
    return world;
}

void steady(benchmark::State& state) {
    World world = at_rest(three_members());
    const Instant begun = world.now();
    const std::uint64_t events = world.event();
    for (auto _ : state) {
        world.run_to(world.now() + seconds(100));
    }
    state.counters["virtual_s"] = benchmark::Counter(
        static_cast<double>((world.now() - begun).count()) / 1e9, benchmark::Counter::kIsRate);
    state.counters["events"] = benchmark::Counter(static_cast<double>(world.event() - events),
                                                  benchmark::Counter::kIsRate);
}
BENCHMARK(steady)->Unit(benchmark::kMillisecond);

// A fault every minute, from the replica that loses its container to the node that crashes.
void disturbed(benchmark::State& state) {
    World world = at_rest(three_members());
    const Instant begun = world.now();
    const FaultKind kinds[] = {FaultKind::container_crash, FaultKind::patroni_hang,
                               FaultKind::postgres_crash, FaultKind::operator_crash};
    std::size_t round = 0;
    for (auto _ : state) {
        const FaultKind kind = kinds[round % std::size(kinds)];
        world.begin(
            {.id = "f" + std::to_string(round),
             .kind = kind,
             .target = kind == FaultKind::operator_crash ? "operator-1" : "the leader of db",
             .when = {},
             .lasts = seconds(20)});
        ++round;
        world.run_to(world.now() + seconds(60));
    }
    state.counters["virtual_s"] = benchmark::Counter(
        static_cast<double>((world.now() - begun).count()) / 1e9, benchmark::Counter::kIsRate);
}
BENCHMARK(disturbed)->Unit(benchmark::kMillisecond);

// What a copy takes of the heap while it shares everything that is shared.
double bytes_of_a_copy(const World& world) {
    constexpr std::size_t copies = 100;
    std::vector<World> forks;
    forks.reserve(copies);
    const std::size_t before = mallinfo2().uordblks;
    for (std::size_t number = 0; number < copies; ++number) {
        forks.push_back(world);
    }
    return static_cast<double>(mallinfo2().uordblks - before) / copies;
}

void copy(benchmark::State& state) {
    const World world = at_rest(three_members());
    for (auto _ : state) {
        World fork = world;
        benchmark::DoNotOptimize(fork);
    }
    state.counters["bytes"] = bytes_of_a_copy(world);
}
BENCHMARK(copy)->Unit(benchmark::kMicrosecond);

// A whole run from an empty namespace to rest.
void creation(benchmark::State& state) {
    Scenario scenario = three_members();
    scenario.edits.pop_back();
    for (auto _ : state) {
        World world(shop(), scenario);
        world.run();
        benchmark::DoNotOptimize(world);
    }
}
BENCHMARK(creation)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bestgres::scenarios
