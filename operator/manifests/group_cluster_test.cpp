#include "operator/manifests/group_cluster.hpp"

#include <gtest/gtest.h>

#include "operator/api/testing.hpp"
#include "operator/manifests/labels.hpp"

namespace bestgres::manifests {
namespace {

constexpr std::string_view wish = R"(
shards: 2
database: app
coordinator: {image: {tag: 'patroni:16'}, volumeSpec: {persistentVolumeSize: 1Gi}, instances: 3}
workers:
  image: {tag: 'patroni:16'}
  volumeSpec: {persistentVolumeSize: 2Gi}
  postgresql: {parameters: {work_mem: 8MB}}
workerOverrides: [{shard: 1, instances: 2, parameters: {work_mem: 64MB}, synchronous: required}]
)";

api::ShardedSpec spec() {
    const auto read = api::parse_sharded_spec(api::testing::yaml(wish));
    EXPECT_TRUE(read.ok()) << (read.ok() ? "" : api::to_string(read.error()));
    return *read;
}

TEST(GroupCluster, is_its_part_of_the_wish_and_protected) {
    const api::ClusterSpec coordinator = group_spec("shop", spec(), 0);
    EXPECT_EQ(coordinator.instances, 3);
    EXPECT_EQ(coordinator.citus, (api::CitusSpec{.scope = "shop", .group = 0, .database = "app"}));
    EXPECT_TRUE(coordinator.deletion_protection);
    EXPECT_EQ(group_spec("shop", spec(), 1).volume.persistent_volume_size, "2Gi");
}

TEST(GroupCluster, has_what_is_its_own_alone) {
    const api::ClusterSpec first = group_spec("shop", spec(), 1);
    const api::ClusterSpec second = group_spec("shop", spec(), 2);
    EXPECT_EQ(first.instances, 1);
    EXPECT_EQ(first.postgresql.parameters.at("work_mem"), "8MB");
    EXPECT_EQ(second.instances, 2);
    EXPECT_EQ(second.postgresql.parameters.at("work_mem"), "64MB");
    EXPECT_EQ(second.patroni.synchronous, api::Synchronous::required);
    EXPECT_EQ(second.citus->group, 2);
}

TEST(GroupCluster, names_its_owner_and_reads_back) {
    const kube::Object owner(
        Json{{"metadata", {{"name", "shop"}, {"namespace", "default"}, {"uid", "u-1"}}}});
    const kube::Object object = group_cluster(owner, 2, group_spec("shop", spec(), 2));
    EXPECT_EQ(object.name(), "shop-worker-1");
    EXPECT_EQ(object.ns(), "default");
    EXPECT_EQ(object.label(sharded_label), "shop");
    EXPECT_EQ(object.annotation(owner_uid_key), "u-1");
    EXPECT_TRUE(object.json()["metadata"].value("ownerReferences", Json()).is_null());
    const auto read = api::parse_cluster_spec(object.json()["spec"]);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, group_spec("shop", spec(), 2));
}

}  // namespace
}  // namespace bestgres::manifests
