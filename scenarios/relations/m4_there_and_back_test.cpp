#include "scenarios/relations/testing.hpp"

namespace bestgres::scenarios::relations {
namespace {

using namespace testing;

TEST(M4, holds_for_the_operator) {
    EXPECT_EQ(said_of_production(m4_there_and_back()), "");
}

// Defect: the volume of a member that left stays, whatever whenScaled says.
TEST(M4, fails_where_a_volume_stays_that_was_to_go) {
    const Player keeps_volumes = [](const Scenario& scenario) {
        Played run = came_to(scenario, "as asked");
        if (has_edit(scenario, "back")) {
            run.end["PersistentVolumeClaim/data-db-2"] = Json::object();
        }
        return run;
    };
    const auto found = judged(m4_there_and_back(), "W01", keeps_volumes);
    ASSERT_EQ(found.size(), 1U) << told(found);
    EXPECT_EQ(told(found),
              "M4: W01-1-async, there and back, volumes: Delete: another end\n"
              "    PersistentVolumeClaim/data-db-2 is too much\n");
}

}  // namespace
}  // namespace bestgres::scenarios::relations
