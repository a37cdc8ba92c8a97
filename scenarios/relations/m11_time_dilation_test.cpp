#include "scenarios/relations/testing.hpp"

namespace bestgres::scenarios::relations {
namespace {

using namespace testing;

TEST(M11, holds_for_the_operator) {
    EXPECT_EQ(said_of_production(m11_time_dilation()), "");
}

// Defect: an operator that gives up after the first error.
TEST(M11, fails_where_an_error_is_final) {
    const Player gives_up = [](const Scenario& scenario) {
        return came_to(scenario, has_fault(scenario, FaultKind::server_error) ? "half" : "whole");
    };
    EXPECT_TRUE(alarms(m11_time_dilation(), judged(m11_time_dilation(), "W01", gives_up)));
}

// Defect: an operator that counts on an answer within a hundredth of a second.
TEST(M11, fails_where_slowness_changes_the_end) {
    const Player hurries = [](const Scenario& scenario) {
        const bool slow = scenario.knobs.call_latency > std::chrono::milliseconds(10);
        return came_to(scenario, slow ? "half" : "whole");
    };
    EXPECT_TRUE(alarms(m11_time_dilation(), judged(m11_time_dilation(), "W01", hurries)));
}

}  // namespace
}  // namespace bestgres::scenarios::relations
