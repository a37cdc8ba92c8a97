#include "operator/manifests/names.hpp"

#include <gtest/gtest.h>

#include "operator/manifests/labels.hpp"

namespace bestgres::manifests {
namespace {

TEST(Names, ordinal_is_read_back_from_pod_and_volume) {
    EXPECT_EQ(pod_ordinal("db", pod_name("db", 12)), 12);
    EXPECT_EQ(volume_claim_ordinal("db", volume_claim_name("db", 0)), 0);
}

TEST(Names, of_other_clusters_have_no_ordinal) {
    for (const char* other : {"db", "db-", "db-x", "db-01", "db-+1", "db--1", "db-1-0", "dba-1",
                              "db-99999999999999999999"}) {
        EXPECT_EQ(pod_ordinal("db", other), std::nullopt) << other;
    }
    EXPECT_EQ(volume_claim_ordinal("db", "pgdata-db-1-0"), std::nullopt);
    EXPECT_EQ(pod_ordinal("db-1", "db-1-0"), 0);
}

const api::CitusSpec second{.scope = "shop", .group = 2, .database = "app"};

TEST(Names, of_patronis_objects_are_made_of_the_cluster_or_of_scope_and_group) {
    EXPECT_EQ(dcs_names(dcs_prefix("db", std::nullopt)),
              (std::vector<std::string>{"db-config", "db-failover", "db-leader", "db-sync"}));
    EXPECT_EQ(dcs_names(dcs_prefix("shop-worker-1", second)),
              (std::vector<std::string>{"shop-2-config", "shop-2-failover", "shop-2-leader",
                                        "shop-2-sync"}));
    EXPECT_EQ(secret_name("db", std::nullopt), "db");
    EXPECT_EQ(secret_name("shop-worker-1", second), "shop");
}

TEST(Names, tell_what_two_clusters_would_share) {
    const Named group{"shop-worker-1", second};
    const auto sibling = [](std::int64_t number) {
        return api::CitusSpec{.scope = "shop", .group = number, .database = "app"};
    };
    EXPECT_EQ(shared_object(group, {"shop-2", std::nullopt}), "Patroni's ConfigMap shop-2-leader");
    EXPECT_EQ(shared_object({"shop-2", std::nullopt}, group), "Patroni's ConfigMap shop-2-leader");
    EXPECT_EQ(shared_object(group, {"other", sibling(2)}), "Patroni's ConfigMap shop-2-leader");
    EXPECT_EQ(shared_object(group, {"shop", std::nullopt}), "Secret shop");
    EXPECT_EQ(shared_object(group, {"other", sibling(3)}), std::nullopt);
    EXPECT_EQ(shared_object(group, {"shop-worker", std::nullopt}), std::nullopt);
    EXPECT_EQ(shared_object({"a", std::nullopt}, {"b", std::nullopt}), std::nullopt);
}

TEST(Names, of_groups_are_read_back) {
    EXPECT_EQ(group_cluster_name("shop", 0), "shop-coordinator");
    EXPECT_EQ(group_cluster_name("shop", 1), "shop-worker-0");
    EXPECT_EQ(group_called("shop-coordinator"), (GroupName{"shop", 0}));
    EXPECT_EQ(group_called("shop-worker-11"), (GroupName{"shop", 12}));
    EXPECT_EQ(group_called("a-worker-1-worker-2"), (GroupName{"a-worker-1", 3}));
    for (const char* other :
         {"shop", "-coordinator", "-worker-1", "shop-worker-", "shop-worker-01", "shop-worker-x"}) {
        EXPECT_EQ(group_called(other), std::nullopt) << other;
    }
}

TEST(Labels, of_patronis_objects_are_what_it_looks_for) {
    const Identity group{.ns = "x", .name = "shop-worker-1", .uid = "u", .citus = second};
    EXPECT_EQ(dcs_labels(group), Json({{"app.kubernetes.io/name", "postgresql"},
                                       {"bestgres.io/scope", "shop"},
                                       {"citus-group", "2"}}));
    EXPECT_EQ(dcs_labels({.ns = "x", .name = "db", .uid = "u"}), pod_selector("db"));
    EXPECT_EQ(scope_selector_text(second),
              "bestgres.io/scope=shop,citus-group=2,!bestgres.io/cluster");
    EXPECT_EQ(all_scopes_selector_text(), "bestgres.io/scope,!bestgres.io/cluster");
}

TEST(Labels, selector_reads_the_same_as_text) {
    EXPECT_EQ(pod_selector_text("db"), "app.kubernetes.io/name=postgresql,bestgres.io/cluster=db");
}

}  // namespace
}  // namespace bestgres::manifests
