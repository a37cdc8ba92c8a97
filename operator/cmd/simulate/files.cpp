// The commands around one scenario: `bestgres explore`, `shrink` and `replay`.
#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "operator/cmd/recording/replay.hpp"
#include "operator/cmd/simulate/findings.hpp"
#include "operator/cmd/simulate/pages.hpp"
#include "operator/cmd/simulate/parts.hpp"
#include "operator/cmd/simulate/workers.hpp"
#include "operator/core/recording/recording.hpp"
#include "scenarios/replay/in_words.hpp"
#include "scenarios/report/terminal.hpp"
#include "scenarios/search/explore.hpp"
#include "scenarios/search/run.hpp"

namespace bestgres::cmd::simulate {
namespace {

using scenarios::Replay;

Result<std::string> read_text(const std::string& name) {
    std::ifstream file(name);
    if (!file) {
        return Error{fmt::format("{}: cannot be read", name)};
    }
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

Result<Replay> read_file(const std::string& name) {
    const Result<std::string> text = read_text(name);
    BG_TRY(text);
    Result<Replay> replay = scenarios::read_replay(*text);
    if (!replay) {
        return std::move(replay).error().within(name);
    }
    return replay;
}

int print_error(const Error& error) {
    fmt::print(stderr, "{}\n", error.message);
    return 1;
}

// `page`: where the report for a browser goes; empty: nowhere.
bool replay_one(const scenarios::Ground& ground, const std::string& name, const std::string& page) {
    const Result<Replay> replay = read_file(name);
    if (!replay) {
        print_error(replay.error());
        return false;
    }
    const scenarios::RunReport report = run_twice(ground, replay->scenario, {});
    const std::vector<std::string> missed =
        scenarios::missed_expectations(replay->scenario, report);
    fmt::print("{}: {} ({} events, {} virtual, trace {})\n", name, missed.empty() ? "ok" : "FAILED",
               report.events, format_age(report.virtual_time), to_hex(report.trace));
    if (!missed.empty()) {
        for (const std::string& line : in_words(replay->scenario)) {
            fmt::print("  {}\n", line);
        }
    }
    for (const std::string& one : missed) {
        fmt::print("  {}\n", one);
    }
    if (report.violations.empty() && page.empty()) {
        return missed.empty();
    }
    const scenarios::Story story = tell(ground, replay->scenario, name);
    if (story.violation) {
        fmt::print("{}", terminal_report(story, {.colours = output_goes_to_terminal()}));
    }
    if (!page.empty()) {
        const Result<Done> written = write_page(page, story);
        fmt::print("{}\n", written.ok() ? page : written.error().message);
        return missed.empty() && written.ok();
    }
    return missed.empty();
}

}  // namespace

int replay_files(const Options& options) {
    const scenarios::Ground ground = shipped_ground();
    bool all_well = true;
    for (const std::string& name : options.words) {
        const Result<std::string> text = read_text(name);
        const bool recorded = text.ok() && core::is_recording(*text);
        all_well = (recorded ? replay_recording(name, *text) == 0
                             : replay_one(ground, name, options.file)) &&
                   all_well;
    }
    return all_well ? 0 : 1;
}

int shrink_file(const Options& options) {
    const Result<Replay> replay = read_file(options.words.front());
    if (!replay) {
        return print_error(replay.error());
    }
    const scenarios::Ground ground = shipped_ground();
    const Duration begun = wall_time();
    auto smaller = scenarios::shrink(replay->scenario, scenarios::attempt_on(ground),
                                     {.attempts = options.attempts});
    if (!smaller) {
        return print_error({fmt::format("{}: breaks no law", options.words.front())});
    }
    const scenarios::Violation& violation = smaller->failure.violation;
    smaller->scenario.expect =
        scenarios::Expectation{.law = violation.law, .facts = violation.facts};
    fmt::print("{} attempts in {:.1f} s; {} of {} faults and {} of {} edits are left\n",
               smaller->attempts, std::chrono::duration<double>(wall_time() - begun).count(),
               smaller->scenario.faults.size(), replay->scenario.faults.size(),
               smaller->scenario.edits.size(), replay->scenario.edits.size());
    fmt::print("{}: {}\n", violation.law, violation.sentence);
    for (const std::string& line : in_words(smaller->scenario)) {
        fmt::print("  {}\n", line);
    }
    const std::string to = options.file.empty() ? options.words.front() + ".small" : options.file;
    std::ofstream file(to);
    file << scenarios::write_replay({.notes = replay->notes, .scenario = smaller->scenario});
    file.close();
    if (file.fail()) {
        return print_error({fmt::format("{}: cannot be written", to)});
    }
    fmt::print("{}\n", to);
    return 0;
}

int explore_orders(const Options& options) {
    const scenarios::Ground ground = shipped_ground();
    Findings findings(ground, options.directory);
    for (const scenarios::Scenario& scenario : workloads_named(options.words)) {
        const Duration begun = wall_time();
        const scenarios::Exploration found = explore(
            ground, scenario,
            {.from = options.start, .events = options.events, .most_states = options.states});
        const double seconds = std::chrono::duration<double>(wall_time() - begun).count();
        fmt::print(
            "{}: {} states ({} distinct, {} met again, {} orders stood for by others), {} runs to "
            "the end, {:.1f} s{}\n",
            scenario.name, found.states, found.distinct, found.seen_again, found.asleep,
            found.leaves, seconds, found.complete ? "" : ", stopped at the limit of states");
        if (found.violation) {
            findings.add(make_finding(ground, *found.failing, *found.violation, options.attempts));
        }
    }
    return findings.count() == 0 ? 0 : 1;
}

}  // namespace bestgres::cmd::simulate
