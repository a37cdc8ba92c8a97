// `bestgres crash-points`: the matrix of call sites and outcomes, from several processes.
#include <fmt/format.h>

#include "operator/cmd/simulate/findings.hpp"
#include "operator/cmd/simulate/parts.hpp"
#include "operator/cmd/simulate/workers.hpp"
#include "scenarios/search/outcomes.hpp"

namespace bestgres::cmd::simulate {
namespace {

using scenarios::Cell;
using scenarios::FailedVariant;
using scenarios::Forced;
using scenarios::Ground;
using scenarios::OutcomeMatrix;
using scenarios::Scenario;

Json to_json(const OutcomeMatrix& matrix) {
    Json cells = Json::array();
    for (const auto& [key, cell] : matrix.cells) {
        cells.push_back({key.first, static_cast<int>(key.second), cell.variants, cell.failures});
    }
    return {{"sites", matrix.sites},
            {"cells", cells},
            {"variants", matrix.variants},
            {"virtual", matrix.virtual_time.count()}};
}

OutcomeMatrix matrix_of(const Json& json) {
    OutcomeMatrix matrix;
    matrix.sites = json.at("sites").get<std::vector<std::string>>();
    for (const Json& cell : json.at("cells")) {
        matrix.cells[{cell[0].get<std::string>(), static_cast<Forced>(cell[1].get<int>())}] = {
            .variants = cell[2].get<std::uint64_t>(), .failures = cell[3].get<std::uint64_t>()};
    }
    matrix.variants = json.at("variants").get<std::uint64_t>();
    matrix.virtual_time = Duration(json.at("virtual").get<std::int64_t>());
    return matrix;
}

Finding finding_of(const Ground& ground, const FailedVariant& failed, std::uint64_t attempts) {
    // What M3 compares is not in the scenario: such a variant is kept as it is.
    const bool shrinkable = failed.as_fault && failed.violation.law != "M3";
    Finding finding =
        make_finding(ground, failed.scenario, failed.violation, shrinkable ? attempts : 0);
    const std::string_view outcome =
        failed.outcome == Forced::none ? "nothing" : word_of(failed.outcome);
    finding.sentence += fmt::format(" ({} at call {} of {}, {})", outcome, failed.call,
                                    failed.scenario.name, failed.site);
    return finding;
}

void enumerate(const Ground& ground, const Options& options, std::size_t worker, const Send& send) {
    for (const Scenario& workload : workloads_named(options.words)) {
        const OutcomeMatrix matrix = enumerate_outcomes(
            ground, workload,
            {.calls_per_site = options.per_site, .share = worker, .shares = options.jobs});
        send(dump(Json{{"workload", workload.name}, {"matrix", to_json(matrix)}}));
        for (const FailedVariant& failed : matrix.failed) {
            send(dump(Json{{"finding", finding_of(ground, failed, options.attempts).to_json()}}));
        }
    }
}

}  // namespace

int crash_points(const Options& options) {
    const Ground ground = shipped_ground();
    const Duration begun = wall_time();
    OutcomeMatrix all;
    Findings findings(ground, options.directory);
    bool aborted = false;
    run_workers({.count = options.jobs,
                 .work = [&](std::size_t worker,
                             const Send& send) { enumerate(ground, options, worker, send); },
                 .on_line =
                     [&](std::size_t, const std::string& text) {
                         const Result<Json> line = parse_json(text);
                         BG_CHECK(line.ok(), "workers report in JSON");
                         if (line->contains("finding")) {
                             findings.add(Finding::from_json((*line)["finding"]));
                             return;
                         }
                         all.add(matrix_of((*line)["matrix"]));
                         fmt::print(stderr, "{}: {} variants so far\n",
                                    string_at(*line, {"workload"}), all.variants);
                     },
                 .on_end =
                     [&](const WorkerEnd& end) {
                         aborted = aborted || !end.clean;
                         if (!end.clean) {
                             fmt::print("a worker ended: {}\n", end.how);
                         }
                     },
                 .on_second = [] {}});
    const double seconds = std::chrono::duration<double>(wall_time() - begun).count();
    fmt::print("{}", table_of(all));
    const std::size_t cells = all.sites.size() * scenarios::Words<Forced>::table.size();
    fmt::print("{} variants in {:.1f} s ({:.0f}/s), {} of {} cells covered, {} failures\n",
               all.variants, seconds, static_cast<double>(all.variants) / seconds,
               cells - all.uncovered(), cells, findings.count());
    findings.print_summary();
    return findings.count() == 0 && all.uncovered() == 0 && !aborted ? 0 : 1;
}

}  // namespace bestgres::cmd::simulate
