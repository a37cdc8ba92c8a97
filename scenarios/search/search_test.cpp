// Searches over real worlds: they find what was put there, and say so twice alike.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "scenarios/replay/replay_file.hpp"
#include "scenarios/search/explore.hpp"
#include "scenarios/search/mutate.hpp"
#include "scenarios/search/normal_end.hpp"
#include "scenarios/search/outcomes.hpp"
#include "scenarios/search/run.hpp"
#include "scenarios/swarm/budget.hpp"
#include "scenarios/swarm/swarm.hpp"
#include "scenarios/workloads/catalogue.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::seconds;

const Ground& ground() {
    static const Ground made = [] {
        std::ifstream file(BESTGRES_SOURCE_DIR "/deploy/bestgres-operator.yaml");
        std::stringstream text;
        text << file.rdbuf();
        auto ground = Ground::make(text.str(), "shop");
        EXPECT_TRUE(ground.ok()) << ground.error().message;
        return std::move(*ground);
    }();
    return made;
}

Scenario workload(const std::string& name) {
    return *workloads::make_workload(name);
}

std::string told(const RunReport& report) {
    std::string text;
    for (const Violation& violation : report.violations) {
        text += violation.law + ": " + violation.sentence + "\n";
    }
    return text;
}

TEST(Run, creates_a_cluster_without_breaking_a_law) {
    const RunReport report = run_twice(ground(), workload("W01"), {.watch_novelty = true});
    EXPECT_EQ(told(report), "");
    EXPECT_TRUE(report.settled);
    EXPECT_GT(report.operator_calls, 20U);
    EXPECT_GT(report.exposure.commits_acknowledged, 5U);
    EXPECT_GT(report.seen.situations.size(), 5U);
}

TEST(Run, tells_of_a_trigger_that_never_matched) {
    Scenario scenario = workload("W01");
    scenario.faults = {workloads::fault(
        "f1", FaultKind::operator_crash, "operator-1",
        workloads::after_call({.actor = "operator", .verb = "delete", .kind = "Namespace"}))};
    EXPECT_EQ(missed_expectations(scenario, run_scenario(ground(), scenario, {})),
              std::vector<std::string>{"trigger never matched: f1"});
}

TEST(Outcomes, visit_every_call_site_with_every_outcome) {
    const OutcomeMatrix matrix = enumerate_outcomes(
        ground(), workload("W01"),
        {.outcomes = {Forced::crash_after_apply, Forced::reset}, .calls_per_site = 1});
    EXPECT_GT(matrix.sites.size(), 30U);
    EXPECT_EQ(matrix.variants, matrix.sites.size() * 2) << table_of(matrix);
    EXPECT_EQ(matrix.cells.size(), matrix.variants);
    for (const FailedVariant& failed : matrix.failed) {
        ADD_FAILURE() << failed.violation.law << ": " << failed.violation.sentence << " at "
                      << failed.site << "\n"
                      << write_replay({.notes = {}, .scenario = failed.scenario});
    }
}

TEST(Run, is_the_same_twice_and_sees_situations) {
    const RunReport report = run_twice(ground(), workload("W01"), {.watch_novelty = true});
    for (const Violation& violation : report.violations) {
        EXPECT_NE(violation.law, "H1") << violation.sentence;
    }
    EXPECT_TRUE(report.settled);
    EXPECT_GT(report.operator_calls, 20U);
    EXPECT_GT(report.exposure.commits_acknowledged, 5U);
    EXPECT_GT(report.seen.situations.size(), 5U);
}

TEST(Run, has_another_trace_for_another_seed) {
    Scenario other = workload("W01");
    other.seed = 2;
    EXPECT_NE(run_scenario(ground(), workload("W01"), {}).trace,
              run_scenario(ground(), other, {}).trace);
}

TEST(Run, misses_a_violation_that_was_expected_and_a_trace_that_is_another_one) {
    Scenario scenario = workload("W01");
    const RunReport report{.trace = 7};
    scenario.expect = Expectation{.law = "K1"};
    EXPECT_EQ(missed_expectations(scenario, report),
              std::vector<std::string>{"K1 was expected to be broken, and holds"});
    scenario.expect = Expectation{.trace = 9};
    EXPECT_EQ(
        missed_expectations(scenario, report),
        std::vector<std::string>{"the trace is 0000000000000007, expected was 0000000000000009"});
    const RunReport broken{.violations = {{.law = "K1", .sentence = "s"}}, .trace = 9};
    EXPECT_EQ(missed_expectations(scenario, broken), std::vector<std::string>{"K1: s"});
}

TEST(Outcomes, share_the_variants_out_without_a_gap) {
    const OutcomeOptions few{.outcomes = {Forced::crash_before, Forced::reset},
                             .calls_per_site = 1};
    OutcomeMatrix together;
    for (std::size_t share = 0; share < 3; ++share) {
        OutcomeOptions part = few;
        part.share = share;
        part.shares = 3;
        together.add(enumerate_outcomes(ground(), workload("W01"), part));
    }
    const OutcomeMatrix whole = enumerate_outcomes(ground(), workload("W01"), few);
    EXPECT_EQ(table_of(together), table_of(whole));
    EXPECT_EQ(together.variants, whole.variants);
}

TEST(Outcomes, become_faults_that_find_their_call_again) {
    World world(ground(), workload("W01"), TraceDetail::full);
    world.run();
    for (const OperatorCall& call : world.calls()) {
        if (call.label.verb != "create" || call.label.kind != "Secret") {
            continue;
        }
        Scenario scenario = workload("W01");
        scenario.faults = {as_fault(world.calls(), call.number, Forced::crash_after_apply)};
        World again(ground(), scenario);
        again.run();
        EXPECT_EQ(again.never_triggered(), std::vector<std::string>{});
        EXPECT_NE(again.trace_hash(), world.trace_hash());
        return;
    }
    ADD_FAILURE() << "the operator creates a Secret";
}

TEST(Outcomes, tell_a_mark_for_each_cell) {
    OutcomeMatrix matrix;
    matrix.sites = {"keep: apply Service", "look: get Pod"};
    matrix.cells[{"keep: apply Service", Forced::crash_before}] = {.variants = 3, .failures = 0};
    matrix.cells[{"keep: apply Service", Forced::gone}] = {.variants = 3, .failures = 2};
    const std::string table = table_of(matrix);
    EXPECT_NE(table.find("keep: apply Service   .                    2 "), std::string::npos)
        << table;
    EXPECT_EQ(matrix.uncovered(), 2 * Words<Forced>::table.size() - 2);
}

TEST(NormalEnd, is_the_same_for_two_seeds_and_another_for_another_spec) {
    const auto end_of = [](const Scenario& scenario) {
        World world(ground(), scenario);
        world.run();
        return normal_end(world.truth());
    };
    Scenario other_seed = workload("W02");
    other_seed.seed = 9;
    const NormalEnd end = end_of(workload("W02"));
    EXPECT_GT(end.size(), 15U);
    EXPECT_EQ(differences(end, end_of(other_seed)), std::vector<std::string>{});
    EXPECT_NE(differences(end, end_of(workload("W02-3-sync"))), std::vector<std::string>{});
}

TEST(NormalEnd, names_what_differs) {
    const NormalEnd reference = {{"Service/db", {{"spec", {{"type", "ClusterIP"}}}}},
                                 {"Secret/db", Json::object()}};
    const NormalEnd end = {{"Service/db", {{"spec", {{"type", "NodePort"}}}}},
                           {"Secret/other", Json::object()}};
    EXPECT_EQ(
        differences(reference, end),
        (std::vector<std::string>{"Secret/db is missing",
                                  "Service/db/spec/type is \"NodePort\" instead of \"ClusterIP\"",
                                  "Secret/other is too much"}));
}

TEST(Explore, tries_orders_and_meets_situations_again) {
    Scenario scenario = workload("W01");
    scenario.knobs.jitter_per_mille = 0;
    const Exploration found =
        explore(ground(), scenario,
                {.from = seconds(2), .events = 14, .most_states = 400, .to_the_end = false});
    EXPECT_GT(found.states, 14U);
    EXPECT_GT(found.distinct, 14U);
    EXPECT_EQ(found.violation, std::nullopt);
}

TEST(Explore, takes_the_same_orders_again_by_their_choices) {
    Scenario scenario = workload("W01");
    scenario.knobs.jitter_per_mille = 0;
    World world(ground(), scenario);
    Scenario chosen = scenario;
    while (chosen.choices.size() < 3 && !world.over()) {
        const bool can_choose = world.ready().size() > 1;
        world.step(can_choose ? 1 : 0);
        if (can_choose) {
            chosen.choices.push_back({.event = world.event(), .index = 1});
        }
    }
    ASSERT_EQ(chosen.choices.size(), 3U);
    World again(ground(), chosen);
    while (again.event() < world.event()) {
        again.step();
    }
    EXPECT_EQ(again.trace_hash(), world.trace_hash());
}

TEST(Mutated, stays_within_the_budget_and_makes_sense) {
    RandomStream draw(1, "test");
    Scenario scenario = swarm_scenario(1, {});
    std::size_t changed = 0;
    for (std::uint64_t seed = 2; seed < 300; ++seed) {
        const Scenario next = mutated(scenario, swarm_scenario(seed, {}), draw);
        EXPECT_EQ(problems_of(next), std::vector<std::string>{});
        EXPECT_EQ(beyond_budget(next), std::nullopt);
        changed += next == scenario ? 0 : 1;
        scenario = next;
    }
    EXPECT_GT(changed, 200U);
}

TEST(Corpus, keeps_what_is_new_and_forgets_the_oldest) {
    Corpus corpus(2);
    Scenario scenario;
    for (std::uint64_t situation = 1; situation <= 4; ++situation) {
        scenario.seed = situation;
        EXPECT_TRUE(corpus.add(scenario, {.situations = {situation}}));
        EXPECT_FALSE(corpus.add(scenario, {.situations = {situation}}));
    }
    RandomStream draw(1, "test");
    for (int times = 0; times < 20; ++times) {
        EXPECT_GE(corpus.draw(draw).seed, 3U);
    }
    EXPECT_EQ(corpus.seen().situations.size(), 4U);
}

}  // namespace
}  // namespace bestgres::scenarios
