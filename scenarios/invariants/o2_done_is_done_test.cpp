#include "scenarios/invariants/o2_done_is_done.hpp"

#include "fakepatroni/postgres.hpp"
#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;
using std::chrono::minutes;

struct O2 : ::testing::Test, Court<O2DoneIsDone> {
    O2() { leads("db-0"); }

    void leads(const std::string& pod) {
        change(a_member, kube::kinds::config_map,
               config_map_json("db-leader", {{"leader", pod}, {"ttl", "30"}}));
    }
    void says(const std::string& phase, const Json& spec, const Json& steps = Json::array()) {
        Json asked = spec;
        asked["bgCluster"] = "db";
        truth.at = truth.at + minutes(1);
        change(the_operator, kube::kinds::bg_db_ops,
               {{"metadata", {{"name", "op"}}},
                {"spec", asked},
                {"status", {{"phase", phase}, {"steps", steps}}}});
    }
    static Json step(const std::string& name, const std::string& result = "Done") {
        return {{"name", name}, {"member", "db-1"}, {"result", result}};
    }
    void asks_to_copy(const std::string& pod) {
        patroni::Call call;
        call.ns = "shop";
        call.pod = pod;
        call.pod_uid = "uid-of-pods-" + pod;
        call.verb = patroni::Verb::reinitialize;
        tell(PatroniAsked{the_operator, call});
    }

    const Json to_anybody{{"op", "switchover"}};
    const Json to_db_1{{"op", "switchover"}, {"switchover", {{"target", "db-1"}}}};
    const Json restart{{"op", "restart"}};
    const Json reinit{{"op", "reinit"}, {"reinit", {{"member", "db-1"}}}};
};

TEST_F(O2, a_switchover_after_which_somebody_else_leads) {
    says("Running", to_anybody);
    leads("db-2");
    says("Completed", to_anybody);
    EXPECT_EQ(said(), "");
}

TEST_F(O2, a_switchover_whose_leader_came_back_before_it_was_reported) {
    says("Running", to_db_1);
    leads("db-1");
    leads("db-0");
    says("Completed", to_db_1);
    EXPECT_EQ(said(), "");
}

TEST_F(O2, a_switchover_to_whom_led_already) {
    leads("db-1");
    says("Completed", to_db_1);
    EXPECT_EQ(said(), "");
}

TEST_F(O2, a_switchover_after_which_nothing_has_changed) {
    says("Running", to_anybody);
    says("Completed", to_anybody);
    EXPECT_EQ(said(),
              "O2: Operation op on shop/db is reported as completed, but nobody but db-0 has led");
}

TEST_F(O2, a_switchover_to_somebody_else_than_its_target) {
    says("Running", to_db_1);
    leads("db-2");
    says("Completed", to_db_1);
    EXPECT_EQ(said(), "O2: Operation op on shop/db is reported as completed, but db-1 has not led");
}

TEST_F(O2, a_switchover_that_somebody_made_long_before) {
    leads("db-1");
    leads("db-0");
    says("Running", to_db_1);
    says("Completed", to_db_1);
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(O2, a_restart_of_nobody) {
    says("Running", restart);
    says("Completed", restart, Json::array({step("restart db-1", "Skipped")}));
    EXPECT_EQ(said(), "");
}

TEST_F(O2, a_restart_that_did_not_happen) {
    says("Running", restart);
    says("Completed", restart, Json::array({step("restart db-1")}));
    EXPECT_EQ(said(),
              "O2: Operation op on shop/db is reported as completed, but PostgreSQL of db-1 was "
              "not started");
}

TEST_F(O2, a_copy_that_nobody_asked_for) {
    says("Running", reinit);
    says("Completed", reinit, Json::array({step("copy to db-1")}));
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(O2, a_copy_that_was_asked_for_and_never_started) {
    says("Running", reinit);
    asks_to_copy("db-1");
    says("Completed", reinit, Json::array({step("copy to db-1")}));
    EXPECT_EQ(said(),
              "O2: Operation op on shop/db is reported as completed, but PostgreSQL of db-1 was "
              "not started");
}

TEST_F(O2, one_that_failed_promises_nothing) {
    says("Running", to_anybody);
    says("Failed", to_anybody);
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
