// `bestgres relations`: what several runs have in common, for some workloads.
#include <fmt/format.h>

#include "operator/cmd/simulate/findings.hpp"
#include "operator/cmd/simulate/parts.hpp"
#include "operator/cmd/simulate/workers.hpp"
#include "scenarios/relations/relation.hpp"

namespace bestgres::cmd::simulate {
namespace {

using scenarios::Ground;
using scenarios::Scenario;
using scenarios::Violation;
using scenarios::relations::Player;
using scenarios::relations::Relation;

struct Chosen {
    std::vector<const Relation*> relations;
    std::vector<Scenario> workloads;  // empty: those of each relation
};

Chosen chosen(const std::vector<std::string>& words) {
    Chosen found;
    for (const std::string& word : words) {
        if (const Relation* const relation = scenarios::relations::find(word)) {
            found.relations.push_back(relation);
        } else {
            for (Scenario& workload : workloads_named({word})) {
                found.workloads.push_back(std::move(workload));
            }
        }
    }
    if (found.relations.empty()) {
        for (const Relation& relation : scenarios::relations::all()) {
            found.relations.push_back(&relation);
        }
    }
    return found;
}

std::size_t tell(const Relation& relation, const Scenario& workload, const Player& play) {
    const Duration begun = wall_time();
    const std::vector<Violation> found = relation.judge(workload, play);
    fmt::print("{} {}: {} ({:.1f} s)\n", relation.text.id, workload.name,
               found.empty() ? "holds" : "fails",
               std::chrono::duration<double>(wall_time() - begun).count());
    for (const Violation& violation : found) {
        fmt::print("  {}: {}\n", violation.law, violation.sentence);
        for (const std::string& fact : violation.facts) {
            fmt::print("    {}\n", fact);
        }
    }
    return found.size();
}

}  // namespace

int relate(const Options& options) {
    const Ground ground = shipped_ground();
    const Player play = [&](const Scenario& scenario) {
        const std::string& ns = scenario.topology.ns;
        return scenarios::relations::play(ns == ground.ns() ? ground : shipped_ground(ns),
                                          scenario);
    };
    std::size_t failures = 0;
    const Chosen asked = chosen(options.words);
    for (const Relation* const relation : asked.relations) {
        for (const Scenario& workload :
             asked.workloads.empty() ? workloads_named(relation->workloads) : asked.workloads) {
            failures += tell(*relation, workload, play);
        }
    }
    fmt::print("{} failures\n", failures);
    return failures == 0 ? 0 : 1;
}

}  // namespace bestgres::cmd::simulate
