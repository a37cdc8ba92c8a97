// The groups of a sharded cluster: made, kept like the spec, known to each other, filled.
#include <gtest/gtest.h>

#include "operator/plan/sharded/testing.hpp"

namespace bestgres::plan {
namespace {

using kube::kinds::bg_cluster;
using testing::TestSharded;
using Texts = std::vector<std::string>;

TEST(ShardedPlan, of_a_settled_cluster_is_empty_and_runs) {
    const TestSharded shop;
    EXPECT_EQ(shop.step(), "");
    EXPECT_EQ(shop.waits(), Texts{});
    const ShardedPlan plan = shop.plan();
    EXPECT_FALSE(plan.ask_at.has_value());
    EXPECT_FALSE(plan.look_again.has_value());
    EXPECT_EQ(plan.status.phase, api::ShardedPhase::running);
    EXPECT_EQ(plan.status.ready, "3/3");
    EXPECT_EQ(plan.status.shards, 2);
    EXPECT_EQ(plan.status.groups[1].placements, 16);
    EXPECT_EQ(shop.view().previous, plan.status);
}

TEST(ShardedPlan, makes_the_coordinator_then_the_shards) {
    TestSharded shop;
    shop.without(bg_cluster, "shop-worker-1").without(bg_cluster, "shop-coordinator");
    EXPECT_EQ(shop.step(), "CreateObject BGCluster shop-coordinator");
    shop.without(kube::kinds::persistent_volume_claim, "pgdata-shop-worker-1-0").perform();
    EXPECT_EQ(shop.step(), "CreateObject BGCluster shop-worker-1");
}

TEST(ShardedPlan, puts_a_finalizer_first) {
    TestSharded shop;
    shop.edit(kube::kinds::bg_sharded_cluster, "shop",
              [](Json& json) { json["metadata"].erase("finalizers"); });
    EXPECT_EQ(shop.step(), "AddFinalizer");
}

TEST(ShardedPlan, a_name_of_a_group_that_somebody_else_has_is_left_to_them) {
    TestSharded shop;
    shop.edit(bg_cluster, "shop-worker-0",
              [](Json& json) { json["metadata"]["annotations"] = Json::object(); });
    EXPECT_EQ(shop.step(), "");
    EXPECT_EQ(shop.waits().front(),
              "BGCluster shop-worker-0 exists and was not made for this sharded cluster: delete it "
              "or give this one another name");
}

TEST(ShardedPlan, objects_of_patroni_that_would_overlap_are_a_reason_to_refuse_the_name) {
    TestSharded shop;
    shop.facts().rivals[1] = {"shop-1"};
    EXPECT_EQ(shop.view().problems, api::Problems{}) << "it has its groups already";
    shop.without(bg_cluster, "shop-coordinator");
    ASSERT_EQ(shop.view().problems.size(), 1U);
    EXPECT_EQ(shop.view().problems[0].message,
              "BGCluster shop-1 has objects that shop-worker-0 would take for its own. Give this "
              "one another name, or delete that one");
    EXPECT_EQ(shop.step(), "");
    EXPECT_EQ(shop.plan().status.phase, api::ShardedPhase::failed);
}

TEST(ShardedPlan, groups_follow_edits_of_the_whole) {
    TestSharded shop;
    shop.asks("shards: 2\nworkerOverrides: [{shard: 1, parameters: {work_mem: 8MB}}]\n");
    const ShardedPlan plan = shop.plan();
    ASSERT_EQ(plan.steps.size(), 1U);
    const auto* const patch = std::get_if<PatchObject>(&plan.steps[0].effect);
    ASSERT_NE(patch, nullptr);
    EXPECT_EQ(patch->ref.name, "shop-worker-1");
    EXPECT_EQ(patch->merge,
              Json({{"spec", {{"postgresql", {{"parameters", {{"work_mem", "8MB"}}}}}}}}));
    shop.perform();
    EXPECT_EQ(shop.step(), "");
    shop.asks("shards: 2\n");
    EXPECT_EQ(std::get<PatchObject>(shop.plan().steps.at(0).effect).merge,
              Json({{"spec", {{"postgresql", nullptr}}}}));
}

TEST(ShardedPlan, an_edit_of_a_group_by_hand_is_taken_back) {
    TestSharded shop;
    shop.edit(bg_cluster, "shop-worker-0",
              [](Json& json) { json["spec"]["deletionProtection"] = false; });
    EXPECT_EQ(std::get<PatchObject>(shop.plan().steps.at(0).effect).merge,
              Json({{"spec", {{"deletionProtection", true}}}}));
}

TEST(ShardedPlan, a_spec_that_is_not_valid_changes_nothing) {
    TestSharded shop;
    shop.asks("shards: 0\n");
    EXPECT_EQ(shop.step(), "");
    EXPECT_EQ(shop.plan().status.phase, api::ShardedPhase::failed);
}

TEST(ShardedPlan, volumes_of_a_shard_that_was_removed_are_not_taken_for_a_new_one) {
    TestSharded shop;
    shop.asks("shards: 3\n").add_group(3).without(bg_cluster, "shop-worker-2");
    EXPECT_EQ(shop.step(), "");
    EXPECT_EQ(shop.waits().front(),
              "volumes of an earlier shop-worker-2 hold what was left of it, and the coordinator "
              "does not know it any more: delete PersistentVolumeClaims with label "
              "bestgres.io/cluster=shop-worker-2 to let a new one be made");
    shop.without(kube::kinds::persistent_volume_claim, "pgdata-shop-worker-2-0");
    EXPECT_EQ(shop.step(), "CreateObject BGCluster shop-worker-2");
}

TEST(ShardedPlan, volumes_of_a_shard_that_citus_knows_are_its_own) {
    TestSharded shop;
    shop.without(bg_cluster, "shop-worker-1");
    EXPECT_EQ(shop.step(), "CreateObject BGCluster shop-worker-1");
}

TEST(Converge, asks_citus_again_when_a_primary_changes) {
    TestSharded shop;
    shop.edit(kube::kinds::pod, "shop-worker-0-0",
              [](Json& json) { json["status"]["podIP"] = "10.0.0.77"; });
    EXPECT_EQ(shop.plan().ask_at, Instant{});
    shop.asked();
    EXPECT_EQ(shop.waits().front(),
              "pg_dist_node of shop-coordinator to name 10.0.0.77 for shop-worker-0");
    EXPECT_EQ(shop.plan().status.phase, api::ShardedPhase::degraded);
    EXPECT_TRUE(shop.plan().ask_at.has_value());
    EXPECT_EQ(shop.step(), "") << "Patroni sees to it";
}

TEST(Converge, does_what_patroni_has_not_done_in_time) {
    TestSharded shop;
    shop.edit(kube::kinds::pod, "shop-worker-0-0",
              [](Json& json) { json["status"]["podIP"] = "10.0.0.77"; });
    shop.asked().told().later(std::chrono::seconds(61));
    EXPECT_EQ(shop.statement(),
              "SELECT pg_catalog.citus_update_node(2, '10.0.0.77', 5432, true, "
              "2000)");
    shop.everywhere([&](CitusReading& reading) {
        std::erase_if(reading.nodes, [](auto& one) { return one.group == 1; });
    });
    EXPECT_EQ(shop.statement(),
              "SELECT pg_catalog.citus_add_node('10.0.0.77', 5432, 1, 'primary', 'default')");
}

TEST(Converge, a_worker_with_an_old_copy_is_sent_the_metadata) {
    TestSharded shop;
    shop.node(shop.reading(2), 1)->host = "10.0.0.99";
    EXPECT_EQ(shop.waits().front(),
              "pg_dist_node of shop-worker-1 to name 10.0.0.2 for shop-worker-0");
    shop.told().later(std::chrono::seconds(61));
    EXPECT_EQ(shop.statement(), "SELECT pg_catalog.start_metadata_sync_to_node('10.0.0.3', 5432)");
}

// A failover may lose what a worker was told of shards that moved.
TEST(Converge, a_worker_that_places_shards_elsewhere_is_sent_the_metadata) {
    TestSharded shop;
    shop.reading(2).placements[1].only += 1;
    EXPECT_EQ(shop.waits().front(),
              "metadata of shop-worker-1 to place shards as the coordinator does");
    EXPECT_EQ(shop.step(), "") << "a move may be under way to it";
    shop.told().later(std::chrono::seconds(61));
    EXPECT_EQ(shop.statement(), "SELECT pg_catalog.start_metadata_sync_to_node('10.0.0.3', 5432)");
    shop.reading(0).job = CitusJob{.id = 4, .state = "running", .total = 16};
    EXPECT_EQ(shop.step(), "") << "while shards move they differ for a moment";
}

// As append distributed tables, of which workers are not told.
TEST(Converge, a_worker_that_knows_of_fewer_shards_may_be_right) {
    TestSharded shop;
    shop.reading(0).placements[1].only += 8;
    EXPECT_EQ(shop.waits(), Texts{});
}

TEST(Converge, a_worker_that_does_not_answer_is_waited_for) {
    TestSharded shop;
    shop.facts().readings.erase(2);
    EXPECT_EQ(shop.waits(), Texts{"Citus on shop-worker-1 to answer"});
    EXPECT_EQ(shop.step(), "");
}

TestSharded with_empty_shard(std::string_view more = "") {
    TestSharded shop(std::string("shards: 2\n") + std::string(more));
    shop.everywhere([](CitusReading& reading) { reading.placements[2].only = 0; });
    return shop;
}

TEST(Rebalance, a_shard_that_is_empty_gets_its_share) {
    TestSharded shop = with_empty_shard();
    EXPECT_EQ(shop.step(), "");
    EXPECT_TRUE(shop.plan().ask_for_moves);
    shop.reading(0).moves = 8;
    EXPECT_EQ(shop.step(), "RunCitus rebalance on shop-coordinator-0");
    EXPECT_EQ(shop.statement(),
              "SELECT pg_catalog.citus_rebalance_start(rebalance_strategy => 'by_disk_size', "
              "drain_only => false, shard_transfer_mode => 'auto')");
}

TEST(Rebalance, is_left_to_the_user_where_they_say_so) {
    TestSharded shop = with_empty_shard("autoRebalance: false\n");
    shop.reading(0).moves = 8;
    EXPECT_EQ(shop.step(), "");
    EXPECT_FALSE(shop.plan().ask_for_moves);
}

TEST(Rebalance, that_would_move_nothing_is_not_begun_nor_asked_about_again) {
    TestSharded shop = with_empty_shard();
    shop.reading(0).moves = 0;
    EXPECT_EQ(shop.step(), "");
    EXPECT_FALSE(shop.plan().ask_at.has_value());
    shop.reading(0).moves.reset();
    shop.facts().balanced_as = shop.view().spread;
    EXPECT_FALSE(shop.plan().ask_for_moves);
}

TEST(Rebalance, one_job_at_a_time_and_its_progress_is_told) {
    TestSharded shop = with_empty_shard();
    shop.reading(0).moves = 8;
    shop.reading(0).job = CitusJob{.id = 7, .state = "running", .done = 3, .total = 8};
    EXPECT_EQ(shop.step(), "");
    EXPECT_EQ(shop.waits(), Texts{"background job 7 of Citus"});
    EXPECT_EQ(shop.plan().status.job->moved, "3/8");
    EXPECT_EQ(shop.plan().status.phase, api::ShardedPhase::rebalancing);
    EXPECT_TRUE(shop.plan().ask_at.has_value());
}

TEST(Rebalance, no_group_changes_while_shards_move) {
    TestSharded shop = with_empty_shard();
    shop.everywhere([](CitusReading& reading) {
        reading.job = CitusJob{.id = 7, .state = "running", .done = 3, .total = 8};
    });
    shop.asks("shards: 2\nworkerOverrides: [{shard: 1, parameters: {work_mem: 8MB}}]\n");
    ASSERT_EQ(shop.step(), "");
    EXPECT_EQ(shop.waits().front(),
              "background job 7 of Citus to end before shop-worker-1 changes: select "
              "citus_job_cancel(7) ends it sooner");
    EXPECT_TRUE(shop.plan().ask_at.has_value());
    shop.edit(kube::kinds::pod, "shop-worker-1-0",
              [](Json& json) { json["status"]["conditions"] = Json::array(); });
    EXPECT_EQ(shop.step(), "PatchObject BGCluster shop-worker-1: as the sharded cluster says")
        << "it may be what brings the group back";
}

TEST(Rebalance, waits_until_every_group_is_as_its_spec_says) {
    TestSharded shop = with_empty_shard();
    shop.reading(0).moves = 8;
    shop.edit(bg_cluster, "shop-worker-0",
              [](Json& json) { json["status"]["phase"] = "Updating"; });
    ASSERT_EQ(shop.step(), "");
    EXPECT_EQ(shop.waits().front(),
              "shop-worker-0 to be as its spec says: its primary may not change while shards move");
    shop.edit(bg_cluster, "shop-worker-0", [](Json& json) {
        json["status"]["phase"] = "Running";
        json["metadata"]["generation"] = 2;
    });
    EXPECT_EQ(shop.step(), "");
}

TEST(Rebalance, after_a_failure_a_while_passes) {
    TestSharded shop = with_empty_shard();
    shop.reading(0).moves = 8;
    shop.reading(0).job =
        CitusJob{.id = 7, .state = "failed", .ended = shop.facts().now, .message = "out of disk"};
    EXPECT_EQ(shop.step(), "");
    EXPECT_EQ(shop.waits(), Texts{"a while after background job 7 failed: out of disk"});
    shop.later(std::chrono::minutes(6)).asked();
    EXPECT_EQ(shop.step(), "RunCitus rebalance on shop-coordinator-0");
}

TEST(Rebalance, tables_without_identity_need_another_way) {
    TestSharded shop = with_empty_shard();
    shop.reading(0).moves = 8;
    shop.reading(0).without_identity = {"events"};
    EXPECT_EQ(shop.step(), "");
    EXPECT_EQ(shop.waits().front(),
              "table events has no replica identity, and moves cannot follow its updates: give it "
              "a primary key, or choose another rebalance.transferMode");
}

TEST(TearDownSharded, workers_go_before_the_coordinator_and_protection_is_lifted_by_name) {
    TestSharded shop;
    shop.edit(kube::kinds::bg_sharded_cluster, "shop",
              [](Json& json) { json["metadata"]["deletionTimestamp"] = "2026-11-20T16:00:00Z"; });
    Texts steps;
    for (std::string step = shop.step(); step != "DropFinalizer"; step = shop.step()) {
        steps.push_back(step);
        ASSERT_LT(steps.size(), 10U);
        shop.perform();
    }
    EXPECT_EQ(steps, (Texts{"PatchObject BGCluster shop-worker-1: free to be deleted",
                            "DeleteObject BGCluster shop-worker-1",
                            "PatchObject BGCluster shop-worker-0: free to be deleted",
                            "DeleteObject BGCluster shop-worker-0",
                            "PatchObject BGCluster shop-coordinator: free to be deleted",
                            "DeleteObject BGCluster shop-coordinator"}));
}

TEST(TearDownSharded, the_coordinator_waits_for_the_last_worker) {
    TestSharded shop("shards: 1\n");
    for (const kube::Kind& kind : {kube::kinds::bg_sharded_cluster, bg_cluster}) {
        shop.edit(kind, kind == bg_cluster ? "shop-worker-0" : "shop", [](Json& json) {
            json["metadata"]["deletionTimestamp"] = "2026-11-20T16:00:00Z";
            json["metadata"]["annotations"]["bestgres.io/confirm-deletion"] = "shop-worker-0";
        });
    }
    EXPECT_EQ(shop.step(), "");
    EXPECT_EQ(shop.waits(), Texts{"shop-worker-0 is being deleted"});
}

TEST(TearDownSharded, a_protected_one_goes_on) {
    TestSharded shop("shards: 1\ndeletionProtection: true\n");
    shop.edit(kube::kinds::bg_sharded_cluster, "shop",
              [](Json& json) { json["metadata"]["deletionTimestamp"] = "2026-11-20T16:00:00Z"; });
    EXPECT_EQ(shop.step(), "");
    EXPECT_EQ(shop.plan().status.phase, api::ShardedPhase::running);
}

}  // namespace
}  // namespace bestgres::plan
