#include "scenarios/relations/testing.hpp"

namespace bestgres::scenarios::relations {
namespace {

using namespace testing;

TEST(M10, holds_for_the_operator) {
    EXPECT_EQ(said_of_production(m10_symmetry()), "");
}

// Defect: the operator decides by the name, as one that sorts by it and takes the first.
TEST(M10, fails_where_a_name_decides) {
    const Player goes_by_name = [](const Scenario& scenario) {
        Played run = came_to(scenario, "as asked");
        const std::string name = scenario.topology.ns == "shop" ? "db" : "books";
        run.steps.push_back({.cluster = scenario.topology.ns + "/" + name,
                             .what = name < "c" ? "ApplyObject: first" : "DeletePod: first"});
        run.end = {{"BGCluster/" + name, Json::object()}};
        return run;
    };
    const auto found = judged(m10_symmetry(), "W02", goes_by_name);
    EXPECT_EQ(told(found),
              "M10: W02-3-async: other names, other steps\n"
              "    expected: shop/db: DeletePod: first\n"
              "    found: shop/db: ApplyObject: first\n");
}

// Defect: of two members the one with the smaller uid is taken.
TEST(M10, fails_where_a_uid_decides) {
    const Player goes_by_uid = [](const Scenario& scenario) {
        Played run = came_to(scenario, "as asked");
        run.steps.push_back({.cluster = "shop/db",
                             .what = scenario.seed % 2 == 0 ? "DeletePod db-1" : "DeletePod db-2"});
        return run;
    };
    EXPECT_TRUE(alarms(m10_symmetry(), judged(m10_symmetry(), "W02", goes_by_uid)));
}

}  // namespace
}  // namespace bestgres::scenarios::relations
