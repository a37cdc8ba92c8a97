#include "scenarios/relations/testing.hpp"

namespace bestgres::scenarios::relations {
namespace {

using namespace testing;

TEST(M13, holds_for_the_operator) {
    EXPECT_EQ(said_of_production(m13_isolation()), "");
}

bool has_neighbours(const Scenario& scenario) {
    return has_edit(scenario, "neighbour");
}

// Defect: a sick cluster keeps the place that others need.
TEST(M13, fails_where_a_sick_neighbour_holds_up_the_others) {
    const Player is_held_up = [](const Scenario& scenario) {
        Played run = came_to(scenario, has_neighbours(scenario) ? "waits" : "as asked");
        return run;
    };
    EXPECT_TRUE(alarms(m13_isolation(), judged(m13_isolation(), "W01", is_held_up)));
}

// Defect: one cluster's members are counted with another's.
TEST(M13, fails_where_neighbours_change_the_steps) {
    const Player mixes_up = [](const Scenario& scenario) {
        Played run = came_to(scenario, "as asked");
        run.steps.push_back({.cluster = "shop/db", .what = "ApplyObject StatefulSet db"});
        if (has_neighbours(scenario)) {
            run.steps.push_back({.cluster = "shop/aa", .what = "ApplyObject StatefulSet aa"});
            run.steps.push_back({.cluster = "shop/db", .what = "DeletePod db-0"});
            run.end["Service/aa-repl"] = Json::object();
            run.end["PersistentVolumeClaim/data-zz-0"] = Json::object();
        }
        return run;
    };
    const auto found = judged(m13_isolation(), "W01", mixes_up);
    EXPECT_EQ(told(found),
              "M13: W01-1-async: other steps beside others\n"
              "    step 2\n    alone: nothing\n    beside others: DeletePod db-0\n");
}

}  // namespace
}  // namespace bestgres::scenarios::relations
