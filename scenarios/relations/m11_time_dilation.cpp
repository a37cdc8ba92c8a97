// M11. Slowness is no fault: ten times the latency, far below any deadline, changes nothing; and
// neither does one error that is gone at the second try.
#include <fmt/format.h>

#include "scenarios/relations/compare.hpp"
#include "scenarios/relations/relations.hpp"
#include "scenarios/workloads/manifests.hpp"

namespace bestgres::scenarios::relations {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr LawText m11_text{"M11",
                           "Longer latencies below the deadlines, and one transient error at any "
                           "call, lead to the same end."};

Scenario stretched(Scenario workload) {
    workload.knobs.call_latency = milliseconds(100);
    workload.knobs.watch_latency = milliseconds(500);
    workload.knobs.proxy_lag = seconds(2);
    workload.knobs.container_start = seconds(8);
    return workload;
}

std::vector<Violation> judge_m11(const Scenario& workload, const Player& play) {
    Verdict verdict(m11_text);
    const Played reference = play(workload);
    if (!verdict.expect_sound(reference, "as it is")) {
        return verdict.take();
    }
    verdict.expect_same_end(reference, play(stretched(workload)), "everything slower");
    // M3 visits every call with every outcome; these are spread over the run.
    for (const std::int64_t nth : {2, 7, 15, 24}) {
        Fault error = workloads::fault(
            "error", FaultKind::server_error, "operator-1",
            workloads::after_call({.actor = "operator"}, nth, CallPoint::before_send));
        error.amount = 500;
        verdict.expect_same_end(reference, play(with_fault(workload, error)),
                                fmt::format("an error at call {}", nth));
    }
    return verdict.take();
}

}  // namespace

Relation m11_time_dilation() {
    return {.text = m11_text, .workloads = {"W01"}, .judge = judge_m11};
}

}  // namespace bestgres::scenarios::relations
