#include "scenarios/invariants/c3_conservation.hpp"

#include "scenarios/invariants/citus_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;
using std::chrono::minutes;
using std::chrono::seconds;

using fakepatroni::InsertRows;
using fakepatroni::RowSum;

struct C3 : ::testing::Test, CitusCourt<C3Conservation> {
    void rows(const RowSum& some, WriteResult result) {
        tell(RowsBegun{"client", "shop", "orders", some});
        tell(RowsEnded{"client", "shop", "orders", some, result});
    }
    void insert(std::uint64_t first, std::uint64_t count, WriteResult result) {
        RowSum sum;
        for (std::uint64_t id = first; id < first + count; ++id) {
            sum.add({1, id});
        }
        ask(InsertRows{"orders", first, count});
        rows(sum, result);
    }
    fakepatroni::ShardId shard_on(GroupId group) { return tables().only_copies_on(group).front(); }
};

TEST_F(C3, lets_shards_move_and_rows_stay) {
    changed();
    insert(1, 50, WriteResult::acknowledged);
    drain(1);
    changed();
    insert(51, 50, WriteResult::acknowledged);
    run_for(minutes(1));
    tell(Settled{});
    EXPECT_EQ(alarms(), 0U) << said();
}

TEST_F(C3, catches_a_row_that_is_lost_and_one_that_is_doubled) {
    changed();
    insert(1, 50, WriteResult::acknowledged);
    write(1, {fakepatroni::add_rows(shard_on(1), {1, 7})});
    tell(Settled{});
    ASSERT_EQ(alarms(), 1U) << said();
    EXPECT_NE(said().find("table orders in shop has 51 rows, and 50 were acknowledged"),
              std::string::npos);
}

TEST_F(C3, catches_a_row_that_was_lost_while_another_one_came_twice) {
    changed();
    insert(1, 50, WriteResult::acknowledged);
    const RowSum one{1, 7};
    write(1, {fakepatroni::add_rows(shard_on(1), {~std::uint64_t{0}, ~std::uint64_t{0} - 2})});
    write(1, {fakepatroni::add_rows(shard_on(1), one)});
    tell(Settled{});
    EXPECT_EQ(alarms(), 1U) << said();
}

TEST_F(C3, lets_rows_of_an_unknown_end_be_there_or_not) {
    changed();
    insert(1, 10, WriteResult::unknown);
    rows({5, 100}, WriteResult::unknown);
    tell(Settled{});
    EXPECT_EQ(alarms(), 0U) << said();
}

TEST_F(C3, catches_a_shard_with_two_placements_and_one_with_none) {
    changed();
    write(0, {fakepatroni::put_placement({shard_on(1), 2})});
    changed();
    EXPECT_NE(said().find("has 2 placements"), std::string::npos);
    EXPECT_NE(said().find("group 2 of shop lacks shard"), std::string::npos);
    write(0, {fakepatroni::drop_placement({shard_on(1), 2}),
              fakepatroni::drop_placement({shard_on(1), 1})});
    changed();
    EXPECT_NE(said().find("has 0 placements"), std::string::npos);
}

TEST_F(C3, catches_a_copy_that_nobody_cleaned_up) {
    changed();
    write(2, {fakepatroni::make_relation(shard_on(1), {})});
    changed();
    EXPECT_EQ(alarms(), 0U) << said();
    tell(Settled{});
    ASSERT_EQ(alarms(), 1U) << said();
    EXPECT_NE(said().find("has a copy of shard"), std::string::npos);
}

TEST_F(C3, excuses_what_went_with_the_end_of_a_log) {
    changed();
    insert(1, 50, WriteResult::acknowledged);
    changed();
    fakepatroni::testing::Servers others;
    others.primary(pod_of_group(1));
    member(1).postgres = &others[pod_of_group(1)];
    tell(PostgresChanged{uid(1)});
    tell(Settled{});
    EXPECT_EQ(alarms(), 0U) << said();
}

}  // namespace
}  // namespace bestgres::scenarios
