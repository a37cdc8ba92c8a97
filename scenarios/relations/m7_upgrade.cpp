// M7. An update of the operator is not an update of the databases: a newer one beside settled
// clusters, and the older one again after it, leave every pod as it is.
#include <fmt/format.h>

#include "scenarios/relations/compare.hpp"
#include "scenarios/relations/relations.hpp"
#include "scenarios/workloads/manifests.hpp"

namespace bestgres::scenarios::relations {
namespace {

using std::chrono::minutes;

constexpr LawText m7_text{
    "M7",
    "A newer operator, and the older one again after it, take no pod away and "
    "ask Patroni for nothing while nobody changes a cluster."};

constexpr std::int64_t newer = 2;
constexpr std::int64_t older = 1;

Scenario upgraded(Scenario workload) {
    const Trigger done = when_done(workload);
    workload.edits.push_back(
        {.id = "upgrade", .when = done, .action = UpgradeOperator{.revision = newer}});
    workload.edits.push_back({.id = "rollback",
                              .when = workloads::after_edit("upgrade", minutes(3)),
                              .action = UpgradeOperator{.revision = older}});
    return workload;
}

std::vector<Violation> judge_m7(const Scenario& workload, const Player& play) {
    Verdict verdict(m7_text);
    const Played run = play(upgraded(workload));
    if (verdict.expect_sound(run, "upgraded at rest and rolled back")) {
        verdict.expect_none(after(run.disruptions, run.since("upgrade")),
                            run.scenario + ": an update of the operator disturbs members");
    }
    return verdict.take();
}

}  // namespace

Relation m7_upgrade() {
    return {.text = m7_text, .workloads = {"W02", "W10-1-async"}, .judge = judge_m7};
}

}  // namespace bestgres::scenarios::relations
