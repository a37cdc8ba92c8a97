#include "scenarios/search/outcomes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scenarios/search/normal_end.hpp"
#include "scenarios/search/run.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr LawText same_end{"M3", "whatever becomes of one call, the cluster comes to be the same"};

std::vector<Forced> all_outcomes() {
    std::vector<Forced> all;
    for (const auto& [outcome, word] : Words<Forced>::table) {
        all.push_back(outcome);
    }
    return all;
}

struct Reference {
    std::vector<OperatorCall> calls;
    NormalEnd end;
    RunReport report;
};

Reference reference_of(const Ground& ground, const Scenario& workload) {
    World world(ground, workload, TraceDetail::full);
    world.run();
    return {.calls = world.calls(), .end = normal_end(world.truth()), .report = report_of(world)};
}

// The numbers of the calls to vary: all, or a few of each site, spread evenly.
std::vector<std::uint64_t> chosen_calls(const std::vector<OperatorCall>& calls,
                                        std::size_t per_site) {
    std::map<std::string, std::vector<std::uint64_t>> by_site;
    for (const OperatorCall& call : calls) {
        by_site[call_site(call)].push_back(call.number);
    }
    std::vector<std::uint64_t> chosen;
    for (const auto& [site, numbers] : by_site) {
        const std::size_t wanted =
            per_site == 0 ? numbers.size() : std::min(per_site, numbers.size());
        for (std::size_t at = 0; at < wanted; ++at) {
            chosen.push_back(numbers[at * numbers.size() / wanted]);
        }
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

std::optional<Violation> judged(const World& world, const Reference& reference) {
    if (!world.violations().empty()) {
        return world.violations().front();
    }
    const std::vector<std::string> found = differences(reference.end, normal_end(world.truth()));
    if (found.empty()) {
        return std::nullopt;
    }
    return Violation{.law = std::string(same_end.id),
                     .sentence = "the end differs from that of the run in which all went well",
                     .facts = found,
                     .at = world.now(),
                     .event = world.event()};
}

struct Variant {
    const OperatorCall& call;
    Forced outcome;
};

FailedVariant failed_variant(const Ground& ground, const Reference& reference,
                             const Variant& variant, const World& world) {
    FailedVariant failed{.scenario = world.scenario(),
                         .site = call_site(variant.call),
                         .outcome = variant.outcome,
                         .call = variant.call.number,
                         .violation = *judged(world, reference)};
    Scenario with_fault = world.scenario();
    with_fault.faults.push_back(as_fault(reference.calls, variant.call.number, variant.outcome));
    with_fault.expect = Expectation{.law = failed.violation.law};
    World again(ground, with_fault);
    again.run(true);
    const auto violation = judged(again, reference);
    failed.as_fault = violation && violation->law == failed.violation.law;
    failed.scenario = std::move(with_fault);
    return failed;
}

std::vector<std::string> sites_of(const std::vector<OperatorCall>& calls) {
    std::set<std::string> sites;
    for (const OperatorCall& call : calls) {
        sites.insert(call_site(call));
    }
    return {sites.begin(), sites.end()};
}

struct Enumeration {
    const Ground& ground;
    const Reference& reference;
    OutcomeMatrix& matrix;

    void try_variant(const World& before, const Variant& variant) {
        World world = before;
        world.force(variant.call.number, variant.outcome);
        world.run(true);
        Cell& cell = matrix.cells[{call_site(variant.call), variant.outcome}];
        ++cell.variants;
        ++matrix.variants;
        matrix.virtual_time += world.now() - before.now();
        if (judged(world, reference)) {
            ++cell.failures;
            matrix.failed.push_back(failed_variant(ground, reference, variant, world));
        }
    }
};

FailedVariant failed_reference(const Scenario& workload, const Reference& reference) {
    return {.scenario = workload,
            .site = "the workload itself",
            .as_fault = true,
            .violation = reference.report.violations.front()};
}

}  // namespace

std::string call_site(const OperatorCall& call) {
    return fmt::format("{}: {}{}{}", call.site, call.label.verb, call.label.kind.empty() ? "" : " ",
                       call.label.kind);
}

void OutcomeMatrix::add(OutcomeMatrix other) {
    for (const auto& [key, cell] : other.cells) {
        cells[key].variants += cell.variants;
        cells[key].failures += cell.failures;
    }
    std::move(other.failed.begin(), other.failed.end(), std::back_inserter(failed));
    std::set<std::string> all(sites.begin(), sites.end());
    all.insert(other.sites.begin(), other.sites.end());
    sites.assign(all.begin(), all.end());
    variants += other.variants;
    virtual_time += other.virtual_time;
}

std::size_t OutcomeMatrix::uncovered() const {
    std::size_t count = 0;
    for (const std::string& site : sites) {
        for (const Forced outcome : all_outcomes()) {
            count += cells.count({site, outcome}) == 0 ? 1 : 0;
        }
    }
    return count;
}

OutcomeMatrix enumerate_outcomes(const Ground& ground, const Scenario& workload,
                                 const OutcomeOptions& options) {
    OutcomeMatrix matrix;
    const Reference reference = reference_of(ground, workload);
    matrix.sites = sites_of(reference.calls);
    if (!reference.report.violations.empty()) {
        matrix.failed.push_back(failed_reference(workload, reference));
        return matrix;
    }
    const std::vector<Forced> outcomes =
        options.outcomes.empty() ? all_outcomes() : options.outcomes;
    Enumeration enumeration{ground, reference, matrix};
    World base(ground, workload);
    std::size_t variant = 0;
    for (const std::uint64_t number : chosen_calls(reference.calls, options.calls_per_site)) {
        const OperatorCall& call = reference.calls[number - 1];
        while (base.event() + 1 < call.event && base.step()) {
        }
        for (const Forced outcome : outcomes) {
            if (variant++ % options.shares == options.share) {
                enumeration.try_variant(base, {call, outcome});
            }
        }
    }
    return matrix;
}

std::string table_of(const OutcomeMatrix& matrix) {
    std::size_t width = 0;
    for (const std::string& site : matrix.sites) {
        width = std::max(width, site.size());
    }
    std::string text;
    std::size_t column = 0;
    for (const Forced outcome : all_outcomes()) {
        text += fmt::format("{:{}}  {:>2} {}\n", "", width, ++column, word_of(outcome));
    }
    text += fmt::format("{:{}} ", "call site", width);
    for (std::size_t number = 1; number <= column; ++number) {
        text += fmt::format(" {:>2}", number);
    }
    text += '\n';
    for (const std::string& site : matrix.sites) {
        text += fmt::format("{:{}} ", site, width);
        for (const Forced outcome : all_outcomes()) {
            const auto cell = matrix.cells.find({site, outcome});
            const std::string mark = cell == matrix.cells.end()   ? ""
                                     : cell->second.failures == 0 ? "."
                                     : cell->second.failures > 99
                                         ? "**"
                                         : std::to_string(cell->second.failures);
            text += fmt::format(" {:>2}", mark);
        }
        text += '\n';
    }
    return text;
}

}  // namespace bestgres::scenarios
