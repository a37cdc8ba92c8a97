#include "scenarios/relations/testing.hpp"

namespace bestgres::scenarios::relations {
namespace {

using namespace testing;

TEST(M2, holds_for_the_operator) {
    EXPECT_EQ(said_of_production(m2_idempotence()), "");
}

// Defect: a new operator makes anew what it has no memory of. Here a person deleted it a moment
// after the restart, which gives the same trace.
TEST(M2, fails_where_an_operator_writes_after_its_restart) {
    const Player finds_drift = [](const Scenario& scenario) {
        Scenario drifted = scenario;
        Fault edited = drifted.faults.back();
        edited.id = "drift";
        edited.kind = FaultKind::object_deleted;
        edited.target = "Service/db-repl";
        edited.lasts = {};
        edited.when.delay += std::chrono::seconds(1);
        drifted.faults.push_back(edited);
        return production(drifted);
    };
    const auto found = judged(m2_idempotence(), "W01", finds_drift);
    EXPECT_TRUE(alarms(m2_idempotence(), found)) << told(found);
}

}  // namespace
}  // namespace bestgres::scenarios::relations
