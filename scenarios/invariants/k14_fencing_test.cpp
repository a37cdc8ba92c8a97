#include "scenarios/invariants/k14_fencing.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K14 : ::testing::Test, Court<K14Fencing> {
    const kube::Delete removal{.ref = ref_of(kube::kinds::pod, "db-1"), .only_if = {.uid = "u"}};
};

TEST_F(K14, who_holds_the_lease_may_write) {
    call(the_operator, removal);
    EXPECT_EQ(said(), "");
}

TEST_F(K14, who_has_lost_the_lease_does_not_write) {
    truth.who_operates[0].leads = false;
    call(the_operator, removal);
    EXPECT_EQ(said(), "K14: operator-1: delete Pod shop/db-1 arrives when its lease has ended");
}

TEST_F(K14, the_lease_itself_may_be_taken_by_anybody) {
    truth.who_operates[0].leads = false;
    call(the_operator, kube::Replace{kube::kinds::lease, kube::Object()});
    call(the_operator, kube::Get{removal.ref});
    EXPECT_EQ(said(), "");
}

TEST_F(K14, the_last_call_of_a_process_that_died_may_still_arrive) {
    truth.who_operates[0].leads = false;
    truth.who_operates[0].runs = false;
    call(the_operator, removal);
    EXPECT_EQ(said(), "");
}

TEST_F(K14, two_do_not_lead) {
    truth.who_operates.push_back({.name = "operator-2", .runs = true, .leads = false});
    tell(StepBegun{});
    EXPECT_EQ(said(), "");
    truth.who_operates[1].leads = true;
    tell(StepBegun{});
    tell(StepBegun{});
    EXPECT_EQ(said(), "K14: operator-1 and operator-2 both hold the lease");
}

}  // namespace
}  // namespace bestgres::scenarios
