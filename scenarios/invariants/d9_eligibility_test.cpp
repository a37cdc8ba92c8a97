#include "scenarios/invariants/d9_eligibility.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct D9 : ::testing::Test, DataCourt<D9Eligibility> {
    void synchronous(const char* standbys) {
        truth.put(kube::kinds::config_map,
                  config_map_json("db-sync", {{"leader", "db-0"}, {"sync_standby", standbys}}));
    }
};

TEST_F(D9, in_asynchronous_mode_any_replica_with_data_may_lead) {
    lock("db-1");
    lock("");
    lock("db-2");
    EXPECT_EQ(said(), "");
}

TEST_F(D9, in_synchronous_mode_the_standby_and_the_former_leader_may_lead) {
    synchronous("db-1");
    lock("");
    lock("db-1");
    lock("db-0");
    EXPECT_EQ(said(), "");
}

TEST_F(D9, in_synchronous_mode_nobody_else_may_lead) {
    synchronous("db-1");
    lock("db-2");
    EXPECT_EQ(said(),
              "D9: db-2 takes the lock of shop/db, but it is no synchronous standby of db-0");
}

TEST_F(D9, who_is_tagged_nofailover_does_not_lead) {
    Json pod = pod_json("db-2");
    pod["metadata"]["annotations"]["status"] =
        dump({{"state", "running"}, {"role", "replica"}, {"tags", {{"nofailover", true}}}});
    truth.put(kube::kinds::pod, pod);
    lock("db-2");
    EXPECT_EQ(said(), "D9: db-2 takes the lock of shop/db, but it is tagged nofailover");
}

TEST_F(D9, who_has_no_data_does_not_lead) {
    servers["db-2"].kill("SIGKILL", servers.now);
    servers["db-2"].wipe();
    lock("db-2");
    EXPECT_EQ(said(), "D9: db-2 takes the lock of shop/db, but it has no data");
}

}  // namespace
}  // namespace bestgres::scenarios
