#include "operator/cmd/simulate/parts.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "operator/cmd/simulate/findings.hpp"
#include "operator/cmd/simulate/workers.hpp"
#include "scenarios/replay/in_words.hpp"
#include "scenarios/search/run.hpp"
#include "scenarios/workloads/catalogue.hpp"

namespace bestgres::cmd::simulate {

int tell_run(const scenarios::Ground& ground, const scenarios::Scenario& scenario,
             const Options& options) {
    fmt::print("{} with seed {}\n", scenario.name, scenario.seed);
    for (const std::string& line : in_words(scenario)) {
        fmt::print("  {}\n", line);
    }
    const Duration begun = wall_time();
    const scenarios::RunReport report = run_twice(ground, scenario, {});
    const double seconds = std::chrono::duration<double>(wall_time() - begun).count() / 2;
    fmt::print("{} events, {} calls of the operator, {} virtual in {:.3f} s, {}, trace {}\n",
               report.events, report.operator_calls, format_age(report.virtual_time), seconds,
               report.settled ? "settled" : "not settled", to_hex(report.trace));
    const scenarios::Exposure& exposure = report.exposure;
    fmt::print("without a writer {}, two writers {}, {} commits acknowledged, {} of them lost\n",
               format_duration(exposure.without_writer), format_duration(exposure.two_writers),
               exposure.commits_acknowledged, exposure.commits_lost);
    for (const std::string& id : report.never_triggered) {
        fmt::print("trigger never matched: {}\n", id);
    }
    if (report.violations.empty()) {
        return 0;
    }
    Findings findings(ground, options.directory);
    for (const scenarios::Violation& violation : report.violations) {
        fmt::print("{} (event {}): {}\n", violation.law, violation.event, violation.sentence);
        for (const std::string& fact : violation.facts) {
            fmt::print("    {}\n", fact);
        }
    }
    findings.add(make_finding(ground, scenario, report.violations.front(), options.attempts));
    return 1;
}

std::vector<scenarios::Scenario> workloads_named(const std::vector<std::string>& words) {
    std::vector<scenarios::Scenario> all;
    for (const std::string& word : words) {
        if (word != "fast" && word != "all") {
            all.push_back(*scenarios::workloads::make_workload(word));
            continue;
        }
        for (const scenarios::workloads::Workload& workload : scenarios::workloads::catalogue()) {
            if (workload.fast || word == "all") {
                all.push_back(*scenarios::workloads::make_workload(workload.id));
            }
        }
    }
    return all;
}

bool output_goes_to_terminal() {
    return isatty(STDOUT_FILENO) == 1;
}

bool errors_go_to_terminal() {
    return isatty(STDERR_FILENO) == 1;
}

}  // namespace bestgres::cmd::simulate
