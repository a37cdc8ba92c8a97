// Operations that Jobs carry out, in a world with a real Job controller: once, whatever crashes.
#include <gtest/gtest.h>

#include "operator/api/operation.hpp"
#include "scenarios/testing.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::seconds;

const kube::Ref operation{kube::kinds::bg_db_ops, "shop", "clean"};

Edit ask(Json spec, const std::string& name = "clean") {
    spec["bgCluster"] = "db";
    return apply_edit("ask-" + name,
                      {{"apiVersion", "bestgres.io/v1"},
                       {"kind", "BGDbOps"},
                       {"metadata", {{"name", name}, {"namespace", "shop"}}},
                       {"spec", std::move(spec)}},
                      when_settled());
}

Scenario vacuum(std::int64_t members = 3) {
    Scenario scenario = creation(static_cast<int>(members));
    scenario.edits.push_back(ask({{"op", "vacuum"}, {"vacuum", {{"databases", {"app", "shop"}}}}}));
    return scenario;
}

Fault some_time_after_asking(const std::string& id, FaultKind kind, const std::string& target,
                             Duration delay) {
    return {.id = id,
            .kind = kind,
            .target = target,
            .when = {.when = WhenState{.condition = Condition::edit_made, .subject = "ask-clean"},
                     .delay = delay}};
}

std::string outcome(const World& world) {
    return string_at(world.get(operation).json(), {"status", "phase"});
}

std::string journal(const World& world) {
    return dump(object_at(world.get(operation).json(), {"status"}));
}

TEST(Jobs, an_operation_runs_its_programs_one_after_the_other) {
    const World world = run(vacuum());
    EXPECT_EQ(outcome(world), "Completed") << journal(world) << situation(world);
    EXPECT_EQ(count_steps(world, "StartJob"), 2) << journal(world);
    EXPECT_EQ(count_steps(world, "DeleteObject Job"), 2);
    EXPECT_TRUE(world.violations().empty()) << situation(world);
}

TEST(Jobs, an_operator_that_crashes_repeats_nothing) {
    for (const std::int64_t delay : {1, 3, 12, 22, 24, 30}) {
        Scenario scenario = vacuum();
        scenario.faults.push_back(some_time_after_asking("crash", FaultKind::operator_crash,
                                                         "operator-1", seconds(delay)));
        const World world = run(scenario);
        EXPECT_EQ(outcome(world), "Completed") << delay << journal(world);
        EXPECT_EQ(count_steps(world, "StartJob"), 2) << delay << journal(world);
        EXPECT_TRUE(world.violations().empty()) << situation(world);
        EXPECT_TRUE(world.never_triggered().empty());
    }
}

// The program loses its server, says so, and is tried again.
TEST(Jobs, a_failover_under_the_program_costs_one_try) {
    Scenario scenario = vacuum();
    scenario.faults.push_back(some_time_after_asking("kill", FaultKind::container_crash,
                                                     "the leader of db", seconds(12)));
    const World world = run(scenario);
    EXPECT_EQ(outcome(world), "Completed") << journal(world) << situation(world);
    EXPECT_EQ(count_steps(world, "StartJob"), 3) << journal(world);
    EXPECT_TRUE(world.violations().empty()) << situation(world);
}

TEST(Jobs, a_cancelled_operation_stops_its_program) {
    Scenario scenario = vacuum();
    scenario.edits.push_back(
        {.id = "cancel",
         .when = {.when = WhenState{.condition = Condition::edit_made, .subject = "ask-clean"},
                  .delay = seconds(12)},
         .action = DeleteResource{.ref = operation}});
    const World world = run(scenario);
    EXPECT_TRUE(world.get(operation).name().empty()) << journal(world);
    EXPECT_EQ(count_steps(world, "StartJob"), 1);
    EXPECT_EQ(count_steps(world, "DeleteObject Job"), 1);
    EXPECT_TRUE(world.violations().empty()) << situation(world);
}

}  // namespace
}  // namespace bestgres::scenarios
