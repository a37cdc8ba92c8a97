#include "scenarios/mutants/hunt.hpp"

#include <algorithm>

#include "scenarios/invariants/h1_same_trace.hpp"
#include "scenarios/mutants/traps.hpp"
#include "scenarios/relations/relation.hpp"
#include "scenarios/search/run.hpp"
#include "scenarios/shrink/shrink.hpp"
#include "scenarios/swarm/swarm.hpp"
#include "scenarios/workloads/catalogue.hpp"

namespace bestgres::mutants {
namespace {

using scenarios::Ground;
using scenarios::Scenario;
using scenarios::Violation;
using scenarios::World;

constexpr std::uint64_t events_between_looks = 256;
// A defect may make a run endless: what is far longer than it should be says nothing new.
constexpr std::uint64_t longest_run = 6;
constexpr std::uint64_t and_events = 20'000;
constexpr std::uint64_t too_costly = 500'000;

// The first violation that counts for this mutant; null where there is none.
const Violation* find_notice(const std::vector<Violation>& violations, std::string_view law) {
    const auto found = std::find_if(violations.begin(), violations.end(), [law](const auto& one) {
        return law.empty() || one.law == law;
    });
    return found == violations.end() ? nullptr : &*found;
}

// `until` is asked after every event that broke a law.
template <class Until>
void run_bounded(World& world, const Bait& bait, const HuntOptions& options, const Until& until) {
    const std::uint64_t most = longest_run * bait.events + and_events;
    std::size_t seen = 0;
    while (world.event() < most && world.step()) {
        if (world.violations().size() != seen) {
            seen = world.violations().size();
            if (until()) {
                return;
            }
        }
        if (world.event() % events_between_looks == 0 && options.is_over()) {
            return;
        }
    }
}

// H1 is asked of two runs.
std::optional<Catch> look_twice(const Ground& ground, const Bait& bait) {
    const scenarios::RunReport report = run_twice(ground, bait.scenario, {});
    if (report.violations.empty()) {
        return std::nullopt;
    }
    Catch caught{.bait = &bait, .violation = report.violations.back()};
    for (const Violation& violation : report.violations) {
        caught.laws.insert(violation.law);
    }
    return caught;
}

// A relation that does not hold without the mutant says nothing about it.
std::optional<Catch> look_related(const Ground& ground, std::size_t number, const Bait& bait,
                                  const scenarios::relations::Relation& relation) {
    const auto play = [&ground](const Scenario& scenario) {
        return scenarios::relations::play(ground, scenario);
    };
    activate(std::nullopt);
    const bool holds = relation.judge(bait.scenario, play).empty();
    activate(number);
    const std::vector<Violation> found =
        holds ? relation.judge(bait.scenario, play) : std::vector<Violation>();
    if (found.empty()) {
        return std::nullopt;
    }
    return Catch{.bait = &bait, .violation = found.front(), .laws = {found.front().law}};
}

// The violation that counts, and then all laws that the rest of the run breaks.
std::optional<Catch> look(const Ground& ground, std::size_t number, const Bait& bait,
                          const HuntOptions& options) {
    const std::string_view law = all()[number].law;
    if (law == scenarios::H1SameTrace::text.id) {
        return look_twice(ground, bait);
    }
    if (const auto* const relation = scenarios::relations::find(law)) {
        return look_related(ground, number, bait, *relation);
    }
    World world(ground, bait.scenario);
    run_bounded(world, bait, options,
                [&] { return find_notice(world.violations(), law) != nullptr; });
    if (world.violations().empty()) {
        return std::nullopt;
    }
    const Violation* const notice = find_notice(world.violations(), law);
    Catch caught{.bait = &bait,
                 .violation = notice == nullptr ? world.violations().front() : *notice};
    run_bounded(world, bait, options, [] { return false; });
    for (const Violation& violation : world.violations()) {
        caught.laws.insert(violation.law);
    }
    return caught;
}

void add_workloads(std::vector<Bait>& baits) {
    for (const std::string& name : scenarios::workloads::workload_names()) {
        baits.push_back({.name = name, .scenario = *scenarios::workloads::make_workload(name)});
    }
}

}  // namespace

std::vector<Bait> baits(const HuntOptions& options) {
    std::vector<Bait> all;
    add_workloads(all);
    for (Trap& trap : traps()) {
        all.push_back({.name = trap.name, .scenario = std::move(trap.scenario)});
    }
    std::string before;
    for (scenarios::workloads::Recipe& recipe : scenarios::workloads::recipes()) {
        const std::string number = std::to_string(recipe.number);
        const std::string name = "recipe " + number + (number == before ? "b" : "");
        all.push_back({.name = name, .scenario = std::move(recipe.scenario)});
        before = number;
    }
    for (std::uint64_t seed = 1; seed <= options.seeds; ++seed) {
        all.push_back({.name = "seed " + std::to_string(seed),
                       .scenario = scenarios::swarm_scenario(seed, {})});
    }
    return all;
}

std::optional<std::uint64_t> sound_events(const Ground& ground, const Bait& bait) {
    activate(std::nullopt);
    const scenarios::RunReport report =
        run_scenario(ground, bait.scenario, {.stop_at_violation = true, .watch_novelty = false});
    return report.violations.empty() ? std::optional(report.events) : std::nullopt;
}

std::vector<const Bait*> in_order(const Mutant& mutant, const std::vector<Bait>& sound) {
    std::vector<const Bait*> order;
    for (const Bait& bait : sound) {
        if (bait.events <= too_costly || bait.name == mutant.bait) {
            order.push_back(&bait);
        }
    }
    std::stable_sort(order.begin(), order.end(), [&](const Bait* one, const Bait* other) {
        const bool own = one->name == mutant.bait;
        return own != (other->name == mutant.bait) ? own : one->events < other->events;
    });
    return order;
}

Hunted hunt(const Ground& ground, std::size_t number, const std::vector<const Bait*>& baits,
            const HuntOptions& options) {
    const std::string_view law = all()[number].law;
    activate(number);
    Hunted hunted;
    for (const Bait* const bait : baits) {
        if (options.is_over()) {
            break;
        }
        ++hunted.runs;
        std::optional<Catch> caught = look(ground, number, *bait, options);
        if (caught && (law.empty() || caught->violation.law == law)) {
            hunted.caught = std::move(caught);
            break;
        }
        if (caught && hunted.other_law.empty()) {
            hunted.other_law = caught->violation.law;
        }
    }
    activate(std::nullopt);
    return hunted;
}

Scenario made_small(const Ground& ground, std::size_t number, const Catch& caught,
                    const HuntOptions& options) {
    const auto attempt = [&](const Scenario& candidate) -> std::optional<scenarios::Failure> {
        const Bait bait{caught.bait->name, candidate, caught.bait->events};
        auto again = options.is_over() ? std::nullopt : look(ground, number, bait, options);
        if (!again || again->violation.law != caught.violation.law) {
            return std::nullopt;
        }
        return scenarios::Failure{.violation = std::move(again->violation)};
    };
    activate(number);
    const auto small =
        scenarios::shrink(caught.bait->scenario, attempt, {.attempts = options.shrink_attempts});
    activate(std::nullopt);
    return small ? small->scenario : caught.bait->scenario;
}

}  // namespace bestgres::mutants
