#include "scenarios/invariants/c5_reads.hpp"

#include "scenarios/invariants/citus_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;
using std::chrono::minutes;
using std::chrono::seconds;

using fakepatroni::RowSum;

struct C5 : ::testing::Test, CitusCourt<C5Reads> {
    void read(std::uint64_t acknowledged, std::uint64_t found, std::uint64_t begun) {
        tell(RowsRead{"client", "shop", "orders", {acknowledged, 0}, {found, 0}, {begun, 0}});
    }
};

TEST_F(C5, lets_a_read_find_what_was_acknowledged_and_some_that_was_under_way) {
    read(10, 10, 10);
    read(10, 11, 12);
    EXPECT_EQ(alarms(), 0U) << said();
}

TEST_F(C5, catches_a_read_that_misses_a_row) {
    read(10, 9, 12);
    ASSERT_EQ(alarms(), 1U) << said();
    EXPECT_NE(said().find("finds 9 rows in table orders of shop, where 10 had been acknowledged"),
              std::string::npos);
}

TEST_F(C5, catches_a_read_that_finds_a_row_twice) {
    read(10, 13, 12);
    EXPECT_EQ(alarms(), 1U) << said();
}

TEST_F(C5, excuses_rows_that_went_with_the_end_of_a_log_and_no_others) {
    changed();
    fakepatroni::testing::Servers others;
    others.primary(pod_of_group(1));
    member(1).postgres = &others[pod_of_group(1)];
    changed(1);
    read(10, 9, 12);
    EXPECT_EQ(alarms(), 0U) << said();
    read(10, 13, 12);
    EXPECT_EQ(alarms(), 1U) << said();
}

}  // namespace
}  // namespace bestgres::scenarios
