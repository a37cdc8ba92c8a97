#include "scenarios/invariants/k8_authority.hpp"

#include "operator/api/sharded.hpp"
#include "scenarios/invariants/citus_testing.hpp"
#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

kube::Patch nulling_initialize(const TestTruth& truth) {
    const kube::Ref config = ref_of(kube::kinds::config_map, "db-config");
    const std::string version(truth.object(config).resource_version());
    return {.ref = config,
            .body = {{"metadata",
                      {{"resourceVersion", version}, {"annotations", {{"initialize", nullptr}}}}}}};
}

struct K8 : ::testing::Test, Court<K8Authority> {
    const kube::Ref config = ref_of(kube::kinds::config_map, "db-config");

    void null_initialize() { call(the_operator, nulling_initialize(truth)); }
};

struct K8WithServers : ::testing::Test, DataCourt<K8Authority> {
    K8WithServers() {
        truth.put(kube::kinds::config_map, config_map_json("db-config", {{"initialize", ""}}));
        truth.put(kube::kinds::persistent_volume_claim, claim_json("pgdata-db-0"));
        truth.volumes["uid-of-persistentvolumeclaims-pgdata-db-0"] = &servers["db-0"].volume();
    }
    void stop_all(bool and_wipe) {
        for (const char* const pod : {"db-0", "db-1", "db-2"}) {
            servers[pod].kill("SIGKILL", servers.now);
            if (and_wipe) {
                servers[pod].wipe();
            }
        }
    }
};

TEST_F(K8WithServers, an_empty_initialize_is_nulled_while_members_wait_with_nothing) {
    stop_all(true);
    call(the_operator, nulling_initialize(truth));
    EXPECT_EQ(said(), "");
}

TEST_F(K8WithServers, an_empty_initialize_stays_while_postgresql_runs) {
    call(the_operator, nulling_initialize(truth));
    EXPECT_EQ(said(),
              "K8: operator-1: patch ConfigMap shop/db-config is not the operator's to do: "
              "PostgreSQL runs in db-0");
}

TEST_F(K8WithServers, an_empty_initialize_stays_while_a_volume_holds_data) {
    stop_all(false);
    call(the_operator, nulling_initialize(truth));
    EXPECT_EQ(said(),
              "K8: operator-1: patch ConfigMap shop/db-config is not the operator's to do: "
              "pgdata-db-0 holds data");
}

TEST_F(K8, an_empty_initialize_is_nulled) {
    truth.put(kube::kinds::config_map, config_map_json("db-config", {{"initialize", ""}}));
    null_initialize();
    EXPECT_EQ(said(), "");
}

TEST_F(K8, an_initialize_that_names_a_system_stays) {
    null_initialize();
    EXPECT_EQ(said(),
              "K8: operator-1: patch ConfigMap shop/db-config is not the operator's to do: "
              "initialize is 7000, not empty");
}

TEST_F(K8, the_lock_is_patronis) {
    call(the_operator, kube::Patch{.ref = ref_of(kube::kinds::config_map, "db-leader"),
                                   .body = {{"metadata", {{"annotations", {{"leader", ""}}}}}}});
    EXPECT_EQ(said(),
              "K8: operator-1: patch ConfigMap shop/db-leader is not the operator's to do: only "
              "Patroni may");
}

TEST_F(K8, its_objects_stay_while_the_cluster_does) {
    call(the_operator, kube::Delete{.ref = config});
    EXPECT_EQ(alarms(), 1U);
    truth.put(kube::kinds::bg_cluster,
              deleting(with_retention(cluster_json(), "Delete", "Retain")));
    call(the_operator, kube::Delete{.ref = config});
    EXPECT_EQ(alarms(), 1U);
}

// A sharded cluster of two shards: the second is group 2.
struct K8OfShards : ::testing::Test, CitusCourt<K8Authority> {
    K8OfShards() { asks_for(2); }
    void asks_for(std::int64_t shards) {
        change(the_user, kube::kinds::bg_sharded_cluster, sharded_json(shards, ++asked));
    }
    void forgets(GroupId group) {
        const std::string name = "shop-" + std::to_string(group) + "-config";
        truth.put(kube::kinds::config_map, config_map_json(name, {{"initialize", "7000"}}));
        call(the_operator, kube::Delete{.ref = ref_of(kube::kinds::config_map, name)});
    }
    void stops(GroupId group) {
        std::erase_if(truth.who_runs,
                      [group](const MemberTruth& one) { return one.group == group; });
    }

    std::int64_t asked = 0;
};

TEST_F(K8OfShards, those_of_a_shard_that_is_not_wanted_go_once_its_members_have_stopped) {
    asks_for(1);
    forgets(2);
    EXPECT_EQ(said(),
              "K8: operator-1: delete ConfigMap shop/shop-2-config is not the operator's to do: " +
                  pod_of_group(2) + " of the shard is still there");
    stops(2);
    forgets(2);
    EXPECT_EQ(alarms(), 1U) << said();
}

TEST_F(K8OfShards, those_of_a_shard_that_is_wanted_stay) {
    stops(2);
    forgets(2);
    EXPECT_EQ(said(),
              "K8: operator-1: delete ConfigMap shop/shop-2-config is not the operator's to do: "
              "the cluster stays, or its volumes do");
}

TEST_F(K8OfShards, a_shard_that_is_wanted_again_keeps_them_once_the_operator_can_know) {
    asks_for(1);
    stops(2);
    asks_for(2);
    forgets(2);
    EXPECT_EQ(alarms(), 0U) << said();
    truth.at = truth.at + Wishes::reaction + std::chrono::seconds(1);
    forgets(2);
    EXPECT_EQ(alarms(), 1U) << said();
}

TEST_F(K8OfShards, those_of_the_coordinator_stay) {
    asks_for(0);
    stops(0);
    forgets(0);
    EXPECT_EQ(alarms(), 1U) << said();
}

TEST_F(K8, the_role_of_a_pod_is_its_patronis_to_say) {
    call(the_operator,
         kube::Patch{.ref = ref_of(kube::kinds::pod, "db-0"),
                     .body = {{"metadata", {{"labels", {{"bestgres.io/fenced", "true"}}}}}}});
    EXPECT_EQ(said(), "");
    call(the_operator,
         kube::Patch{.ref = ref_of(kube::kinds::pod, "db-0"),
                     .body = {{"metadata", {{"labels", {{"bestgres.io/role", "replica"}}}}}}});
    EXPECT_EQ(said(),
              "K8: operator-1: patch Pod shop/db-0 writes bestgres.io/role, which is Patroni's");
}

TEST_F(K8, patroni_writes_its_own) {
    call(a_member, kube::Patch{.ref = config, .body = {{"metadata", Json::object()}}});
    EXPECT_EQ(said(), "");
}

TEST_F(K8, only_people_force_a_failover) {
    tell(PatroniAsked{the_operator, {.pod = "db-1", .verb = patroni::Verb::failover}});
    EXPECT_EQ(said(),
              "K8: operator-1 asks db-1 for a failover, which may lose commits: only people may");
}

}  // namespace
}  // namespace bestgres::scenarios
