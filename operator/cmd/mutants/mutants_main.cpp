// bestgres-mutants: plants each known defect into the operator and lets the simulator look for it.
// A program of its own, because it is linked with the planted copies of the sources.
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>

#include "operator/cmd/mutants/options.hpp"
#include "operator/cmd/mutants/page.hpp"
#include "operator/cmd/simulate/findings.hpp"
#include "operator/cmd/simulate/workers.hpp"
#include "scenarios/invariants/h1_same_trace.hpp"
#include "scenarios/invariants/laws.hpp"
#include "scenarios/mutants/hunt.hpp"
#include "scenarios/relations/relation.hpp"

namespace bestgres::cmd::mutants {
namespace {

using bestgres::mutants::Bait;
using bestgres::mutants::HuntOptions;
using bestgres::mutants::Mutant;
using simulate::wall_time;

#ifdef __OPTIMIZE__
constexpr const char* build = "an optimised";
#else
constexpr const char* build = "a not optimised";
#endif

double in_seconds(Duration span) {
    return std::chrono::duration<double>(span).count();
}

struct Search {
    const Options& options;
    const scenarios::Ground ground = simulate::shipped_ground();
    std::vector<Bait> sound = {};
    std::size_t unsound = 0;
};

std::vector<std::size_t> chosen(const Options& options,
                                const std::map<std::string, Outcome>& known) {
    std::vector<std::size_t> numbers;
    for (std::size_t number = 0; number < bestgres::mutants::all().size(); ++number) {
        const Mutant& mutant = bestgres::mutants::all()[number];
        const bool asked = mutant.id.find(options.only) != std::string_view::npos &&
                           (!options.quick || mutant.quick) &&
                           (!options.own || !mutant.bait.empty());
        if (asked && (!options.only.empty() || !known.contains(std::string(mutant.id)))) {
            numbers.push_back(number);
        }
    }
    return numbers;
}

// Whether some mutant that is sought is looked for with it.
bool is_needed(const Bait& bait, const Options& options, const std::vector<std::size_t>& numbers) {
    return !options.own || std::ranges::any_of(numbers, [&bait](std::size_t number) {
        return bestgres::mutants::all()[number].bait == bait.name;
    });
}

void find_sound_baits(Search& search, const std::vector<std::size_t>& numbers) {
    std::vector<Bait> all;
    if (!numbers.empty()) {
        all = bestgres::mutants::baits({.seeds = search.options.own ? 0 : search.options.seeds});
    }
    std::erase_if(all, [&](const Bait& bait) { return !is_needed(bait, search.options, numbers); });
    simulate::run_workers(
        {.count = search.options.jobs,
         .work =
             [&](std::size_t worker, const simulate::Send& send) {
                 for (std::size_t at = worker; at < all.size(); at += search.options.jobs) {
                     const auto events = bestgres::mutants::sound_events(search.ground, all[at]);
                     send(fmt::format("{} {}", at, events.value_or(0)));
                 }
             },
         .on_line =
             [&](std::size_t, const std::string& line) {
                 std::size_t end = 0;
                 Bait& bait = all[std::stoull(line, &end)];
                 bait.events = std::stoull(line.substr(end));
             },
         .on_end = [](const simulate::WorkerEnd&) {},
         .on_second = [] {}});
    for (Bait& bait : all) {
        if (bait.events > 0) {
            search.sound.push_back(std::move(bait));
        } else {
            ++search.unsound;
            fmt::print(stderr, "{} fails without any mutant and proves nothing: left out\n",
                       bait.name);
        }
    }
    fmt::print(stderr, "{} scenarios hold all laws when no mutant is active\n",
               search.sound.size());
}

Outcome outcome_of(const Search& search, std::size_t number) {
    const Mutant& mutant = bestgres::mutants::all()[number];
    std::vector<const Bait*> baits = bestgres::mutants::in_order(mutant, search.sound);
    if (search.options.own) {
        std::erase_if(baits, [&mutant](const Bait* bait) { return bait->name != mutant.bait; });
    }
    const auto limited = [&] {
        HuntOptions hunt;
        hunt.shrink_attempts = search.options.attempts;
        hunt.is_over = [until = wall_time() + search.options.longest] {
            return wall_time() >= until;
        };
        return hunt;
    };
    const Duration begun = wall_time();
    const auto hunted = bestgres::mutants::hunt(search.ground, number, baits, limited());
    const Duration ended = wall_time();
    Outcome outcome;
    outcome.mutant = mutant.id;
    outcome.runs = hunted.runs;
    outcome.seconds = in_seconds(ended - begun);
    outcome.other_law = hunted.other_law;
    if (!hunted.caught) {
        return outcome;
    }
    const auto smallest =
        search.options.attempts == 0 || search.options.quick
            ? hunted.caught->bait->scenario
            : bestgres::mutants::made_small(search.ground, number, *hunted.caught, limited());
    outcome.law = hunted.caught->violation.law;
    outcome.sentence = hunted.caught->violation.sentence;
    outcome.laws = hunted.caught->laws;
    outcome.bait = hunted.caught->bait->name;
    outcome.shrinking = in_seconds(wall_time() - ended);
    outcome.edits = smallest.edits.size();
    outcome.faults = smallest.faults.size();
    return outcome;
}

// In a process of its own: a defect may break an invariant, which ends the process.
void seek_one(const Search& search, std::size_t number, const simulate::Send& send) {
    simulate::run_workers({.count = 1,
                           .work =
                               [&](std::size_t, const simulate::Send& tell) {
                                   tell(dump(to_json(outcome_of(search, number))));
                               },
                           .on_line = [&](std::size_t, const std::string& line) { send(line); },
                           .on_end =
                               [&](const simulate::WorkerEnd& end) {
                                   if (end.clean) {
                                       return;
                                   }
                                   const Mutant& mutant = bestgres::mutants::all()[number];
                                   Outcome outcome;
                                   outcome.mutant = mutant.id;
                                   (mutant.law.empty() || mutant.law == "H4" ? outcome.law
                                                                             : outcome.other_law) =
                                       "H4";
                                   outcome.sentence = "an invariant broke: " + end.how;
                                   send(dump(to_json(outcome)));
                               },
                           .on_second = [] {}});
}

void seek(const Search& search, const std::vector<std::size_t>& numbers,
          std::map<std::string, Outcome>& outcomes) {
    const std::size_t jobs = search.options.jobs;
    std::size_t done = 0;
    simulate::run_workers(
        {.count = jobs,
         .work =
             [&](std::size_t worker, const simulate::Send& send) {
                 for (std::size_t at = worker; at < numbers.size(); at += jobs) {
                     seek_one(search, numbers[at], send);
                 }
             },
         .on_line =
             [&](std::size_t, const std::string& text) {
                 const Outcome outcome = outcome_from(*parse_json(text));
                 const auto mutant =
                     std::ranges::find(bestgres::mutants::all(), outcome.mutant, &Mutant::id);
                 fmt::print(stderr, "{}/{} {}", ++done, numbers.size(), row_of(*mutant, outcome));
                 outcomes.insert_or_assign(outcome.mutant, outcome);
                 if (!search.options.kept.empty()) {
                     write_outcomes(search.options.kept, outcomes);
                 }
             },
         .on_end = [](const simulate::WorkerEnd&) {},
         .on_second = [] {}});
}

std::string today() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return format_seconds(Instant{std::chrono::duration_cast<Duration>(since).count()})
        .substr(0, 10);
}

std::string load_now() {
    double load = 0;
    return getloadavg(&load, 1) == 1 ? fmt::format("{:.0f}", load) : "unknown";
}

bool write_page(const Search& search, const std::map<std::string, Outcome>& outcomes) {
    std::vector<std::string_view> laws;
    for (const scenarios::LawText& law : scenarios::Laws::texts()) {
        laws.push_back(law.id);
    }
    laws.push_back(scenarios::H1SameTrace::text.id);
    for (const scenarios::relations::Relation& relation : scenarios::relations::all()) {
        laws.push_back(relation.text.id);
    }
    const Options& options = search.options;
    const std::string order = fmt::format(
        "The mutant's own scenario first, where the catalogue names one; then the workloads in "
        "every shape, the traps, the recipes and {} random runs, shortest first.",
        options.seeds);
    const std::string page = page_of(
        {.mutants = bestgres::mutants::all(),
         .outcomes = outcomes,
         .laws = std::move(laws),
         .conditions = {
             fmt::format("{}, {} build, {} processes, load {} at the end.", today(), build,
                         options.jobs, load_now()),
             fmt::format("At most {:.0f} s to look for one mutant, and as long again, or {} runs, "
                         "to make small what caught it.",
                         in_seconds(options.longest), options.attempts),
             options.own ? std::string("Each mutant with its own scenario alone.") : order,
             "A scenario that breaks a law without any mutant is left out. Relations (M1 to M13) "
             "are asked of the mutants alone that name one."}});
    std::ofstream file(options.table);
    file << page;
    file.close();
    return !file.fail();
}

int hunt_all(const Options& options) {
    Search search{.options = options};
    std::map<std::string, Outcome> outcomes;
    if (!options.kept.empty()) {
        outcomes = read_outcomes(options.kept);
    }
    const std::vector<std::size_t> numbers = chosen(options, outcomes);
    find_sound_baits(search, numbers);
    seek(search, numbers, outcomes);
    if (!options.table.empty() && !write_page(search, outcomes)) {
        fmt::print(stderr, "{}: cannot be written\n", options.table);
        return 2;
    }
    const auto caught = std::ranges::count_if(numbers, [&outcomes](std::size_t number) {
        const auto found = outcomes.find(std::string(bestgres::mutants::all()[number].id));
        return found != outcomes.end() && found->second.caught();
    });
    fmt::print("{} of {} mutants are caught\n", caught, numbers.size());
    return static_cast<std::size_t>(caught) == numbers.size() ? 0 : 1;
}

int list() {
    for (const Mutant& mutant : bestgres::mutants::all()) {
        fmt::print("{:<48} {:<16} {}\n", mutant.id, mutant.bugs, mutant.says);
    }
    return 0;
}

}  // namespace
}  // namespace bestgres::cmd::mutants

int main(int count, char** values) {
    using namespace bestgres::cmd::mutants;
    const auto options = parse_options(std::vector<std::string>(values + 1, values + count));
    if (!options) {
        fmt::print(stderr, "bestgres mutants: {}\n{}", options.error().message, usage);
        return 2;
    }
    if (options->help) {
        fmt::print("{}", usage);
        return 0;
    }
    return options->list ? list() : hunt_all(*options);
}
