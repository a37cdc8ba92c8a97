// M5. What an operator sees is old: one kind lags behind all others, everything comes late, or it
// starts anew on an API server that has not heard of its last writes yet.
#include <fmt/format.h>

#include <map>

#include "scenarios/relations/compare.hpp"
#include "scenarios/relations/relations.hpp"
#include "scenarios/workloads/manifests.hpp"

namespace bestgres::scenarios::relations {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr LawText m5_text{"M5",
                          "However old an operator's view is, of one kind or of all, the cluster "
                          "comes to the same end and nothing more is taken away on the way."};

constexpr std::int64_t late_ms = 4'000;

// It crashes once the server has done what it wanted, and comes back on a replica that stood still
// since then.
Scenario back_in_time(Scenario workload) {
    const CallPattern step{.actor = "operator", .verb = "evict", .kind = "Pod"};
    workload.faults.push_back(
        workloads::lasting(workloads::fault("freeze", FaultKind::replica_freeze, "api-2",
                                            workloads::after_call(step, 1, CallPoint::before_send)),
                           seconds(90)));
    Fault crash = workloads::fault("crash", FaultKind::operator_crash, "operator-1",
                                   workloads::after_call(step, 1));
    crash.lasts = seconds(3);
    crash.amount = 2;
    workload.faults.push_back(std::move(crash));
    return workload;
}

// For as long as the last edit is being worked on.
Fault lagging(const std::string& edit) {
    Fault fault = workloads::fault("lag", FaultKind::replica_lag, "api-1",
                                   workloads::after_edit(edit, seconds(0)));
    fault.lasts = minutes(2);
    fault.amount = 20;
    return fault;
}

void expect_nothing_more(Verdict& verdict, const Played& reference, const Played& run,
                         std::string_view what) {
    std::map<std::string, std::int64_t> surplus;
    for (const Deed& deed : run.disruptions) {
        ++surplus[deed.what];
    }
    for (const Deed& deed : reference.disruptions) {
        --surplus[deed.what];
    }
    std::vector<std::string> facts;
    for (const auto& [deed, times] : surplus) {
        if (times > 0) {
            facts.push_back(fmt::format("{}: {} more", deed, times));
        }
    }
    verdict.expect_none(std::move(facts), fmt::format("{}, {}: more is taken away than by an "
                                                      "operator that sees at once",
                                                      run.scenario, what));
}

std::vector<Violation> judge_m5(const Scenario& workload, const Player& play) {
    Verdict verdict(m5_text);
    const Played reference = play(workload);
    if (!verdict.expect_sound(reference, "as it is")) {
        return verdict.take();
    }
    const auto compare = [&](const Scenario& variant, const std::string& what) {
        const Played run = play(variant);
        verdict.expect_same_end(reference, run, what);
        expect_nothing_more(verdict, reference, run, what);
    };
    for (const std::string_view kind : {"Pod", "ConfigMap"}) {
        compare(with_fault(workload, standing(FaultKind::watch_delay,
                                              fmt::format("operator-1/{}", kind), late_ms)),
                fmt::format("{} seen late", kind));
    }
    compare(with_fault(workload, standing(FaultKind::watch_delay, "operator-1", late_ms)),
            "everything seen late");
    compare(with_fault(workload, lagging(last_edit(workload))), "an API server that lags behind");
    if (!reference.disruptions.empty()) {
        compare(back_in_time(workload), "back in time after the first eviction");
    }
    return verdict.take();
}

}  // namespace

Relation m5_stale_views() {
    return {.text = m5_text, .workloads = {"W12-3-async"}, .judge = judge_m5};
}

}  // namespace bestgres::scenarios::relations
