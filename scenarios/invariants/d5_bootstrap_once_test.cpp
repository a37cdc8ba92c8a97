#include "scenarios/invariants/d5_bootstrap_once.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct D5 : ::testing::Test, DataCourt<D5BootstrapOnce> {
    void make_anew(const std::string& pod, const std::string& system) {
        fakepatroni::Postgres& server = servers[pod];
        server.kill("SIGKILL", servers.now);
        servers.run_for(std::chrono::seconds(1));
        server.wipe();
        EXPECT_TRUE(server.initdb({.system_identifier = system}, servers.now).ok());
        servers.run_for(std::chrono::seconds(5));
        changed(pod);
    }
};

TEST_F(D5, copies_of_one_system_are_lawful) {
    for (const char* pod : {"db-0", "db-1", "db-2", "db-0"}) {
        changed(pod);
    }
    EXPECT_EQ(said(), "");
}

TEST_F(D5, a_second_bootstrap_beside_the_first_is_an_alarm) {
    make_anew("db-2", "88");
    EXPECT_EQ(said(), "D5: Cluster db was bootstrapped twice: db-2 is of system 88, db-0 of 77");
}

TEST_F(D5, a_member_that_starts_on_data_of_another_system_is_an_alarm) {
    servers["db-2"].kill("SIGKILL", servers.now);
    servers["db-2"].wipe();
    EXPECT_TRUE(servers["db-2"].initdb({.system_identifier = "88"}, servers.now).ok());
    servers.run_for(std::chrono::seconds(5));
    tell(PatroniChanged{member("db-2").pod_uid});
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(D5, data_is_never_replaced_by_that_of_another_system) {
    changed("db-2");
    truth.who_runs.erase(truth.who_runs.begin(), truth.who_runs.begin() + 2);
    make_anew("db-2", "88");
    EXPECT_EQ(said(), "D5: The volume of db-2 held system 77 and holds 88");
}

TEST_F(D5, what_is_left_of_a_bootstrap_that_failed_may_be_replaced) {
    member("db-2").half_made = true;
    make_anew("db-2", "88");
    EXPECT_EQ(said(), "D5: Cluster db was bootstrapped twice: db-2 is of system 88, db-0 of 77");
    member("db-2").half_made = false;
    make_anew("db-2", "77");
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(D5, a_bootstrap_beside_what_is_left_of_another_is_lawful) {
    for (const char* pod : {"db-0", "db-1", "db-2"}) {
        member(pod).half_made = true;
        changed(pod);
    }
    member("db-2").half_made = false;
    make_anew("db-2", "88");
    member("db-0").half_made = false;
    make_anew("db-0", "88");
    EXPECT_EQ(said(), "");
}

TEST_F(D5, the_operator_never_writes_initialize) {
    change(a_member, kube::kinds::config_map, config_map_json("db-config", {{"initialize", "7"}}));
    EXPECT_EQ(said(), "");
    change(the_operator, kube::kinds::config_map,
           config_map_json("db-config", {{"initialize", "8"}}));
    EXPECT_EQ(said(), "D5: operator-1 writes `initialize` of ConfigMap shop/db-config");
}

}  // namespace
}  // namespace bestgres::scenarios
