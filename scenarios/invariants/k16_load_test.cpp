#include "scenarios/invariants/k16_load.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K16 : ::testing::Test, Court<K16Load> {
    const kube::Get get{ref_of(kube::kinds::pod, "db-0")};

    void fails(kube::Error error) { tell(CallPerformed{the_operator, get, std::move(error)}); }
};

TEST_F(K16, a_busy_minute_is_lawful) {
    for (int minute = 0; minute < 3; ++minute) {
        for (int number = 0; number < 700; ++number) {
            call(the_operator, get);
        }
        truth.at = truth.at + std::chrono::minutes(1);
    }
    EXPECT_EQ(said(), "");
}

TEST_F(K16, a_loop_of_calls_is_an_alarm) {
    for (int number = 0; number < 2000; ++number) {
        call(the_operator, get);
    }
    EXPECT_EQ(said(), "K16: operator-1 has made 801 calls in 0.0 s");
}

TEST_F(K16, growing_pauses_between_failures_are_lawful) {
    Duration pause = std::chrono::milliseconds(500);
    for (int number = 0; number < 30; ++number) {
        fails({.code = kube::ErrorCode::unavailable});
        truth.at = truth.at + pause;
        pause = std::min<Duration>(2 * pause, std::chrono::seconds(60));
    }
    EXPECT_EQ(said(), "");
}

TEST_F(K16, a_call_that_fails_is_not_hammered) {
    for (int number = 0; number < 30; ++number) {
        fails({.code = kube::ErrorCode::unavailable});
        truth.at = truth.at + std::chrono::milliseconds(100);
    }
    EXPECT_EQ(said(), "K16: operator-1: get Pod shop/db-0 has failed 20 times in 1.9 s");
}

TEST_F(K16, the_time_that_a_refusal_names_is_waited_for) {
    const kube::Error later{.code = kube::ErrorCode::throttled,
                            .retry_after = std::chrono::seconds(5)};
    fails(later);
    truth.at = truth.at + std::chrono::seconds(5);
    call(the_operator, get);
    EXPECT_EQ(said(), "");
    fails(later);
    truth.at = truth.at + std::chrono::seconds(2);
    call(the_operator, get);
    EXPECT_EQ(said(),
              "K16: operator-1: get Pod shop/db-0 comes 3.0 s before the time that the refusal "
              "named");
}

TEST_F(K16, a_new_process_does_not_know_of_the_refusal) {
    fails({.code = kube::ErrorCode::throttled, .retry_after = std::chrono::seconds(5)});
    tell(OperatorEnded{"operator-1"});
    call(the_operator, get);
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
