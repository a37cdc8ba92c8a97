#include "operator/plan/decisions.hpp"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <algorithm>

namespace bestgres::plan {
namespace {

using Decisions = std::vector<api::DecisionStatus>;

api::DecisionStatus decision(std::int64_t second, int number) {
    return {.time = Instant{second * 1'000'000'000},
            .rule = "roll",
            .effect = "step " + std::to_string(number),
            .because = ""};
}

Decisions steps(std::int64_t second, int from, int count) {
    Decisions made;
    for (int number = from; number < from + count; ++number) {
        made.push_back(decision(second, number));
    }
    return made;
}

TEST(Decisions, of_a_status_and_an_operator_are_told_by_time_once_each) {
    const Decisions status = {decision(1, 1), decision(3, 3)};
    const Decisions own = {decision(1, 1), decision(2, 2)};
    EXPECT_EQ(merged_decisions(status, own),
              (Decisions{decision(1, 1), decision(2, 2), decision(3, 3)}));
}

TEST(Decisions, of_the_second_in_which_the_status_ends_are_new) {
    EXPECT_EQ(merged_decisions(steps(1, 0, 10), steps(1, 2, 9)).back(), decision(1, 10));
}

// Steps of one second have no order of their own: they pushed each other out by turns.
TEST(Decisions, that_another_operator_pushed_out_do_not_come_in_again) {
    const Decisions own = steps(1, 0, 5);
    Decisions status = steps(1, 2, 3);
    for (const api::DecisionStatus& later : steps(9, 20, 7)) {
        status.push_back(later);
    }
    EXPECT_EQ(merged_decisions(status, own), status);
}

RC_GTEST_PROP(Decisions, stand_still_once_they_are_written, ()) {
    const auto some = [] {
        Decisions made;
        for (int number = 0; number < *rc::gen::inRange(0, 14); ++number) {
            made.push_back(decision(*rc::gen::inRange(0, 4), *rc::gen::inRange(0, 30)));
        }
        return made;
    };
    Decisions status = some();
    std::ranges::stable_sort(status, {}, &api::DecisionStatus::time);
    status = merged_decisions({}, status);
    const Decisions own = some();

    // At most as many writes as it holds, where all are of one second.
    for (std::size_t write = 0; write < kept_decisions; ++write) {
        status = merged_decisions(status, own);
    }

    RC_ASSERT(merged_decisions(status, own) == status);
    RC_ASSERT(status.size() <= kept_decisions);
}

}  // namespace
}  // namespace bestgres::plan
