#include "operator/plan/operation_history.hpp"

#include <gtest/gtest.h>

namespace bestgres::plan {
namespace {

using std::chrono::hours;

const kube::Object older(Json{{"metadata", {{"name", "older"}}}});
const kube::Object newer(Json{{"metadata", {{"name", "newer"}}}});
constexpr Instant noon{1'795'190'400'000'000'000};

TEST(OperationHistory, the_one_whose_time_is_over_goes) {
    const History history = keep_history({{.object = &older, .finished = noon, .ttl = hours(1)},
                                          {.object = &newer, .finished = noon, .ttl = hours(2)}},
                                         noon + hours(1));
    ASSERT_NE(history.goes, nullptr);
    EXPECT_EQ(history.goes->name(), "older");
}

TEST(OperationHistory, is_looked_at_again_when_the_first_time_ends) {
    const History history = keep_history({{.object = &older, .finished = noon, .ttl = hours(3)},
                                          {.object = &newer, .finished = noon, .ttl = hours(2)}},
                                         noon + hours(1));
    EXPECT_EQ(history.goes, nullptr);
    EXPECT_EQ(history.look_again, noon + hours(2));
}

TEST(OperationHistory, the_latest_says_how_many_stay) {
    const EndedOperation first{.object = &older, .finished = noon, .history_limit = 5};
    EndedOperation second{.object = &newer, .finished = noon + hours(1), .history_limit = 1};
    EXPECT_EQ(keep_history({first, second}, noon + hours(2)).goes, &older);
    second.history_limit = 2;
    EXPECT_EQ(keep_history({first, second}, noon + hours(2)).goes, nullptr);
}

}  // namespace
}  // namespace bestgres::plan
