#include "scenarios/relations/testing.hpp"

namespace bestgres::scenarios::relations {
namespace {

using namespace testing;

TEST(M6, holds_for_the_operator) {
    EXPECT_EQ(said_of_production(m6_coalesced_events()), "");
}

// Defect: the operator counts on having seen every state; here it never learns of the last one.
TEST(M6, fails_where_an_operator_needs_every_event) {
    const Player stands_still = [](const Scenario& scenario) {
        Scenario stuck = scenario;
        if (has_fault(scenario, FaultKind::watch_coalesce)) {
            Fault frozen = standing(FaultKind::operator_pause, "operator-1");
            frozen.id = "frozen";
            frozen.when = workloads::after_edit("out", std::chrono::seconds(0));
            stuck.faults.push_back(frozen);
        }
        return production(stuck);
    };
    const auto found = judged(m6_coalesced_events(), "W06", stands_still);
    EXPECT_TRUE(alarms(m6_coalesced_events(), found)) << told(found);
}

}  // namespace
}  // namespace bestgres::scenarios::relations
