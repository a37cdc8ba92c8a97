// The minimiser against oracles of a few lines: what is left is what the oracle asks for.
#include "scenarios/shrink/shrink.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "scenarios/swarm/swarm.hpp"
#include "scenarios/workloads/catalogue.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using workloads::fault;
using workloads::lasting;

const Fault* find_fault(const Scenario& scenario, FaultKind kind) {
    const auto found = std::find_if(scenario.faults.begin(), scenario.faults.end(),
                                    [kind](const Fault& one) { return one.kind == kind; });
    return found == scenario.faults.end() ? nullptr : &*found;
}

Failure broken(const std::string& law, const std::string& sentence) {
    return {.violation = {.law = law, .sentence = sentence}};
}

Trigger at(Duration since_start) {
    return {.when = AtTime{since_start}};
}

// Thirty faults of all sorts, among them a crash of the operator and a loss of a volume.
Scenario noisy() {
    Scenario scenario;
    for (std::uint64_t seed = 1; scenario.faults.size() < 20; ++seed) {
        scenario = swarm_scenario(seed, {.workloads = {"W07-3-sync"}});
    }
    scenario.faults.push_back(
        lasting(fault("x", FaultKind::operator_crash, "operator-1", at(minutes(3))), seconds(37)));
    scenario.faults.insert(scenario.faults.begin(),
                           fault("y", FaultKind::volume_lost, "db-1", at(seconds(17))));
    return scenario;
}

std::optional<Failure> two_faults_meet(const Scenario& scenario) {
    const Fault* crash = find_fault(scenario, FaultKind::operator_crash);
    const Fault* loss = find_fault(scenario, FaultKind::volume_lost);
    if (crash == nullptr || loss == nullptr || crash->lasts < seconds(3)) {
        return std::nullopt;
    }
    return broken("K1", "claim pgdata-db-1");
}

TEST(Shrink, leaves_the_two_faults_that_meet) {
    const auto shrunk = shrink(noisy(), two_faults_meet, {});
    ASSERT_TRUE(shrunk.has_value());
    EXPECT_EQ(shrunk->scenario.faults.size(), 2U);
    EXPECT_TRUE(two_faults_meet(shrunk->scenario).has_value());
    EXPECT_EQ(shrunk->scenario.edits.size(), 0U);
    EXPECT_EQ(shrunk->scenario.knobs.jitter_per_mille, 0);
    EXPECT_EQ(shrunk->scenario.seed, 1U);
    EXPECT_LT(shrunk->attempts, 300U);
}

TEST(Shrink, says_spans_as_people_would) {
    const auto shrunk = shrink(noisy(), two_faults_meet, {});
    EXPECT_EQ(find_fault(shrunk->scenario, FaultKind::operator_crash)->lasts, seconds(5));
}

TEST(Shrink, gives_nothing_for_a_scenario_that_does_not_fail) {
    EXPECT_EQ(shrink(noisy(), [](const Scenario&) { return std::optional<Failure>(); }, {}),
              std::nullopt);
}

TEST(Shrink, does_not_drift_to_another_mistake) {
    // With few faults something else breaks first.
    const Attempt attempt = [](const Scenario& scenario) -> std::optional<Failure> {
        if (find_fault(scenario, FaultKind::operator_crash) == nullptr) {
            return broken("L1", "never settled");
        }
        return broken("K1", scenario.faults.size() > 3 ? "claim pgdata-db-1" : "Secret db");
    };
    const auto shrunk = shrink(noisy(), attempt, {});
    EXPECT_EQ(shrunk->scenario.faults.size(), 4U);
    EXPECT_EQ(shrunk->failure.violation.sentence, "claim pgdata-db-1");
}

TEST(Shrink, takes_numbers_for_the_same_and_words_for_another_mistake) {
    EXPECT_EQ(shape_of({.law = "K1", .sentence = "db-1 is gone for 17.5 s"}),
              shape_of({.law = "K1", .sentence = "db-12 is gone for 4.0 s"}));
    EXPECT_NE(shape_of({.law = "K1", .sentence = "db-1 is gone"}),
              shape_of({.law = "K1", .sentence = "db-1 is late"}));
    EXPECT_NE(shape_of({.law = "K1", .sentence = "db-1 is gone"}),
              shape_of({.law = "K5", .sentence = "db-1 is gone"}));
}

TEST(Shrink, keeps_an_edit_that_another_trigger_waits_for) {
    const Attempt needs_the_last_edit = [](const Scenario& scenario) -> std::optional<Failure> {
        const bool is_there = std::any_of(scenario.edits.begin(), scenario.edits.end(),
                                          [](const Edit& edit) { return edit.id == "in"; });
        return is_there ? std::optional(broken("K1", "")) : std::nullopt;
    };
    const auto shrunk = shrink(*workloads::make_workload("W07"), needs_the_last_edit, {});
    std::vector<std::string> ids;
    for (const Edit& edit : shrunk->scenario.edits) {
        ids.push_back(edit.id);
    }
    EXPECT_EQ(ids, (std::vector<std::string>{"create", "out", "in"}));
}

TEST(Shrink, replaces_a_time_by_the_call_before_it) {
    const Attempt attempt = [](const Scenario& scenario) -> std::optional<Failure> {
        if (scenario.faults.empty()) {
            return std::nullopt;
        }
        const Trigger& when = scenario.faults.front().when;
        const auto* call = std::get_if<AfterCall>(&when.when);
        const bool fails = when == at(seconds(9)) || (call != nullptr && call->nth == 2);
        if (!fails) {
            return std::nullopt;
        }
        Failure failure = broken("K1", "");
        const CallPattern creates{.actor = "operator", .verb = "create", .kind = "Secret"};
        failure.calls = {{creates, seconds(1)}, {creates, seconds(8)}, {creates, seconds(10)}};
        return failure;
    };
    Scenario scenario;
    scenario.faults = {fault("f1", FaultKind::operator_crash, "operator-1", at(seconds(9)))};
    const auto shrunk = shrink(scenario, attempt, {});
    EXPECT_EQ(shrunk->scenario.faults.front().when,
              Trigger({.when = AfterCall{
                           .pattern = {.actor = "operator", .verb = "create", .kind = "Secret"},
                           .nth = 2}}));
}

TEST(Shrink, ends_a_fault_that_need_not_last_for_ever) {
    const Attempt attempt = [](const Scenario& scenario) -> std::optional<Failure> {
        const Fault* cut = find_fault(scenario, FaultKind::node_cut_off);
        const bool fails = cut != nullptr && (cut->for_ever || cut->lasts >= seconds(25));
        return fails ? std::optional(broken("D1", "")) : std::nullopt;
    };
    Scenario scenario;
    scenario.faults = {fault("f1", FaultKind::node_cut_off, "node-1", {})};
    scenario.faults.front().for_ever = true;
    const auto shrunk = shrink(scenario, attempt, {});
    EXPECT_FALSE(shrunk->scenario.faults.front().for_ever);
    EXPECT_EQ(shrunk->scenario.faults.front().lasts, seconds(30));
}

TEST(Shrink, stops_at_its_limit) {
    std::uint64_t runs = 0;
    const Attempt attempt = [&runs](const Scenario&) -> std::optional<Failure> {
        ++runs;
        return broken("K1", "");
    };
    const auto shrunk = shrink(noisy(), attempt, {.attempts = 3});
    EXPECT_EQ(runs, 3U);
    EXPECT_EQ(shrunk->attempts, 3U);
}

}  // namespace
}  // namespace bestgres::scenarios
