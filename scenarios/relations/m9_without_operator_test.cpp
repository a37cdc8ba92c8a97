#include "scenarios/relations/testing.hpp"

namespace bestgres::scenarios::relations {
namespace {

using namespace testing;

TEST(M9, holds_for_the_operator) {
    EXPECT_EQ(said_of_production(m9_without_operator()), "");
}

Played measured(const Scenario& scenario, Exposure exposure) {
    Played run = came_to(scenario, "as asked");
    run.exposure = exposure;
    return run;
}

bool is_alone(const Scenario& scenario) {
    return has_fault(scenario, FaultKind::operator_pause);
}

// Defect: the operator restarts a new primary because it does not look ready yet.
TEST(M9, fails_where_the_operator_prolongs_an_outage) {
    const Player disturbs = [](const Scenario& scenario) {
        return measured(scenario,
                        {.without_writer = std::chrono::seconds(is_alone(scenario) ? 20 : 45)});
    };
    EXPECT_TRUE(alarms(m9_without_operator(), judged(m9_without_operator(), "W22", disturbs)));
}

TEST(M9, fails_where_the_operator_costs_commits_or_lets_two_write) {
    const Player loses = [](const Scenario& scenario) {
        return measured(scenario, {.commits_lost = is_alone(scenario) ? 0U : 1U});
    };
    const Player overlaps = [](const Scenario& scenario) {
        return measured(scenario,
                        {.two_writers = std::chrono::milliseconds(is_alone(scenario) ? 0 : 1)});
    };
    EXPECT_TRUE(alarms(m9_without_operator(), judged(m9_without_operator(), "W22", loses)));
    EXPECT_TRUE(alarms(m9_without_operator(), judged(m9_without_operator(), "W22", overlaps)));
}

TEST(M9, lets_an_operator_help) {
    const Player helps = [](const Scenario& scenario) {
        return measured(scenario,
                        {.without_writer = std::chrono::seconds(is_alone(scenario) ? 20 : 5)});
    };
    EXPECT_EQ(told(judged(m9_without_operator(), "W22", helps)), "");
}

}  // namespace
}  // namespace bestgres::scenarios::relations
