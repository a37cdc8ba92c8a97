// What searches cost: outcomes of a workload's calls, orders of its events, and the time in which a
// failing schedule becomes small. The counters are for each second of one core.
#include <benchmark/benchmark.h>

#include <fstream>
#include <sstream>

#include "scenarios/search/explore.hpp"
#include "scenarios/search/outcomes.hpp"
#include "scenarios/search/run.hpp"
#include "scenarios/workloads/catalogue.hpp"

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

double per_second(std::uint64_t count) {
    return static_cast<double>(count);
}

// One call of each site of W01, one variant in eight: each runs to its end and is compared (M3).
void crash_points(benchmark::State& state) {
    const Scenario workload = *workloads::make_workload("W01");
    std::uint64_t variants = 0;
    Duration virtual_time{};
    for (auto _ : state) {
        const OutcomeMatrix matrix =
            enumerate_outcomes(shop(), workload, {.calls_per_site = 1, .shares = 8});
        BG_CHECK(matrix.failed.empty(), "a variant of W01 broke a law");
        variants += matrix.variants;
        virtual_time += matrix.virtual_time;
    }
    state.counters["variants"] =
        benchmark::Counter(per_second(variants), benchmark::Counter::kIsRate);
    state.counters["virtual_s_each"] = std::chrono::duration<double>(virtual_time).count() /
                                       static_cast<double>(std::max<std::uint64_t>(variants, 1));
}
BENCHMARK(crash_points)->Unit(benchmark::kMillisecond);

// Orders of events in the creation of a cluster, without the runs from there to the end.
void orders(benchmark::State& state) {
    Scenario workload = *workloads::make_workload("W01");
    workload.knobs.jitter_per_mille = 0;
    std::uint64_t states = 0;
    for (auto _ : state) {
        const Exploration found =
            explore(shop(), workload,
                    {.from = seconds(2), .events = 40, .most_states = 3'000, .to_the_end = false});
        BG_CHECK(!found.violation, "an order of W01 broke a law");
        states += found.states;
    }
    state.counters["states"] = benchmark::Counter(per_second(states), benchmark::Counter::kIsRate);
}
BENCHMARK(orders)->Unit(benchmark::kMillisecond);

// Three members with a fault every twenty seconds, of which one takes the writer away. What is
// looked for is no mistake of the operator, so that it stays when the operator is mended.
Scenario eventful() {
    Scenario scenario = *workloads::make_workload("W02-3-async");
    const FaultKind kinds[] = {FaultKind::operator_crash,  FaultKind::watch_drop,
                               FaultKind::server_error,    FaultKind::throttled,
                               FaultKind::container_crash, FaultKind::clock_jump,
                               FaultKind::timeout_after,   FaultKind::operator_pause};
    for (const FaultKind kind : kinds) {
        const std::size_t number = scenario.faults.size() + 1;
        scenario.faults.push_back(
            {.id = "f" + std::to_string(number),
             .kind = kind,
             .target = kind == FaultKind::container_crash ? "the leader of db" : "operator-1",
             .when = {.when = AtTime{seconds(60 + 20 * number)}},
             .lasts = seconds(10)});
    }
    return scenario;
}

std::optional<Failure> without_writer(const Scenario& scenario) {
    World world(shop(), scenario);
    while (world.exposure().without_writer < seconds(2) && world.step()) {
    }
    if (world.exposure().without_writer < seconds(2)) {
        return std::nullopt;
    }
    return Failure{.violation = {.law = "nobody writes", .sentence = "for two seconds"},
                   .since_start = world.now() - world.start(),
                   .never_began = world.never_triggered()};
}

void shrinking(benchmark::State& state) {
    const Scenario failing = eventful();
    std::uint64_t attempts = 0;
    std::uint64_t faults = 0;
    for (auto _ : state) {
        const auto small = shrink(failing, without_writer, {});
        BG_CHECK(small.has_value(), "the scenario to make small does not fail");
        attempts = small->attempts;
        faults = small->scenario.faults.size();
    }
    state.counters["attempts"] = static_cast<double>(attempts);
    state.counters["faults_left"] = static_cast<double>(faults);
}
BENCHMARK(shrinking)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bestgres::scenarios
