#include "scenarios/invariants/d8_sync_truth.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct D8 : ::testing::Test, DataCourt<D8SyncTruth> {
    void waits_for(const std::string& names) {
        servers["db-0"].reload({.parameters = {{"synchronous_standby_names", names}}}, servers.now);
    }
    void publish(const std::string& standbys, const std::string& quorum = "0") {
        change(
            a_member, kube::kinds::config_map,
            config_map_json("db-sync",
                            {{"leader", "db-0"}, {"quorum", quorum}, {"sync_standby", standbys}}));
    }
};

TEST_F(D8, whom_the_primary_waits_for_may_be_published) {
    waits_for("\"db-1\"");
    publish("db-1");
    EXPECT_EQ(said(), "");
}

TEST_F(D8, whom_the_primary_does_not_wait_for_is_not_published) {
    waits_for("\"db-1\"");
    publish("db-2");
    EXPECT_EQ(said(),
              "D8: db-2 is published as a synchronous standby of db-0, which does not wait for "
              "it");
}

TEST_F(D8, who_is_published_already_may_leave_the_names_first_in_a_crash) {
    waits_for("\"db-1\"");
    publish("db-1");
    waits_for("");
    publish("db-1");
    EXPECT_EQ(said(), "");
}

TEST_F(D8, voters_may_come_before_the_names_while_all_of_them_have_to_vote) {
    waits_for("");
    publish("db-1,db-2", "2");
    waits_for("ANY 1 (\"db-1\",\"db-2\")");
    publish("db-1,db-2", "1");
    EXPECT_EQ(said(), "");
}

TEST_F(D8, a_quorum_may_not_pass_by_whom_the_primary_waits_for) {
    waits_for("");
    publish("db-1,db-2", "1");
    EXPECT_EQ(said(), "D8: a quorum is published in which nobody has to be whom db-0 waits for");
}

TEST_F(D8, nobody_is_a_standby_of_himself) {
    publish("db-0");
    EXPECT_EQ(said(), "D8: db-0 is published as a synchronous standby of itself");
}

}  // namespace
}  // namespace bestgres::scenarios
