#include "scenarios/invariants/t3_conditions.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct T3 : ::testing::Test, Court<T3Conditions> {
    void ready(const char* status, const char* at, const char* message = "db-1 is not ready") {
        Json cluster = cluster_json();
        cluster["status"]["conditions"] = Json::array({{{"type", "Ready"},
                                                        {"status", status},
                                                        {"reason", "Because"},
                                                        {"message", message},
                                                        {"lastTransitionTime", at}}});
        change(the_operator, kube::kinds::bg_cluster, cluster);
    }
};

TEST_F(T3, the_time_moves_with_the_status) {
    ready("False", "16:00");
    ready("False", "16:00", "db-2 is not ready");
    ready("True", "16:01", "");
    EXPECT_EQ(said(), "");
}

TEST_F(T3, the_time_does_not_move_alone) {
    ready("False", "16:00");
    ready("False", "16:01");
    EXPECT_EQ(said(),
              "T3: Condition Ready of shop/db has a new transition time and the old status");
}

TEST_F(T3, what_is_not_true_says_why) {
    ready("False", "16:00", "");
    EXPECT_EQ(said(), "T3: Condition Ready of shop/db is False and does not say why");
}

TEST_F(T3, a_condition_does_not_flap) {
    ready("False", "16:00");
    ready("True", "16:01");
    ready("False", "16:02");
    EXPECT_EQ(said(), "");
    ready("True", "16:03");
    EXPECT_EQ(said(),
              "T3: Condition Ready of shop/db flaps: 3 transitions, and nothing has happened");
}

// db-1 streams again after its restart when that of db-0 has begun already.
TEST_F(T3, the_return_from_one_step_may_be_told_within_the_next) {
    tell(StepBegun{});
    ready("True", "16:00", "");
    ready("False", "16:01");
    tell(StepBegun{});
    ready("True", "16:02", "");
    ready("False", "16:02");
    ready("True", "16:03", "");
    EXPECT_EQ(said(), "");
    ready("False", "16:04");
    EXPECT_EQ(said(),
              "T3: Condition Ready of shop/db flaps: 3 transitions, and nothing has happened");
}

TEST_F(T3, a_member_that_turns_is_a_cause_of_its_own) {
    tell(FaultBegan{"f1"});
    ready("False", "16:01");
    change(a_member, kube::kinds::pod, pod_json("db-1", false, false));
    ready("True", "16:02", "");
    change(a_member, kube::kinds::pod, pod_json("db-1", false, true));
    ready("False", "16:03");
    EXPECT_EQ(said(), "");
}

// Forty seconds after it was cut off.
TEST_F(T3, a_node_that_is_told_lost_is_a_cause_of_its_own) {
    const auto node = [this](const char* status) {
        change(a_controller, kube::kinds::node,
               {{"metadata", {{"name", "node-1"}}},
                {"status", {{"conditions", {{{"type", "Ready"}, {"status", status}}}}}}});
    };
    node("True");
    tell(FaultBegan{"f1"});
    ready("False", "16:01");
    ready("True", "16:02", "");
    node("False");
    ready("False", "16:03");
    EXPECT_EQ(said(), "");
}

TEST_F(T3, a_drain_may_take_one_pod_after_the_other) {
    for (const char* name : {"db-0", "db-1", "db-2"}) {
        ready("False", "16:00");
        ready("True", "16:01");
        Json pod = {{"kind", "Pod"}, {"metadata", {{"name", name}, {"namespace", "shop"}}}};
        const kube::Object before(pod);
        pod["metadata"]["deletionTimestamp"] = "2027-01-15T08:00:00Z";
        tell(ObjectChanged{{ActorSort::user, "user"}, before, kube::Object(pod)});
    }
    EXPECT_EQ(said(), "");
}

TEST_F(T3, a_roll_changes_it_once_for_each_step) {
    for (int step = 0; step < 6; ++step) {
        tell(StepBegun{});
        ready("False", "16:00");
        ready("True", "16:01");
    }
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
