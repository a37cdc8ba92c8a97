// M2. The plan of what has been applied is empty: an operator that starts anew beside a settled
// cluster finds nothing to do.
#include "scenarios/relations/compare.hpp"
#include "scenarios/relations/relations.hpp"
#include "scenarios/workloads/manifests.hpp"

namespace bestgres::scenarios::relations {
namespace {

using std::chrono::seconds;

constexpr LawText m2_text{"M2",
                          "An operator that is restarted beside a settled cluster writes nothing "
                          "and tells Patroni and PostgreSQL nothing."};

std::vector<Violation> judge_m2(const Scenario& workload, const Player& play) {
    Verdict verdict(m2_text);
    const Scenario restarted = with_fault(
        workload, workloads::lasting(workloads::fault("restart", FaultKind::operator_crash,
                                                      "operator-1", when_done(workload)),
                                     seconds(5)));
    const Played run = play(restarted);
    if (verdict.expect_sound(run, "restarted at rest")) {
        verdict.expect_none(after(run.writes, run.since("restart")),
                            run.scenario + ": an operator that was restarted at rest writes");
        verdict.expect_none(after(run.steps, run.since("restart")),
                            run.scenario + ": an operator that was restarted at rest acts");
    }
    return verdict.take();
}

}  // namespace

Relation m2_idempotence() {
    return {.text = m2_text, .workloads = {"W02", "W10-1-async"}, .judge = judge_m2};
}

}  // namespace bestgres::scenarios::relations
