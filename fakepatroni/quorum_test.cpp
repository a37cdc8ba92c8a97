#include "fakepatroni/quorum.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace bestgres::fakepatroni {
namespace {

using Kind = QuorumStep::Kind;

QuorumState steady(NameSet names, std::int64_t number) {
    const auto all = static_cast<std::int64_t>(names.size());
    return {.leader = "db-0",
            .voters = names,
            .quorum = all - number,
            .names = names,
            .number = number,
            .confirmed = number};
}

std::string told(QuorumState state, const QuorumWish& wish) {
    std::string text;
    for (int step = 0; step < 20; ++step) {
        const QuorumStep next = next_step(state, wish);
        if (next.kind == Kind::none) {
            return text;
        }
        text += next.kind == Kind::write_sync ? "sync " : "names ";
        state = next.then;
        state.confirmed = state.number;
    }
    return text + "...";
}

TEST(Quorum, raises_the_votes_before_it_names_one_more_standby) {
    EXPECT_EQ(told(steady({"a"}, 1), {.leader = "db-0", .active = {"a", "b"}, .number = 1}),
              "sync names ");
}

TEST(Quorum, names_more_before_it_lowers_the_votes) {
    const QuorumWish wish{.leader = "db-0", .active = {"a", "b"}, .number = 2};
    EXPECT_EQ(told(steady({"a", "b"}, 1), wish), "names sync ");
    EXPECT_EQ(next_step(steady({"a", "b"}, 1), wish).then.number, 2);
}

TEST(Quorum, forgets_a_standby_in_the_names_first_when_one_ack_was_enough) {
    EXPECT_EQ(told(steady({"a", "b"}, 1), {.leader = "db-0", .active = {"a"}, .number = 1}),
              "names sync ");
}

TEST(Quorum, forgets_a_standby_in_the_object_first_when_all_had_to_acknowledge) {
    EXPECT_EQ(told(steady({"a", "b"}, 2), {.leader = "db-0", .active = {"a"}, .number = 2}),
              "sync names ");
}

TEST(Quorum, asks_for_votes_while_a_new_standby_is_not_confirmed) {
    QuorumState state{.leader = "db-0",
                      .voters = {"a"},
                      .quorum = 0,
                      .names = {"a", "b"},
                      .number = 2,
                      .confirmed = 1};
    const QuorumWish wish{.leader = "db-0", .active = {"a", "b"}, .number = 2};
    EXPECT_EQ(next_step(state, wish).then.quorum, 1);
    state.confirmed = 2;
    EXPECT_EQ(next_step(state, wish).then.quorum, 0);
}

TEST(Quorum, drops_the_last_standbys_one_after_the_other) {
    EXPECT_EQ(told(steady({"a", "b"}, 1), {.leader = "db-0", .active = {}, .number = 1}),
              "names sync names ");
}

TEST(Quorum, makes_the_new_leader_known_before_anything_else) {
    const QuorumStep step =
        next_step(steady({"a", "b"}, 2), {.leader = "a", .active = {"b"}, .number = 2});
    EXPECT_EQ(step.kind, Kind::write_sync);
    EXPECT_EQ(step.then.leader, "a");
    EXPECT_EQ(step.then.voters, NameSet{"b"});
}

NameSet any_names() {
    const int drawn = *rc::gen::inRange(0, 16);
    NameSet names;
    for (int bit = 0; bit < 4; ++bit) {
        if ((drawn >> bit) % 2 == 1) {
            names.emplace_back(1, static_cast<char>('a' + bit));
        }
    }
    return names;
}

TEST(Quorum, keeps_votes_and_acknowledgements_overlapping_at_every_step) {
    const bool held = rc::check([] {
        const NameSet before = any_names();
        const auto most = std::max<std::int64_t>(1, static_cast<std::int64_t>(before.size()));
        QuorumState state =
            steady(before, before.empty() ? 0 : *rc::gen::inRange<std::int64_t>(1, most + 1));
        RC_ASSERT(state.is_safe());
        for (int change = 0; change < 3; ++change) {
            const QuorumWish wish{.leader = "db-0",
                                  .active = any_names(),
                                  .number = *rc::gen::inRange<std::int64_t>(1, 4)};
            for (int step = 0; step < 20; ++step) {
                const QuorumStep next = next_step(state, wish);
                if (next.kind == Kind::none) {
                    break;
                }
                state = next.then;
                state.confirmed = std::min(state.number, state.confirmed + 1);
                RC_ASSERT(state.is_safe());
                RC_ASSERT(step < 19);
            }
            RC_ASSERT(state.voters == wish.active);
        }
    });
    EXPECT_TRUE(held);
}

}  // namespace
}  // namespace bestgres::fakepatroni
