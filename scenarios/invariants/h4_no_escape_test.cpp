#include "scenarios/invariants/h4_no_escape.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct H4 : ::testing::Test, Court<H4NoEscape> {};

TEST_F(H4, a_step_that_the_server_refuses_is_lawful) {
    tell(LineLogged{
        "operator-1",
        R"(step failed {"cluster":"shop/db","error":"apply StatefulSet shop/db: plan: "})"});
    tell(LineLogged{"operator-1",
                    R"(step failed {"cluster":"shop/db","error":"fresh look: gone"})"});
    EXPECT_EQ(said(), "");
}

TEST_F(H4, a_sentence_of_somebody_else_is_lawful) {
    tell(LineLogged{"db-0", R"(the log of a user: "error":"plan: none")"});
    EXPECT_EQ(said(), "");
}

TEST_F(H4, an_exception_out_of_planning_is_an_alarm) {
    tell(LineLogged{"operator-1",
                    R"(step failed {"cluster":"shop/db","error":"plan: type must be string"})"});
    EXPECT_EQ(said(), "H4: operator-1 could not plan");
}

}  // namespace
}  // namespace bestgres::scenarios
