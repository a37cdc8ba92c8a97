#include "operator/cmd/mutants/page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace bestgres::cmd::mutants {
namespace {

using bestgres::mutants::Mutant;

constexpr std::size_t named_mutants = 4;

const Outcome* find_outcome(const Sought& sought, const Mutant& mutant) {
    const auto found = sought.outcomes.find(std::string(mutant.id));
    return found == sought.outcomes.end() ? nullptr : &found->second;
}

std::size_t count_caught(const Sought& sought) {
    return static_cast<std::size_t>(
        std::count_if(sought.mutants.begin(), sought.mutants.end(), [&](const Mutant& mutant) {
            const Outcome* const outcome = find_outcome(sought, mutant);
            return outcome != nullptr && outcome->caught();
        }));
}

std::string survivors(const Sought& sought) {
    std::string lines;
    for (const Mutant& mutant : sought.mutants) {
        const Outcome* const outcome = find_outcome(sought, mutant);
        if (outcome != nullptr && outcome->caught()) {
            continue;
        }
        const std::string why =
            outcome == nullptr ? "not sought"
            : outcome->other_law.empty()
                ? fmt::format("no law in {} runs and {:.0f} s", outcome->runs, outcome->seconds)
                : fmt::format("{} noticed, {} was to", outcome->other_law, mutant.law);
        lines += fmt::format("| {} | {} | {} |\n", mutant.id, mutant.says, why);
    }
    return lines.empty() ? "None.\n" : "| mutant | defect | |\n|---|---|---|\n" + lines;
}

std::string row_of_law(const Sought& sought, std::string_view law) {
    std::vector<std::string_view> by_name;
    std::size_t first = 0;
    for (const Mutant& mutant : sought.mutants) {
        const Outcome* const outcome = find_outcome(sought, mutant);
        if (outcome == nullptr || !outcome->caught()) {
            continue;
        }
        first += outcome->law == law ? 1 : 0;
        if (outcome->law == law || outcome->laws.contains(std::string(law))) {
            // Those that it noticed itself come first.
            by_name.insert(outcome->law == law ? by_name.begin() : by_name.end(), mutant.id);
        }
    }
    const std::size_t all = by_name.size();
    by_name.resize(std::min(all, named_mutants));
    return fmt::format("| {} | {} | {} | {} |\n", law, first, all,
                       all == 0 ? "**none**" : fmt::format("{}", fmt::join(by_name, ", ")));
}

}  // namespace

std::string row_of(const Mutant& mutant, const Outcome& outcome) {
    if (!outcome.caught()) {
        return fmt::format("| {} | {} | **survives** | {} | | {} | {:.1f} | |\n", mutant.id,
                           mutant.bugs, outcome.other_law, outcome.runs, outcome.seconds);
    }
    std::vector<std::string> others;
    for (const std::string& law : outcome.laws) {
        if (law != outcome.law) {
            others.push_back(law);
        }
    }
    return fmt::format("| {} | {} | {} | {} | {} | {} | {:.1f} | {}+{} |\n", mutant.id, mutant.bugs,
                       outcome.law, fmt::join(others, " "), outcome.bait, outcome.runs,
                       outcome.seconds, outcome.edits, outcome.faults);
}

std::string page_of(const Sought& sought) {
    std::string page =
        "# Mutants\n\n"
        "Planted defects (`scenarios/mutants/*.mutants`), each alone in a program of its own, and "
        "what the simulator says to\neach. `bestgres mutants --table docs/mutants.md` writes this "
        "page; nothing in it is written by hand.\n\n";
    for (const std::string& condition : sought.conditions) {
        page += "- " + condition + "\n";
    }
    page += fmt::format("\n**{} of {} are caught.** Those that are not:\n\n", count_caught(sought),
                        sought.mutants.size());
    page += survivors(sought);
    page +=
        "\n## Laws\n\n"
        "How many mutants each law noticed itself, and in how many catching runs it was broken at "
        "all.\n\n| law | noticed | broken | for example |\n|---|---|---|---|\n";
    for (const std::string_view law : sought.laws) {
        page += row_of_law(sought, law);
    }
    page +=
        "\n## Mutants\n\n"
        "The law that noticed, the others that the same run broke, the scenario, how many runs and "
        "seconds that took, and\nthe edits and faults of the smallest schedule that was found.\n\n"
        "| mutant | bugs | law | also | scenario | runs | seconds | smallest |\n"
        "|---|---|---|---|---|---|---|---|\n";
    for (const Mutant& mutant : sought.mutants) {
        if (const Outcome* const outcome = find_outcome(sought, mutant)) {
            page += row_of(mutant, *outcome);
        }
    }
    return page;
}

}  // namespace bestgres::cmd::mutants
