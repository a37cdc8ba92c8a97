#include "scenarios/invariants/sharded_reached.hpp"

#include "scenarios/invariants/citus_testing.hpp"
#include "scenarios/invariants/l1_reached.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

// The sharded cluster `shop` with two shards, whose groups are called as an operator calls them:
// group 1 is shop-worker-0.
struct ShardedReached : ::testing::Test, CitusCourt<L1Reached> {
    static constexpr std::string_view uid_of_shop = "uid-of-shop";

    ShardedReached() {
        truth.store.erase(ref_of(kube::kinds::bg_cluster, "db"));
        for (const GroupId group : {0, 1, 2}) {
            truth.store.erase(ref_of(kube::kinds::bg_cluster, cluster_of_group(group)));
            put_group(group);
        }
        asks(2);
    }
    static std::string called(GroupId group) {
        return manifests::group_cluster_name("shop", group);
    }
    void put_group(GroupId group) {
        Json json = group_json(group);
        json["metadata"]["name"] = called(group);
        json["metadata"]["annotations"][std::string(manifests::owner_uid_key)] = uid_of_shop;
        truth.put(kube::kinds::bg_cluster, std::move(json));
        member(group).cluster = called(group);
    }
    void asks(std::int64_t shards, const char* phase = "Running") {
        const Json group = {{"instances", 1},
                            {"image", {{"tag", "patroni:16"}}},
                            {"volumeSpec", {{"persistentVolumeSize", "1Gi"}}}};
        truth.put(kube::kinds::bg_sharded_cluster,
                  {{"metadata", {{"name", "shop"}, {"uid", uid_of_shop}, {"generation", 1}}},
                   {"spec",
                    {{"shards", shards},
                     {"database", "app"},
                     {"coordinator", group},
                     {"workers", group}}},
                   {"status", {{"phase", phase}}}});
    }
    std::string wrong() const {
        return difference_of_sharded(truth,
                                     truth.object(ref_of(kube::kinds::bg_sharded_cluster, "shop")));
    }
};

TEST_F(ShardedReached, with_all_groups_registered_and_in_use_it_is_as_its_spec_asks) {
    EXPECT_EQ(wrong(), "");
    asks(2, "Scaling");
    EXPECT_EQ(wrong(), "its phase is Scaling");
}

TEST_F(ShardedReached, a_group_that_is_missing_or_too_many_shows) {
    asks(3);
    EXPECT_EQ(wrong(), "shop-worker-2 is not there");
    asks(1);
    EXPECT_EQ(wrong(), "shop-worker-1 has not left");
}

TEST_F(ShardedReached, a_node_that_nobody_removed_shows) {
    drain(2);
    truth.store.erase(ref_of(kube::kinds::bg_cluster, called(2)));
    asks(1);
    EXPECT_EQ(wrong(), "shop-worker-1 is still registered");
    register_away(2);
    EXPECT_EQ(wrong(), "");
}

TEST_F(ShardedReached, what_patroni_wrote_of_a_shard_that_left_shows) {
    drain(2);
    truth.store.erase(ref_of(kube::kinds::bg_cluster, called(2)));
    register_away(2);
    asks(1);
    Json record = config_map_json("shop-2-config", {{"initialize", "7000"}});
    record["metadata"]["labels"] = {{std::string(manifests::scope_label), "shop"},
                                    {std::string(manifests::citus_group_label), "2"}};
    truth.put(kube::kinds::config_map, record);
    EXPECT_EQ(wrong(), "ConfigMap shop-2-config of a shard that has left is there");
}

TEST_F(ShardedReached, a_shard_that_gets_nothing_shows_unless_that_is_asked_for) {
    drain(2);
    EXPECT_EQ(wrong(), "shop-worker-1 is to get no shards");
    ask(fakepatroni::SetShouldHaveShards{pod_of_group(2), 5432, true});
    EXPECT_EQ(wrong(), "shop-worker-1 has no share of the data");
    Json json = truth.object(ref_of(kube::kinds::bg_sharded_cluster, "shop")).json();
    json["spec"]["autoRebalance"] = false;
    truth.put(kube::kinds::bg_sharded_cluster, json);
    EXPECT_EQ(wrong(), "");
}

TEST_F(ShardedReached, a_group_without_a_primary_is_that_clusters_own_matter) {
    drain(2);
    lose(1);
    EXPECT_EQ(wrong(), "");
}

TEST_F(ShardedReached, is_told_when_the_world_has_come_to_rest) {
    for (const GroupId group : {0, 1, 2}) {
        truth.store.erase(ref_of(kube::kinds::bg_cluster, called(group)));
    }
    tell(Settled{});
    EXPECT_EQ(said(),
              "L1: Sharded cluster shop/shop has come to rest, but shop-coordinator is not there");
}

}  // namespace
}  // namespace bestgres::scenarios
