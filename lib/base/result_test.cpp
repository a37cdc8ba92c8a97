#include "lib/base/result.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <rapidcheck/gtest.h>

namespace bestgres {
namespace {

Result<int> half(int number) {
    if (number % 2 != 0) {
        return Error{"odd"};
    }
    return number / 2;
}

Result<int> quarter(int number) {
    BG_TRY(half(number));
    return half(*half(number));
}

TEST(Result, hands_an_error_through) {
    EXPECT_EQ(*quarter(8), 2);
    EXPECT_EQ(quarter(3).error().message, "odd");
    EXPECT_EQ(half(1).value_or(9), 9);
}

TEST(Error, names_the_attempt_first) {
    EXPECT_EQ(Error{"odd"}.within("halve 3").message, "halve 3: odd");
}

TEST(ResultDeathTest, aborts_on_the_value_of_a_failure) {
    EXPECT_DEATH((void)*half(1), "value of a failed result");
}

}  // namespace
}  // namespace bestgres
