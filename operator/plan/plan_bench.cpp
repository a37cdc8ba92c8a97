// What one pass over a healthy cluster of three costs, without and with the memory of the pass
// before.
#include <benchmark/benchmark.h>

#include "operator/plan/testing.hpp"

namespace bestgres::plan {
namespace {

void first_pass(benchmark::State& state) {
    testing::TestCluster cluster;
    for (auto _ : state) {
        benchmark::DoNotOptimize(cluster.plan());
    }
}
BENCHMARK(first_pass);

void pass_without_change(benchmark::State& state) {
    testing::TestCluster cluster;
    cluster.facts().memory = cluster.view().memory;
    for (auto _ : state) {
        benchmark::DoNotOptimize(cluster.plan());
    }
}
BENCHMARK(pass_without_change);

void reading_alone(benchmark::State& state) {
    testing::TestCluster cluster;
    cluster.facts().memory = cluster.view().memory;
    for (auto _ : state) {
        benchmark::DoNotOptimize(cluster.view());
    }
}
BENCHMARK(reading_alone);

void copy_of_the_facts(benchmark::State& state) {
    testing::TestCluster cluster;
    for (auto _ : state) {
        Facts copy = cluster.facts();
        benchmark::DoNotOptimize(&copy);
    }
}
BENCHMARK(copy_of_the_facts);

}  // namespace
}  // namespace bestgres::plan
