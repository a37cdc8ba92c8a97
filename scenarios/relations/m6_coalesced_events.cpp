// M6. A watch promises the last state and nothing else: states in between may be skipped, events
// come twice after a reconnect, and kinds overtake each other.
#include <fmt/format.h>

#include "scenarios/relations/compare.hpp"
#include "scenarios/relations/relations.hpp"
#include "scenarios/workloads/manifests.hpp"

namespace bestgres::scenarios::relations {
namespace {

using std::chrono::seconds;

constexpr LawText m6_text{"M6",
                          "Skipping states in between, telling events twice and letting kinds "
                          "overtake each other leads to the same end."};

// Watches break again and again, and each new one tells some events once more.
Scenario told_twice(Scenario workload) {
    workload.faults.push_back(standing(FaultKind::watch_duplicate, "operator-1"));
    for (int number = 1; number <= 3; ++number) {
        workload.faults.push_back(workloads::fault(fmt::format("drop-{}", number),
                                                   FaultKind::watch_drop, "operator-1",
                                                   {.when = AtTime{seconds(7 * number)}}));
    }
    return workload;
}

std::vector<Violation> judge_m6(const Scenario& workload, const Player& play) {
    Verdict verdict(m6_text);
    const Played reference = play(workload);
    if (!verdict.expect_sound(reference, "as it is")) {
        return verdict.take();
    }
    verdict.expect_same_end(
        reference,
        play(with_fault(workload, standing(FaultKind::watch_coalesce, "operator-1", 2'000))),
        "states in between skipped");
    verdict.expect_same_end(reference, play(told_twice(workload)), "events told twice");
    for (const std::string_view kind : {"Pod", "Secret", "PersistentVolumeClaim"}) {
        verdict.expect_same_end(
            reference,
            play(with_fault(workload, standing(FaultKind::watch_delay,
                                               fmt::format("operator-1/{}", kind), 1'500))),
            fmt::format("{} overtaken by all others", kind));
    }
    return verdict.take();
}

}  // namespace

Relation m6_coalesced_events() {
    return {.text = m6_text, .workloads = {"W06"}, .judge = judge_m6};
}

}  // namespace bestgres::scenarios::relations
