// `bestgres simulate`: random runs in several processes.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "operator/cmd/simulate/findings.hpp"
#include "operator/cmd/simulate/parts.hpp"
#include "operator/cmd/simulate/workers.hpp"
#include "scenarios/replay/in_words.hpp"
#include "scenarios/search/mutate.hpp"
#include "scenarios/search/run.hpp"
#include "scenarios/swarm/swarm.hpp"

namespace bestgres::cmd::simulate {
namespace {

using scenarios::Ground;
using scenarios::RunReport;
using scenarios::Scenario;

constexpr std::size_t kept_scenarios = 500;

// One process's part: every `jobs`-th seed.
class Searcher {
public:
    Searcher(const Ground& ground, const Options& options, const Send& send)
        : ground_(ground), options_(options), send_(send), corpus_(kept_scenarios) {}

    void search(std::size_t worker) {
        const Duration begun = wall_time();
        const std::uint64_t count =
            options_.seeds ? *options_.seeds : (options_.lasting ? UINT64_MAX : 100);
        for (std::uint64_t at = worker; at < count; at += options_.jobs) {
            if (options_.lasting && wall_time() - begun >= *options_.lasting) {
                return;
            }
            run_one(options_.from + at);
        }
    }

private:
    Scenario scenario_for(std::uint64_t seed) {
        const Scenario plain = scenarios::swarm_scenario(
            seed, {.workloads = options_.words, .most_faults = options_.faults});
        if (!options_.guided || seed % 2 == 0 || corpus_.empty()) {
            return plain;
        }
        RandomStream draw(seed, "mutation");
        const Scenario chosen = corpus_.draw(draw);
        return scenarios::mutated(chosen, plain, draw);
    }

    void run_one(std::uint64_t seed) {
        const Scenario scenario = scenario_for(seed);
        const std::string text = scenarios::write_replay({.notes = {}, .scenario = scenario});
        send_(dump(Json{{"begin", seed}, {"replay", text}}));
        const scenarios::RunOptions how{.stop_at_violation = true, .watch_novelty = true};
        const RunReport report = options_.twice ? run_twice(ground_, scenario, how)
                                                : run_scenario(ground_, scenario, how);
        corpus_.add(scenario, report.seen);
        Json line = {{"end", seed},
                     {"events", report.events},
                     {"virtual", report.virtual_time.count()},
                     {"settled", report.settled},
                     {"faults", scenario.faults.size()},
                     {"situations", fresh(report.seen.situations, told_situations_)},
                     {"edges", fresh(report.seen.edges, told_edges_)}};
        if (!report.violations.empty()) {
            line["finding"] = finding_of(scenario, report).to_json();
        }
        send_(dump(line));
    }

    // Each mistake is made small once in each process.
    Finding finding_of(const Scenario& scenario, const RunReport& report) {
        const scenarios::Violation& first = report.violations.front();
        const bool known = !shrunk_.insert(shape_of(first)).second;
        return make_finding(ground_, scenario, first, known ? 0 : options_.attempts);
    }

    static std::vector<std::uint64_t> fresh(const std::set<std::uint64_t>& now,
                                            std::set<std::uint64_t>& told) {
        std::vector<std::uint64_t> list;
        for (const std::uint64_t one : now) {
            if (told.insert(one).second) {
                list.push_back(one);
            }
        }
        return list;
    }

    const Ground& ground_;
    const Options& options_;
    const Send& send_;
    scenarios::Corpus corpus_;
    std::set<std::uint64_t> told_situations_;
    std::set<std::uint64_t> told_edges_;
    std::set<std::string> shrunk_;
};

// What all processes together have done.
class Tally {
public:
    Tally(const Ground& ground, const Options& options) : findings_(ground, options.directory) {}

    void hear(std::size_t worker, const std::string& text) {
        const Result<Json> line = parse_json(text);
        BG_CHECK(line.ok(), "workers report in JSON");
        if (line->contains("begin")) {
            under_way_[worker] = string_at(*line, {"replay"});
            return;
        }
        under_way_.erase(worker);
        ++runs_;
        events_ += static_cast<std::uint64_t>(find_int(*line, {"events"}).value_or(0));
        virtual_ += Duration(find_int(*line, {"virtual"}).value_or(0));
        unsettled_ += find_bool(*line, {"settled"}).value_or(false) ? 0 : 1;
        faults_ += static_cast<std::uint64_t>(find_int(*line, {"faults"}).value_or(0));
        for (const Json& one : array_at(*line, {"situations"})) {
            situations_.insert(one.get<std::uint64_t>());
        }
        for (const Json& one : array_at(*line, {"edges"})) {
            edges_.insert(one.get<std::uint64_t>());
        }
        if (line->contains("finding")) {
            findings_.add(Finding::from_json((*line)["finding"]));
        }
    }

    // A process that aborts has found a broken invariant of the code itself.
    void end(const WorkerEnd& end) {
        const auto run = under_way_.find(end.worker);
        if (end.clean || run == under_way_.end()) {
            return;
        }
        findings_.add({.shape = "H4 " + end.how,
                       .sentence = fmt::format("H4: the run was {}", end.how),
                       .replay = run->second});
    }

    void print_progress(const char* ending) const {
        const double seconds =
            std::max(1e-9, std::chrono::duration<double>(wall_time() - begun_).count());
        const double simulated = std::chrono::duration<double>(virtual_).count();
        fmt::print(
            stderr,
            "{}{} runs, {:.1f}/s, {} events/s, {:.0f} x real time, {} faults, {} situations, "
            "{} edges, {} unsettled, {} failures ({} mistakes)   {}",
            is_terminal_ ? "\r" : "", runs_, static_cast<double>(runs_) / seconds,
            static_cast<std::uint64_t>(static_cast<double>(events_) / seconds), simulated / seconds,
            faults_, situations_.size(), edges_.size(), unsettled_, findings_.count(),
            findings_.distinct(), ending);
    }

    // Every second on a terminal, every half minute in a log.
    void tick() {
        if (is_terminal_) {
            print_progress("");
        } else if (++quiet_seconds_ % 30 == 0) {
            print_progress("\n");
        }
    }

    int finish() const {
        print_progress("\n");
        findings_.print_summary();
        return findings_.count() == 0 ? 0 : 1;
    }

private:
    Findings findings_;
    std::map<std::size_t, std::string> under_way_;
    std::set<std::uint64_t> situations_;
    std::set<std::uint64_t> edges_;
    std::uint64_t runs_ = 0;
    std::uint64_t events_ = 0;
    std::uint64_t faults_ = 0;
    std::uint64_t unsettled_ = 0;
    std::uint64_t quiet_seconds_ = 0;
    Duration virtual_{};
    Duration begun_ = wall_time();
    bool is_terminal_ = errors_go_to_terminal();
};

int run_one_seed(const Ground& ground, const Options& options) {
    const Scenario scenario = scenarios::swarm_scenario(
        *options.seed, {.workloads = options.words, .most_faults = options.faults});
    return tell_run(ground, scenario, options);
}

}  // namespace

int swarm(const Options& options) {
    const Ground ground = shipped_ground();
    if (options.seed) {
        return run_one_seed(ground, options);
    }
    Tally tally(ground, options);
    run_workers(
        {.count = options.jobs,
         .work = [&](std::size_t worker,
                     const Send& send) { Searcher(ground, options, send).search(worker); },
         .on_line = [&](std::size_t worker, const std::string& line) { tally.hear(worker, line); },
         .on_end = [&](const WorkerEnd& end) { tally.end(end); },
         .on_second = [&] { tally.tick(); }});
    return tally.finish();
}

}  // namespace bestgres::cmd::simulate
