#include "scenarios/mutants/hunt.hpp"

#include <algorithm>

#include "scenarios/search/run.hpp"
#include "scenarios/shrink/shrink.hpp"
#include "scenarios/swarm/swarm.hpp"
#include "scenarios/workloads/catalogue.hpp"

namespace bestgres::mutants {
namespace {

using scenarios::Ground;
using scenarios::RunReport;
using scenarios::Scenario;

void add_workloads(std::vector<Bait>& baits, bool fast) {
    for (const scenarios::workloads::Workload& workload : scenarios::workloads::catalogue()) {
        if (workload.fast != fast) {
            continue;
        }
        // The most members first: most defects need somebody to hurt.
        std::vector<std::int64_t> sizes = workload.members;
        std::ranges::sort(sizes, std::greater<>());
        for (const std::int64_t members : sizes) {
            scenarios::workloads::Shape shape;
            shape.members = members;
            baits.push_back({std::string(workload.id) + "-" + to_string(shape),
                             make_workload(workload, shape)});
        }
    }
}

}  // namespace

std::vector<Bait> baits(const HuntOptions& options) {
    std::vector<Bait> all;
    add_workloads(all, true);
    add_workloads(all, false);
    for (scenarios::workloads::Recipe& recipe : scenarios::workloads::recipes()) {
        all.push_back({"recipe " + std::to_string(recipe.number), std::move(recipe.scenario)});
    }
    for (std::uint64_t seed = 1; seed <= options.seeds; ++seed) {
        all.push_back({"seed " + std::to_string(seed), scenarios::swarm_scenario(seed, {})});
    }
    return all;
}

bool is_sound(const Ground& ground, const Bait& bait) {
    activate(std::nullopt);
    const RunReport report =
        run_scenario(ground, bait.scenario, {.stop_at_violation = true, .watch_novelty = false});
    return report.violations.empty();
}

std::optional<Catch> hunt(const Ground& ground, std::size_t mutant, const std::vector<Bait>& sound,
                          const HuntOptions& options) {
    activate(mutant);
    std::uint64_t runs = 0;
    for (const Bait& bait : sound) {
        ++runs;
        const RunReport report = run_scenario(ground, bait.scenario,
                                              {.stop_at_violation = true, .watch_novelty = false});
        if (report.violations.empty()) {
            continue;
        }
        Catch caught{bait.name, runs, report.violations.front(), bait.scenario};
        const auto small = scenarios::shrink(bait.scenario, scenarios::attempt_on(ground),
                                             {.attempts = options.shrink_attempts});
        if (small) {
            caught.smallest = small->scenario;
        }
        activate(std::nullopt);
        return caught;
    }
    activate(std::nullopt);
    return std::nullopt;
}

}  // namespace bestgres::mutants
