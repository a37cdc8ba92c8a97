#include "scenarios/relations/testing.hpp"

namespace bestgres::scenarios::relations {
namespace {

using namespace testing;

TEST(M12, holds_for_the_operator) {
    EXPECT_EQ(said_of_production(m12_misoperation()), "");
}

// Defect: a correction does not reach a member that the mistake made sick; here nobody looks at the
// correction any more.
TEST(M12, fails_where_the_way_back_is_blocked) {
    const Player is_stuck = [](const Scenario& scenario) {
        Scenario stuck = scenario;
        if (has_edit(scenario, "right")) {
            Fault frozen = standing(FaultKind::operator_pause, "operator-1");
            frozen.when = workloads::after_edit("wrong", std::chrono::seconds(90));
            stuck.faults.push_back(frozen);
        }
        return production(stuck);
    };
    const auto found = judged(m12_misoperation(), "W01", is_stuck);
    EXPECT_TRUE(alarms(m12_misoperation(), found)) << told(found);
}

}  // namespace
}  // namespace bestgres::scenarios::relations
