#include "fakepatroni/wal.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace bestgres::fakepatroni {
namespace {

Wal history(int commits) {
    Wal wal("7001");
    for (int id = 1; id <= commits; ++id) {
        wal.append_commit(static_cast<CommitId>(id), 100);
    }
    return wal;
}

// A history as a list of what is done to it: an id appends a commit, zero begins a timeline.
Wal grown(Wal wal, const std::vector<std::uint8_t>& steps, const std::string& origin) {
    for (const std::uint8_t step : steps) {
        if (step % 16 == 0) {
            wal.begin_timeline(wal.timeline() + 1, origin);
        } else {
            wal.append_commit(step, step);
        }
    }
    return wal;
}

TEST(Wal, an_empty_data_directory_has_no_history_and_is_a_prefix_of_every_other) {
    const Wal nothing;
    EXPECT_TRUE(nothing.empty());
    EXPECT_EQ(nothing.timeline(), 0);
    EXPECT_TRUE(nothing.is_prefix_of(history(3)));
    EXPECT_FALSE(history(3).is_prefix_of(nothing));
}

TEST(Wal, two_clusters_with_the_same_commits_share_nothing) {
    Wal one("7001");
    Wal other("7002");
    one.append_commit(1, 10);
    other.append_commit(1, 10);
    EXPECT_EQ(one.end(), other.end());
    EXPECT_NE(one, other);
    EXPECT_EQ(one.common_with(other).lsn, Lsn{});
}

TEST(Wal, a_crash_forgets_the_commits_behind_the_position_and_their_marks) {
    Wal wal = history(200);
    const Mark kept = wal.mark();
    const Mark lost = wal.append_commit(201, 100);
    wal.truncate(kept.lsn);
    EXPECT_TRUE(wal.holds(kept));
    EXPECT_FALSE(wal.holds(lost));
    EXPECT_TRUE(wal.contains(200));
    EXPECT_FALSE(wal.contains(201));
}

TEST(Wal, a_commit_written_again_at_the_same_place_after_others_is_another_one) {
    Wal wal = history(2);
    Wal same = wal;
    const Mark first = wal.append_commit(3, 50);
    same.append_commit(4, 50);
    EXPECT_EQ(wal.end(), same.end());
    EXPECT_FALSE(same.holds(first));
}

TEST(Wal, members_that_both_make_timeline_two_are_told_apart) {
    Wal one = history(5);
    Wal other = one;
    const Lsn fork = one.end();
    one.begin_timeline(2, "db-1");
    other.begin_timeline(2, "db-2");
    EXPECT_EQ(one.timeline(), other.timeline());
    EXPECT_TRUE(one.diverges_from(other));
    EXPECT_EQ(one.common_with(other).lsn, fork);
    EXPECT_EQ(one.switch_point(1), fork);
    EXPECT_EQ(one.switch_point(2), std::nullopt);
}

TEST(Wal, says_which_timeline_was_in_force_where) {
    Wal wal = history(1);
    const Lsn fork = wal.end();
    wal.begin_timeline(2, "db-1");
    const Lsn second = wal.end();
    wal.begin_timeline(5, "db-0");
    EXPECT_EQ(wal.timeline_at(fork), 1);
    EXPECT_EQ(wal.timeline_at(second), 2);
    EXPECT_EQ(wal.timeline_at(wal.end()), 5);
    wal.truncate(second);
    EXPECT_EQ(wal.timeline(), 2);
    EXPECT_FALSE(wal.has_timeline(5));
    wal.truncate(fork);
    EXPECT_EQ(wal.timeline(), 1);
}

TEST(Wal, does_not_take_a_slice_that_continues_another_history) {
    Wal upstream = history(10);
    Wal diverged = history(9);
    diverged.append_commit(99, 100);
    const Lsn from = diverged.end();
    ASSERT_EQ(upstream.end(), from);
    upstream.append_commit(11, 100);
    const Wal before = diverged;
    EXPECT_FALSE(diverged.extend(upstream.slice(from, upstream.end())));
    EXPECT_EQ(diverged, before);
}

TEST(Wal, changes_travel_with_a_slice_and_are_lost_with_the_log) {
    Wal upstream = history(1);
    Wal standby = upstream;
    const Lsn from = upstream.end();
    upstream.append_changes({{Change::Kind::make_object, "database app", ""}});
    ASSERT_TRUE(standby.extend(upstream.slice(from, upstream.end())));
    ASSERT_EQ(standby.changes().size(), 1U);
    standby.truncate(from);
    EXPECT_TRUE(standby.changes().empty());
}

RC_GTEST_PROP(WalAlgebra, a_history_is_a_prefix_of_all_that_grows_from_it,
              (std::vector<std::uint8_t> first, std::vector<std::uint8_t> more)) {
    const Wal base = grown(Wal("1"), first, "a");
    const Wal longer = grown(base, more, "b");
    RC_ASSERT(base.is_prefix_of(longer));
    RC_ASSERT(longer.holds(base.mark()));
    RC_ASSERT(longer.is_prefix_of(base) == more.empty());
    RC_ASSERT(!base.diverges_from(longer));
    RC_ASSERT(base.common_with(longer) == base.mark());
}

RC_GTEST_PROP(WalAlgebra, truncating_undoes_appending,
              (std::vector<std::uint8_t> first, std::vector<std::uint8_t> more)) {
    const Wal base = grown(Wal("1"), first, "a");
    Wal longer = grown(base, more, "b");
    longer.truncate(base.end());
    RC_ASSERT(longer == base);
    RC_ASSERT(longer.timelines() == base.timelines());
    RC_ASSERT(longer.commits() == base.commits());
}

RC_GTEST_PROP(WalAlgebra, slices_carry_a_history_over_in_any_pieces,
              (std::vector<std::uint8_t> first, std::vector<std::uint8_t> more,
               std::vector<std::uint8_t> rest)) {
    Wal standby = grown(Wal("1"), first, "a");
    const Wal halfway = grown(standby, more, "a");
    const Wal upstream = grown(halfway, rest, "a");
    RC_ASSERT(standby.extend(upstream.slice(standby.end(), halfway.end())));
    RC_ASSERT(standby == halfway);
    RC_ASSERT(standby.extend(upstream.slice(standby.end(), upstream.end())));
    RC_ASSERT(standby == upstream);
    RC_ASSERT(standby.commits() == upstream.commits());
    RC_ASSERT(standby.timelines() == upstream.timelines());
}

RC_GTEST_PROP(WalAlgebra, two_that_part_have_in_common_what_they_parted_from,
              (std::vector<std::uint8_t> first, std::vector<std::uint8_t> one,
               std::vector<std::uint8_t> other)) {
    const Wal base = grown(Wal("1"), first, "a");
    Wal left = base;
    left.begin_timeline(base.timeline() + 1, "left");
    Wal right = base;
    right.begin_timeline(base.timeline() + 1, "right");
    left = grown(left, one, "left");
    right = grown(right, other, "right");
    RC_ASSERT(left.diverges_from(right));
    RC_ASSERT(left.common_with(right) == base.mark());
    RC_ASSERT(right.common_with(left) == base.mark());
    RC_ASSERT(!left.holds(right.mark()));
}

}  // namespace
}  // namespace bestgres::fakepatroni
