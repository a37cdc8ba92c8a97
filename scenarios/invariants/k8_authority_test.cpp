#include "scenarios/invariants/k8_authority.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K8 : ::testing::Test, Court<K8Authority> {
    const kube::Ref config = ref_of(kube::kinds::config_map, "db-config");

    void null_initialize() {
        const kube::Object stored = truth.object(config);
        call(the_operator,
             kube::Patch{.ref = config,
                         .body = {{"metadata",
                                   {{"resourceVersion", std::string(stored.resource_version())},
                                    {"annotations", {{"initialize", nullptr}}}}}}});
    }
};

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
