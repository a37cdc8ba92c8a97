#include "scenarios/invariants/o3_ends_in_time.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;
using std::chrono::minutes;

struct O3 : ::testing::Test, Court<O3EndsInTime> {
    O3() { tell(OperatorStarted{"operator-1"}); }

    void says(const std::string& phase) {
        change(the_operator, kube::kinds::bg_db_ops,
               {{"metadata", {{"name", "op"}}},
                {"spec", {{"bgCluster", "db"}, {"op", "restart"}, {"timeout", "10m"}}},
                {"status", {{"phase", phase}}}});
    }
};

TEST_F(O3, one_that_ends_within_its_time) {
    says("Running");
    after(minutes(11), LineLogged{});
    says("Failed");
    after(minutes(60), LineLogged{});
    EXPECT_EQ(said(), "");
}

TEST_F(O3, one_that_waits_for_its_turn_has_not_begun) {
    says("Pending");
    after(minutes(600), LineLogged{});
    EXPECT_EQ(said(), "");
}

TEST_F(O3, one_that_nobody_could_end) {
    says("Running");
    truth.who_operates[0].runs = false;
    tell(OperatorEnded{"operator-1"});
    after(minutes(60), LineLogged{});
    EXPECT_EQ(said(), "");
}

TEST_F(O3, one_that_goes_on_for_ever) {
    says("Running");
    after(minutes(13), LineLogged{});
    EXPECT_EQ(said(), "O3: Operation op goes on for 180.0 s longer than it may");
    after(minutes(13), LineLogged{});
    EXPECT_EQ(alarms(), 1U) << "once is enough";
}

TEST_F(O3, one_that_was_deleted_and_is_held) {
    says("Cancelled");
    Json held = truth.object(ref_of(kube::kinds::bg_db_ops, "op")).json();
    held["metadata"]["finalizers"] = Json::array({std::string(api::operation_finalizer)});
    change(the_user, kube::kinds::bg_db_ops, deleting(held));
    after(minutes(13), LineLogged{});
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(O3, one_that_begins_again_after_its_end) {
    says("Running");
    says("Completed");
    says("Running");
    EXPECT_EQ(said(), "O3: Operation op on shop/db had ended and runs again");
}

}  // namespace
}  // namespace bestgres::scenarios
