// What the model of PostgreSQL costs the simulator.
#include <benchmark/benchmark.h>

#include "fakepatroni/postgres.hpp"

namespace bestgres::fakepatroni {
namespace {

Instant advance_to_next(Postgres& server) {
    const Instant due = server.next_due().value_or(Instant{});
    server.advance(due);
    return due;
}

Postgres primary() {
    PostgresSettings settings;
    settings.name = "db-0";
    Postgres server(settings, Volume{});
    server.initdb({.system_identifier = "7"}, Instant{1}).ok();
    const Instant now = advance_to_next(server);
    server.start({}, now).ok();
    advance_to_next(server);
    server.take_events();
    return server;
}

void commit_and_flush(benchmark::State& state) {
    Postgres server = primary();
    Instant now = *server.started_at() + std::chrono::seconds(1);
    CommitId id = 0;
    for (auto unused : state) {
        server.begin_commit({.id = ++id}, now).ok();
        now = now + std::chrono::milliseconds(1);
        server.advance(now);
        benchmark::DoNotOptimize(server.take_events());
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(commit_and_flush);

void copy_of_a_server(benchmark::State& state) {
    Postgres server = primary();
    Instant now = *server.started_at() + std::chrono::seconds(1);
    for (CommitId id = 1; id <= static_cast<CommitId>(state.range(0)); ++id) {
        server.begin_commit({.id = id}, now).ok();
        now = now + std::chrono::milliseconds(1);
        server.advance(now);
    }
    server.take_events();
    for (auto unused : state) {
        Postgres copy = server;
        benchmark::DoNotOptimize(copy);
    }
}
BENCHMARK(copy_of_a_server)->Arg(100)->Arg(100000);

void hash_of_a_server(benchmark::State& state) {
    const Postgres server = primary();
    for (auto unused : state) {
        benchmark::DoNotOptimize(server.hash());
    }
}
BENCHMARK(hash_of_a_server);

}  // namespace
}  // namespace bestgres::fakepatroni
