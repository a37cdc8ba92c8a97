#include "scenarios/invariants/d1_one_writer.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct D1 : ::testing::Test, DataCourt<D1OneWriter> {};

TEST_F(D1, one_primary_and_its_replicas_are_lawful) {
    for (const char* pod : {"db-0", "db-1", "db-2"}) {
        changed(pod);
    }
    EXPECT_EQ(said(), "");
}

TEST_F(D1, a_failover_is_lawful) {
    die("db-0");
    promote("db-1");
    EXPECT_EQ(said(), "");
}

TEST_F(D1, two_that_accept_writes_are_an_alarm_for_as_long_as_it_lasts) {
    member("db-0").believes_to_lead = false;
    promote("db-1");
    changed("db-2");
    EXPECT_EQ(said(), "D1: db-0 and db-1 of shop/db both accept writes");
    die("db-0");
    changed("db-1");
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(D1, whom_no_client_reaches_writes_for_nobody) {
    member("db-0").believes_to_lead = false;
    member("db-0").reachable = false;
    promote("db-1");
    EXPECT_EQ(said(), "");
    member("db-0").reachable = true;
    tell(RouteChanged{"node-1", "db", {uid("db-0"), uid("db-1")}});
    EXPECT_EQ(alarms(), 1U);
}

// The route moved to db-1; whoever was connected to db-0 still is.
TEST_F(D1, a_former_primary_whose_clients_are_still_connected_is_a_second_writer) {
    member("db-0").believes_to_lead = false;
    member("db-0").reachable = false;
    member("db-0").connected = true;
    promote("db-1");
    EXPECT_EQ(said(), "D1: db-0 and db-1 of shop/db both accept writes");
}

TEST_F(D1, two_that_believe_to_lead_are_an_alarm_before_anything_is_written) {
    member("db-1").believes_to_lead = true;
    tell(PatroniChanged{uid("db-1")});
    EXPECT_EQ(said(), "D1: db-0 and db-1 of shop/db both believe to hold the lock");
}

// It was frozen, its watchdog acted, and it wakes with an old answer unread.
TEST_F(D1, whose_server_does_not_run_may_believe_for_a_moment) {
    servers["db-1"].kill("the watchdog", servers.now);
    member("db-1").believes_to_lead = true;
    tell(PatroniChanged{uid("db-1")});
    EXPECT_EQ(said(), "");
}

// Patroni believes in its lock until the ttl ends, and cannot be told otherwise.
TEST_F(D1, a_lock_that_somebody_deleted_is_believed_in_for_its_ttl) {
    truth.put(kube::kinds::bg_cluster, cluster_json());
    lock("db-0");
    const kube::Ref ref = ref_of(kube::kinds::config_map, "db-leader");
    const kube::Object before = truth.object(ref);
    truth.store.erase(ref);
    tell(ObjectChanged{the_user, before, kube::Object()});
    member("db-1").believes_to_lead = true;
    tell(PatroniChanged{uid("db-1")});
    EXPECT_EQ(said(), "");
    after(std::chrono::seconds(30), PatroniChanged{uid("db-1")});
    EXPECT_EQ(alarms(), 1U);
}

// It stands still, and the next one takes the lock that nobody holds.
TEST_F(D1, whose_lock_was_deleted_writes_for_its_ttl) {
    truth.put(kube::kinds::bg_cluster, cluster_json());
    lock("db-0");
    const kube::Ref ref = ref_of(kube::kinds::config_map, "db-leader");
    const kube::Object before = truth.object(ref);
    truth.store.erase(ref);
    tell(ObjectChanged{the_user, before, kube::Object()});
    member("db-0").believes_to_lead = false;
    promote("db-1");
    EXPECT_EQ(said(), "");
    after(std::chrono::seconds(30), PatroniChanged{uid("db-1")});
    EXPECT_EQ(said(), "D1: db-0 and db-1 of shop/db both accept writes");
}

}  // namespace
}  // namespace bestgres::scenarios
