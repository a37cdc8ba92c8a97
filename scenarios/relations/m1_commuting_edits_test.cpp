#include "scenarios/relations/testing.hpp"

namespace bestgres::scenarios::relations {
namespace {

using namespace testing;

TEST(M1, holds_for_the_operator) {
    EXPECT_EQ(said_of_production(m1_commuting_edits()), "");
}

// Defect: what is edited while a step is under way is lost.
TEST(M1, fails_where_the_second_of_two_quick_edits_is_lost) {
    const Player loses_an_edit = [](const Scenario& scenario) {
        Scenario lost = scenario;
        lost.edits.erase(lost.edits.end() - 2);
        lost.edits.back().when = lost.edits[lost.edits.size() - 2].when;
        lost.edits.back().when.delay += std::chrono::seconds(3);
        return production(lost);
    };
    const auto found = judged(m1_commuting_edits(), "W01", loses_an_edit);
    EXPECT_TRUE(alarms(m1_commuting_edits(), found)) << told(found);
}

}  // namespace
}  // namespace bestgres::scenarios::relations
