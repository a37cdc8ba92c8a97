// M9. Do no harm: what Patroni does alone, the operator does not make worse. The same faults strike
// a settled cluster with its operator, and once more after the operator has been frozen for ever.
#include <fmt/format.h>

#include "scenarios/relations/compare.hpp"
#include "scenarios/relations/relations.hpp"
#include "scenarios/workloads/manifests.hpp"

namespace bestgres::scenarios::relations {
namespace {

using std::chrono::seconds;

constexpr LawText m9_text{"M9",
                          "With the operator a fault costs no more overlap of writers, no more "
                          "time without one and no more acknowledged commits than without it."};

// Two runs that differ at all draw other latencies for what follows: a loop of Patroni and the lag
// of proxies are no difference between operators.
constexpr Duration tolerance = seconds(10);

Scenario left_alone(Scenario workload) {
    Fault frozen = workloads::fault("frozen", FaultKind::operator_pause, "operator-1",
                                    workloads::when_settled_after(last_edit(workload)));
    frozen.for_ever = true;
    workload.faults.insert(workload.faults.begin(), std::move(frozen));
    return workload;
}

std::vector<Violation> judge_m9(const Scenario& workload, const Player& play) {
    Verdict verdict(m9_text);
    const Played with = play(workload);
    const Played without = play(left_alone(workload));
    if (!verdict.expect_sound(with, "with the operator") ||
        !verdict.expect_sound(without, "without the operator")) {
        return verdict.take();
    }
    std::vector<std::string> facts;
    if (with.exposure.two_writers > without.exposure.two_writers) {
        facts.push_back(fmt::format("two writers for {}, without it {}",
                                    format_duration(with.exposure.two_writers),
                                    format_duration(without.exposure.two_writers)));
    }
    if (with.exposure.without_writer > without.exposure.without_writer + tolerance) {
        facts.push_back(fmt::format("no writer for {}, without it {}",
                                    format_duration(with.exposure.without_writer),
                                    format_duration(without.exposure.without_writer)));
    }
    if (with.exposure.commits_lost > without.exposure.commits_lost) {
        facts.push_back(fmt::format("{} commits lost, without it {}", with.exposure.commits_lost,
                                    without.exposure.commits_lost));
    }
    verdict.expect_none(std::move(facts), with.scenario + ": the operator makes it worse");
    return verdict.take();
}

}  // namespace

Relation m9_without_operator() {
    return {.text = m9_text, .workloads = {"W22-3-async", "W23-3-async"}, .judge = judge_m9};
}

}  // namespace bestgres::scenarios::relations
