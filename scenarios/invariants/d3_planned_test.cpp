#include "scenarios/invariants/d3_planned.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct D3 : ::testing::Test, DataCourt<D3Planned> {
    void hand_over_with_a_loss() {
        write(1);
        cut_off("db-1");
        write(2);
        die("db-0");
        promote("db-1");
    }
};

TEST_F(D3, a_hand_over_that_loses_nothing_is_lawful) {
    write(1);
    die("db-0");
    promote("db-1");
    EXPECT_EQ(said(), "");
}

TEST_F(D3, a_hand_over_that_no_fault_explains_loses_nothing) {
    hand_over_with_a_loss();
    EXPECT_EQ(said(),
              "D3: db-1 leads shop/db after a planned change, without commit 2, which was "
              "acknowledged");
}

TEST_F(D3, a_fault_explains_a_loss) {
    tell(FaultBegan{"f1"});
    tell(FaultEnded{"f1"});
    hand_over_with_a_loss();
    EXPECT_EQ(said(), "");
}

TEST_F(D3, a_fault_of_long_ago_explains_nothing) {
    tell(FaultBegan{"f1"});
    tell(FaultEnded{"f1"});
    truth.at = truth.at + std::chrono::minutes(30);
    hand_over_with_a_loss();
    EXPECT_EQ(alarms(), 1U);
}

}  // namespace
}  // namespace bestgres::scenarios
