#include "scenarios/invariants/o1_one_at_a_time.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct O1 : ::testing::Test, Court<O1OneAtATime> {
    void says(const std::string& name, const std::string& phase, const std::string& cluster = "db",
              const char* step = "Open") {
        change(the_operator, kube::kinds::bg_db_ops,
               {{"metadata", {{"name", name}}},
                {"spec", {{"bgCluster", cluster}, {"op", "switchover"}}},
                {"status",
                 {{"phase", phase},
                  {"steps", Json::array({{{"name", "switch over"}, {"result", step}}})}}}});
    }
    void acts_for(const std::string& name) {
        tell(StepBegun{.operator_name = "operator-1",
                       .cluster = "shop/db",
                       .effect = "Switchover db-0 to db-1",
                       .rule = "run_operation",
                       .because = "BGDbOps " + name + ": the user asks for it"});
    }
};

TEST_F(O1, one_runs_and_others_wait) {
    says("one", "Running");
    says("two", "Pending");
    acts_for("one");
    EXPECT_EQ(said(), "");
}

TEST_F(O1, the_next_begins_when_one_has_ended) {
    says("one", "Running");
    says("one", "Completed");
    says("two", "Running");
    EXPECT_EQ(said(), "");
}

TEST_F(O1, other_clusters_have_their_own) {
    says("one", "Running");
    says("two", "Running", "other");
    EXPECT_EQ(said(), "");
}

TEST_F(O1, two_at_once_are_one_too_many) {
    says("one", "Running");
    says("two", "Running");
    EXPECT_EQ(said(), "O1: operator-1 begins two on shop/db while one runs");
}

TEST_F(O1, what_is_done_before_the_journal_says_so_would_be_forgotten) {
    says("one", "Pending");
    acts_for("one");
    EXPECT_EQ(said(),
              "O1: operator-1: Switchover db-0 to db-1 for an operation whose journal has not "
              "begun it");
}

TEST_F(O1, what_is_done_after_its_step_was_closed_was_not_asked_for) {
    says("one", "Running", "db", "Done");
    acts_for("one");
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(O1, what_is_done_for_nobody_was_not_asked_for) {
    acts_for("one");
    EXPECT_EQ(alarms(), 1U);
}

}  // namespace
}  // namespace bestgres::scenarios
