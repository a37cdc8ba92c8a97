#include "scenarios/invariants/h1_same_trace.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

const RunTrace a_run{.events = 2500, .hash = 9, .blocks = {1, 2}};

TEST(H1, two_runs_alike_are_lawful) {
    EXPECT_EQ(H1SameTrace::judge(a_run, a_run), std::nullopt);
    EXPECT_EQ(H1SameTrace::judge({}, {}), std::nullopt);
}

TEST(H1, another_trace_is_an_alarm_that_names_its_block) {
    RunTrace again = a_run;
    again.blocks = {1, 3};
    again.hash = 10;
    EXPECT_EQ(H1SameTrace::judge(a_run, again)->sentence,
              "two runs differ between events 1024 and 2048");
    again.blocks = a_run.blocks;
    EXPECT_EQ(H1SameTrace::judge(a_run, again)->sentence,
              "two runs differ between events 2048 and 3072");
}

TEST(H1, other_violations_are_an_alarm) {
    RunTrace again = a_run;
    again.violations = {{.law = "K1"}};
    EXPECT_TRUE(H1SameTrace::judge(a_run, again).has_value());
}

}  // namespace
}  // namespace bestgres::scenarios
