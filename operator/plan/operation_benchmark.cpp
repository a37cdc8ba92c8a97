// op: benchmark. pgbench in a database of its own, which goes again: made, filled, measured,
// dropped.
#include "operator/plan/operation_benchmark.hpp"

#include "lib/base/hash.hpp"
#include "operator/plan/operation_job.hpp"

namespace bestgres::plan {
namespace {

constexpr std::string_view make = "make database ";
constexpr std::string_view fill = "fill database ";
constexpr std::string_view measure = "run pgbench in ";
constexpr std::string_view drop = "drop database ";

// Nobody else's: no database of a user's is ever dropped.
std::string database_of(const Operation& operation) {
    return "bestgres_benchmark_" + to_hex(hash_text(operation.object.uid()));
}

Beginning begin(const ClusterView&, const Operation& operation) {
    const std::string database = database_of(operation);
    Beginning beginning;
    for (const std::string_view step : {make, fill, measure, drop}) {
        beginning.steps.push_back(step_named(std::string(step) + database));
    }
    return beginning;
}

// The text between `label` and the end of its line, or of `end` before that.
std::string value_after(std::string_view text, std::string_view label, std::string_view end) {
    const std::size_t found = text.find(label);
    if (found == std::string_view::npos) {
        return "";
    }
    text.remove_prefix(found + label.size());
    text = text.substr(0, text.find('\n'));
    return std::string(text.substr(0, text.find(end)));
}

manifests::ClientProgram program_of(const Operation& operation, std::string_view step) {
    const api::BenchmarkOperation& wish = *operation.spec->benchmark;
    const std::string database = database_of(operation);
    manifests::ClientProgram program;
    if (step.starts_with(make)) {
        program.command = {"psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--file=-"};
        program.input = "SELECT 'CREATE DATABASE " + database +
                        "' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '" + database +
                        "') \\gexec\n";
    } else if (step.starts_with(fill)) {
        program.command = {"pgbench", "--initialize", "--quiet",
                           "--scale=" + std::to_string(api::scale(wish.pgbench)), database};
    } else if (step.starts_with(measure)) {
        program.command = {"pgbench", "--client=" + std::to_string(wish.pgbench.concurrent_clients),
                           "--jobs=" + std::to_string(wish.pgbench.threads),
                           "--time=" + std::to_string(api::duration_seconds(wish.pgbench))};
        program.on_replicas = wish.connection_type == api::ConnectionType::replicas_service;
        if (program.on_replicas) {
            program.command.insert(program.command.end(), {"--select-only", "--no-vacuum"});
        }
        program.command.push_back(database);
    } else {
        program.command = {"dropdb", "--if-exists", database};
    }
    return program;
}

void advance(const ClusterView& view, const Operation& operation, api::OperationStatus& status) {
    advance_by_jobs(view, operation, status);
    if (status.result) {
        read_pgbench(*status.result);
    }
}

Need effect_of(const ClusterView& view, const Operation& operation,
               const api::OperationStepStatus& step) {
    return need_of_job(view, operation, step,
                       {.program = program_of(operation, step.name), .repeatable = true});
}

}  // namespace

void read_pgbench(api::OperationResult& result) {
    if (const std::string tps = value_after(result.output, "\ntps = ", " "); !tps.empty()) {
        result.tps = tps;
        result.latency = value_after(result.output, "\nlatency average = ", "\n");
    }
}

const OperationMethods benchmark_operation{begin, advance, effect_of};

}  // namespace bestgres::plan
