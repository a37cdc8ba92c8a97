#include "scenarios/relations/testing.hpp"

namespace bestgres::scenarios::relations {
namespace {

using namespace testing;

TEST(M5, holds_for_the_operator) {
    EXPECT_EQ(said_of_production(m5_stale_views()), "");
}

// Defect: a pod that was deleted and is still seen is deleted once more.
TEST(M5, fails_where_an_old_view_takes_away_more) {
    const Player acts_on_the_cache = [](const Scenario& scenario) {
        Played run = came_to(scenario, "as asked");
        run.disruptions.assign(has_fault(scenario, FaultKind::watch_delay) ? 2 : 1,
                               {.what = "delete Pod"});
        return run;
    };
    const auto found = judged(m5_stale_views(), "W12-3-async", acts_on_the_cache);
    EXPECT_TRUE(alarms(m5_stale_views(), found));
    EXPECT_NE(told(found).find("delete Pod: 1 more"), std::string::npos) << told(found);
}

TEST(M5, fails_where_an_old_view_leads_to_another_end) {
    const Player travels_in_time = [](const Scenario& scenario) {
        Played run = came_to(
            scenario, has_fault(scenario, FaultKind::replica_lag) ? "an old one" : "as asked");
        return run;
    };
    const auto found = judged(m5_stale_views(), "W12-3-async", travels_in_time);
    EXPECT_TRUE(alarms(m5_stale_views(), found));
}

}  // namespace
}  // namespace bestgres::scenarios::relations
