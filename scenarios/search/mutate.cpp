#include "scenarios/search/mutate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/replay/replay_file.hpp"
#include "scenarios/swarm/budget.hpp"
#include "scenarios/swarm/draw.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

void number_anew(Scenario& scenario) {
    std::size_t number = 0;
    for (Fault& fault : scenario.faults) {
        // Faults of the workload itself are named by words, and other triggers may wait for them.
        if (fault.id.size() > 1 && fault.id[0] == 'f' && fault.id[1] >= '0' && fault.id[1] <= '9') {
            fault.id = fmt::format("f{}", ++number);
        }
    }
}

void add_faults(Scenario& scenario, const Scenario& other, std::size_t most, RandomStream& draw) {
    for (std::size_t count = 0; count < most && !other.faults.empty(); ++count) {
        Fault fault = other.faults[draw.below(other.faults.size())];
        fault.id = fmt::format("f{}", 1'000 + count);
        scenario.faults.push_back(std::move(fault));
        if (beyond_budget(scenario)) {
            scenario.faults.pop_back();
        }
    }
}

void change_one(Scenario& scenario, RandomStream& draw) {
    Fault& fault = scenario.faults[draw.below(scenario.faults.size())];
    switch (draw.below(4)) {
        case 0:
            fault.when.delay = log_uniform(draw, milliseconds(1), minutes(2));
            break;
        case 1:
            fault.lasts = fault.for_ever || fault.lasts == Duration{}
                              ? fault.lasts
                              : log_uniform(draw, milliseconds(10), minutes(10));
            break;
        case 2:
            fault.target = drawn_target(draw, profile_of(fault.kind), scenario);
            break;
        default:
            if (!scenario.edits.empty()) {
                fault.when = {
                    .when =
                        WhenState{.condition = Condition::edit_made,
                                  .subject = scenario.edits[draw.below(scenario.edits.size())].id},
                    .delay = log_uniform(draw, milliseconds(1), minutes(2))};
            }
    }
}

}  // namespace

Scenario mutated(const Scenario& scenario, const Scenario& other, RandomStream& draw) {
    Scenario next = scenario;
    next.seed = draw.next();
    const std::uint64_t way = draw.below(5);
    if (way == 0 && !next.faults.empty()) {
        next.faults.erase(next.faults.begin() +
                          static_cast<std::ptrdiff_t>(draw.below(next.faults.size())));
    } else if (way == 1) {
        add_faults(next, other, 4, draw);
    } else if (way < 4 && !next.faults.empty()) {
        change_one(next, draw);
    } else {
        add_faults(next, other, 1, draw);
    }
    number_anew(next);
    const bool sound = problems_of(next).empty() && !beyond_budget(next);
    return sound ? next : scenario;
}

bool Corpus::add(const Scenario& scenario, const Seen& seen) {
    const std::size_t novelty = seen_.add(seen);
    if (novelty == 0) {
        return false;
    }
    if (kept_.size() == most_) {
        kept_.erase(kept_.begin());
    }
    kept_.push_back({.scenario = scenario, .novelty = novelty});
    return true;
}

const Scenario& Corpus::draw(RandomStream& stream) {
    std::uint64_t total = 0;
    const auto weight = [](const Kept& kept) { return 1 + 16 * kept.novelty / (1 + kept.drawn); };
    for (const Kept& kept : kept_) {
        total += weight(kept);
    }
    std::uint64_t left = stream.below(total);
    for (Kept& kept : kept_) {
        if (left < weight(kept)) {
            ++kept.drawn;
            return kept.scenario;
        }
        left -= weight(kept);
    }
    check_failed(__FILE__, __LINE__, "left < total", "a draw is below the sum of the weights");
}

}  // namespace bestgres::scenarios
