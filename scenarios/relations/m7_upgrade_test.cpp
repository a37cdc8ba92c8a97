#include "scenarios/relations/testing.hpp"

namespace bestgres::scenarios::relations {
namespace {

using namespace testing;

TEST(M7, holds_for_the_operator) {
    EXPECT_EQ(said_of_production(m7_upgrade()), "");
}

// The relation says something only where the newer operator takes over and writes what is its own.
TEST(M7, sees_an_operator_that_takes_over) {
    Played run;
    const auto found = judged(m7_upgrade(), "W02", [&run](const Scenario& scenario) {
        run = production(scenario);
        return run;
    });
    EXPECT_EQ(told(found), "");
    EXPECT_FALSE(after(run.templates, run.since("upgrade")).empty());
    EXPECT_FALSE(after(run.templates, run.since("rollback")).empty());
}

// Defect: the image that the agent is copied from is part of the template's hash, so that every pod
// is replaced; here a template is changed at the same moment.
TEST(M7, fails_where_an_update_rolls_the_members) {
    const Player rolls = [](Scenario scenario) {
        scenario.edits.push_back(workloads::patch_spec(
            "new-hash", workloads::after_edit("upgrade", std::chrono::seconds(20)),
            {{"pod", {{"labels", {{"agent", "next"}}}}}}));
        return production(scenario);
    };
    const auto found = judged(m7_upgrade(), "W02", rolls);
    EXPECT_TRUE(alarms(m7_upgrade(), found)) << told(found);
}

}  // namespace
}  // namespace bestgres::scenarios::relations
