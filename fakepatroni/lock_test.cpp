#include "fakepatroni/lock.hpp"

#include <gtest/gtest.h>

namespace bestgres::fakepatroni {
namespace {

using std::chrono::seconds;

constexpr Instant start{1'000'000'000'000};

LeaderRecord lock_of(const std::string& holder, const std::string& renewed) {
    LeaderRecord record;
    record.holder = holder;
    record.ttl = "20";
    record.renew_time = renewed;
    return record;
}

TEST(Lock, is_held_until_ttl_has_passed_since_this_member_first_saw_it) {
    LockView lock;
    const LeaderRecord record = lock_of("db-0", "long ago");
    observe(lock, &record, start);
    EXPECT_EQ(holder_of(lock, &record, seconds(30), start + seconds(20)), "db-0");
    EXPECT_EQ(holder_of(lock, &record, seconds(30), start + seconds(21)), "");
}

TEST(Lock, starts_anew_with_any_changed_word) {
    LockView lock;
    const LeaderRecord before = lock_of("db-0", "t1");
    const LeaderRecord after = lock_of("db-0", "t2");
    observe(lock, &before, start);
    observe(lock, &after, start + seconds(15));
    EXPECT_EQ(holder_of(lock, &after, seconds(30), start + seconds(30)), "db-0");
}

TEST(Lock, does_not_start_anew_when_only_positions_move) {
    LockView lock;
    LeaderRecord record = lock_of("db-0", "t1");
    observe(lock, &record, start);
    record.optime = 5;
    record.version = "77";
    observe(lock, &record, start + seconds(15));
    EXPECT_EQ(holder_of(lock, &record, seconds(30), start + seconds(21)), "");
}

TEST(Lock, is_free_without_an_object_and_when_it_was_released) {
    LockView lock;
    EXPECT_EQ(holder_of(lock, nullptr, seconds(30), start), "");
    const LeaderRecord released = lock_of("", "t1");
    observe(lock, &released, start);
    EXPECT_EQ(holder_of(lock, &released, seconds(30), start), "");
}

// What was measured: a clock that jumps ahead expires the lock of a leader that is well.
TEST(Lock, expires_early_for_a_member_whose_clock_jumps_ahead) {
    LockView lock;
    const LeaderRecord record = lock_of("db-0", "t1");
    observe(lock, &record, start);
    EXPECT_EQ(holder_of(lock, &record, seconds(30), start + seconds(3600)), "");
}

TEST(Lock, takes_the_configured_ttl_where_the_word_is_missing) {
    LockView lock;
    LeaderRecord record = lock_of("db-0", "t1");
    record.ttl = "";
    observe(lock, &record, start);
    EXPECT_EQ(holder_of(lock, &record, seconds(30), start + seconds(25)), "db-0");
}

}  // namespace
}  // namespace bestgres::fakepatroni
