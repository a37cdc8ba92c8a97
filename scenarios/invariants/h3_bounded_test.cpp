#include "scenarios/invariants/h3_bounded.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct H3 : ::testing::Test, Court<H3Bounded> {};

TEST_F(H3, ordinary_work_is_lawful) {
    for (int minute = 0; minute < 5; ++minute) {
        for (int number = 0; number < 60; ++number) {
            tell(StepBegun{.operator_name = "operator-1", .cluster = "shop/db"});
            tell(LineLogged{"operator-1", "step performed"});
        }
        truth.at = truth.at + std::chrono::minutes(1);
    }
    EXPECT_EQ(said(), "");
}

TEST_F(H3, a_loop_of_steps_is_an_alarm) {
    for (int number = 0; number < 200; ++number) {
        tell(StepBegun{.operator_name = "operator-1", .cluster = "shop/db"});
    }
    EXPECT_EQ(said(), "H3: operator-1 has begun 61 steps for shop/db within a minute");
}

TEST_F(H3, a_flood_of_lines_is_an_alarm) {
    for (int number = 0; number < 1000; ++number) {
        tell(LineLogged{"operator-1", "again"});
    }
    EXPECT_EQ(said(), "H3: operator-1 has logged 601 lines within a minute");
}

TEST_F(H3, a_status_does_not_grow_for_ever) {
    Json cluster = cluster_json();
    cluster["status"]["decisions"] = Json::array({std::string(70'000, 'x')});
    change(the_operator, kube::kinds::bg_cluster, cluster);
    EXPECT_EQ(said(), "H3: The status of shop/db has 70018 bytes");
}

}  // namespace
}  // namespace bestgres::scenarios
