#include "scenarios/report/time_axis.hpp"

#include <gtest/gtest.h>

namespace bestgres::scenarios {
namespace {

Instant second(std::int64_t count) {
    return Instant{} + std::chrono::seconds(count);
}

TEST(TimeAxis, goes_evenly_where_something_happens) {
    const TimeAxis axis({second(2), second(0), second(1)}, 100);
    EXPECT_DOUBLE_EQ(axis.at(second(0)), 0);
    EXPECT_DOUBLE_EQ(axis.at(second(1)), 50);
    EXPECT_DOUBLE_EQ(axis.at(second(2)), 100);
    EXPECT_DOUBLE_EQ(axis.at(Instant{} + std::chrono::milliseconds(500)), 25);
    EXPECT_TRUE(axis.pauses().empty());
}

TEST(TimeAxis, shortens_a_long_pause_and_says_so) {
    const TimeAxis axis({second(0), second(1), second(901), second(902)}, 100);
    EXPECT_GT(axis.at(second(1)), 10);
    EXPECT_LT(axis.at(second(901)) - axis.at(second(1)), 80);
    ASSERT_EQ(axis.pauses().size(), 1U);
    EXPECT_EQ(axis.pauses().front().from, second(1));
    EXPECT_EQ(axis.pauses().front().to, second(901));
}

TEST(TimeAxis, keeps_what_lies_outside_at_its_ends) {
    const TimeAxis axis({second(5), second(6)}, 100);
    EXPECT_DOUBLE_EQ(axis.at(second(1)), 0);
    EXPECT_DOUBLE_EQ(axis.at(second(9)), 100);
    EXPECT_DOUBLE_EQ(TimeAxis({}, 100).at(second(1)), 0);
}

}  // namespace
}  // namespace bestgres::scenarios
