// BGShardedDbOps: a BGDbOps for each group, in order, and what its report says.
#include <gtest/gtest.h>

#include "operator/manifests/labels.hpp"
#include "operator/plan/sharded/testing.hpp"

namespace bestgres::plan {
namespace {

using api::OperationPhase;
using kube::kinds::bg_db_ops;
using testing::TestSharded;
using Texts = std::vector<std::string>;

constexpr std::string_view restart = "{bgShardedCluster: shop, bgDbOpsSpec: {op: restart}}";

std::string with(std::string_view more) {
    return "{bgShardedCluster: shop, bgDbOpsSpec: {op: restart}, " + std::string(more) + "}";
}

TestSharded asked(std::string_view spec = restart) {
    TestSharded shop;
    shop.operation("up", spec);
    return shop;
}

TEST(GroupOperations, begin_each_worker_when_the_one_before_has_ended_and_the_coordinator_last) {
    TestSharded shop = asked();
    EXPECT_EQ(shop.run_on(), Texts{"up-shop-worker-0"});
    EXPECT_EQ(shop.report("up").step, "0/3");
    shop.ends("up-shop-worker-0", "Running", "restarting shop-worker-0-1");
    EXPECT_EQ(shop.run_on(), Texts{}) << "it has not ended";
    EXPECT_EQ(shop.report("up").message, "shop-worker-0: see BGDbOps up-shop-worker-0");
    EXPECT_EQ(shop.ends("up-shop-worker-0", "Completed").run_on(), Texts{"up-shop-worker-1"});
    EXPECT_EQ(shop.ends("up-shop-worker-1", "Completed").run_on(), Texts{"up-shop-coordinator"});
    EXPECT_EQ(shop.ends("up-shop-coordinator", "Completed").run_on(), Texts{});
    EXPECT_EQ(shop.report("up").phase, OperationPhase::completed);
    EXPECT_EQ(shop.report("up").step, "3/3");
}

TEST(GroupOperations, begin_with_the_coordinator_where_that_is_asked_for) {
    TestSharded shop = asked(with("order: coordinatorFirst, parallelism: 2"));
    EXPECT_EQ(shop.run_on(), Texts{"up-shop-coordinator"}) << "it is alone";
    shop.ends("up-shop-coordinator", "Completed");
    EXPECT_EQ(shop.run_on(), (Texts{"up-shop-worker-0", "up-shop-worker-1"}));
}

TEST(GroupOperations, run_so_many_workers_at_once_and_the_coordinator_after_all_of_them) {
    TestSharded shop("shards: 3\n");
    shop.operation("up", with("parallelism: 2"));
    EXPECT_EQ(shop.run_on(), (Texts{"up-shop-worker-0", "up-shop-worker-1"}));
    EXPECT_EQ(shop.ends("up-shop-worker-1", "Completed").run_on(), Texts{"up-shop-worker-2"});
    EXPECT_EQ(shop.ends("up-shop-worker-2", "Completed").run_on(), Texts{});
    EXPECT_EQ(shop.ends("up-shop-worker-0", "Completed").run_on(), Texts{"up-shop-coordinator"});
}

TEST(GroupOperations, are_made_for_their_group_and_go_with_the_whole) {
    TestSharded shop = asked(
        "{bgShardedCluster: shop, bgDbOpsSpec: {op: restart, timeout: 5m, ttlAfterFinished: 1h, "
        "runAt: 2026-11-20T15:00:00Z}}");
    shop.run_on();
    const Json made = shop.facts().objects.at({bg_db_ops, "default", "up-shop-worker-0"}).json();
    EXPECT_EQ(made["spec"]["bgCluster"], "shop-worker-0");
    EXPECT_EQ(made["spec"]["timeout"], "5m");
    EXPECT_FALSE(made["spec"].contains("ttlAfterFinished"));
    EXPECT_FALSE(made["spec"].contains("runAt"));
    EXPECT_EQ(made["metadata"]["ownerReferences"][0]["uid"], "uid-up");
}

TEST(GroupOperations, stop_at_the_first_that_fails_and_say_which_were_not_begun) {
    TestSharded shop = asked();
    shop.run_on();
    shop.ends("up-shop-worker-0", "Failed", "not done within 1h").run_on();
    const api::ShardedOperationStatus report = shop.report("up");
    EXPECT_EQ(report.phase, OperationPhase::failed);
    EXPECT_EQ(report.message, "shop-worker-0: not done within 1h");
    EXPECT_EQ(report.groups.at(1).phase, std::nullopt);
    EXPECT_EQ(report.groups.at(1).message, "not begun: shop-worker-0: not done within 1h");
}

TEST(GroupOperations, wait_for_those_that_run_before_they_stop) {
    TestSharded shop = asked(with("parallelism: 2"));
    shop.run_on();
    EXPECT_EQ(shop.ends("up-shop-worker-0", "Failed", "no").run_on(), Texts{});
    EXPECT_EQ(shop.report("up").phase, OperationPhase::running);
    shop.ends("up-shop-worker-1", "Completed").run_on();
    EXPECT_EQ(shop.report("up").phase, OperationPhase::failed);
    EXPECT_EQ(shop.report("up").step, "2/3");
}

TEST(GroupOperations, go_on_after_a_failure_where_that_is_asked_for) {
    TestSharded shop = asked(with("onFailure: continue"));
    shop.run_on();
    EXPECT_EQ(shop.ends("up-shop-worker-0", "Failed", "no").run_on(), Texts{"up-shop-worker-1"});
    shop.ends("up-shop-worker-1", "Failed", "neither").run_on();
    shop.ends("up-shop-coordinator", "Completed").run_on();
    EXPECT_EQ(shop.report("up").phase, OperationPhase::failed);
    EXPECT_EQ(shop.report("up").message, "2 of 3 groups, the first shop-worker-0: no");
}

TEST(GroupOperations, are_never_made_twice) {
    TestSharded shop = asked();
    while (!shop.step().starts_with("CreateObject")) {
        shop.perform();
    }
    const auto status_before_it = shop.facts().operations.front();
    shop.perform();
    ASSERT_EQ(shop.facts().operations.front(), status_before_it) << "as after a crash";
    EXPECT_EQ(shop.run_on(), Texts{}) << "it is there already";
    EXPECT_EQ(shop.report("up").groups.front().uid, "uid-up-shop-worker-0");
    shop.without(bg_db_ops, "up-shop-worker-0");
    EXPECT_EQ(shop.run_on(), Texts{}) << "somebody has cancelled it";
    EXPECT_EQ(shop.report("up").phase, OperationPhase::failed);
    EXPECT_EQ(shop.report("up").message, "shop-worker-0: its BGDbOps was deleted");
}

TEST(GroupOperations, leave_a_namesake_alone) {
    TestSharded shop = asked();
    while (!shop.step().starts_with("CreateObject")) {
        shop.perform();
    }
    shop.perform().edit(bg_db_ops, "up-shop-worker-0", [](Json& json) {
        json["metadata"]["annotations"][std::string(manifests::owner_uid_key)] = "uid-other";
    });
    shop.run_on();
    EXPECT_EQ(shop.report("up").message,
              "shop-worker-0: BGDbOps up-shop-worker-0 exists and is not of this operation: delete "
              "it, and make this one again");
}

TEST(GroupOperations, begin_no_group_while_shards_move_and_see_what_ends) {
    TestSharded shop = asked();
    shop.run_on();
    shop.reading(0).job = CitusJob{.id = 4, .state = "running", .total = 16};
    EXPECT_EQ(shop.ends("up-shop-worker-0", "Completed").run_on(), Texts{});
    EXPECT_EQ(shop.report("up").step, "1/3");
    EXPECT_EQ(shop.report("up").message,
              "shop-worker-1 waits for background job 4 of Citus, which moves shards");
    shop.reading(0).job->state = "finished";
    EXPECT_EQ(shop.run_on(), Texts{"up-shop-worker-1"});
}

TEST(GroupOperations, keep_shards_from_moving_while_members_restart) {
    TestSharded shop = asked();
    shop.run_on();
    shop.ends("up-shop-worker-0", "Running");
    shop.asks("shards: 3\n").add_group(3).register_group(3, 0);
    shop.reading(0).moves = 8;
    shop.reading(0).placements[3].only = 0;
    EXPECT_EQ(shop.run_on(), Texts{});
    EXPECT_EQ(shop.waits(), Texts{"operation up-shop-worker-0 to end: it may take a primary that "
                                  "shards move to"});
    shop.ends("up-shop-worker-0", "Completed").perform();
    EXPECT_EQ(shop.report("up").step, "1/3");
    EXPECT_EQ(shop.step(), "RunCitus rebalance on shop-coordinator-0");
}

TEST(GroupOperations, begin_no_group_while_the_cluster_is_paused_or_nodes_disagree) {
    TestSharded shop = asked();
    shop.node(shop.reading(1), 0)->host = "10.0.0.99";
    EXPECT_EQ(shop.run_on(), Texts{});
    EXPECT_EQ(shop.report("up").phase, OperationPhase::pending);
    EXPECT_EQ(shop.report("up").message,
              "it waits for pg_dist_node of shop-worker-0 to name 10.0.0.1 for shop-coordinator");
    shop.node(shop.reading(1), 0)->host = "10.0.0.1";
    shop.edit(kube::kinds::bg_sharded_cluster, "shop", [](Json& json) {
        json["metadata"]["annotations"][std::string(api::paused_annotation)] = "true";
    });
    EXPECT_EQ(shop.run_on(), Texts{});
    EXPECT_EQ(shop.report("up").message, "it waits for the end of annotation bestgres.io/paused");
}

TEST(GroupOperations, have_one_turn_at_a_time_the_oldest_first_and_not_before_their_time) {
    TestSharded shop =
        asked("{bgShardedCluster: shop, bgDbOpsSpec: {op: restart, runAt: 2026-11-20T17:00:00Z}}");
    shop.operation("second", restart).operation("third", restart);
    EXPECT_EQ(shop.run_on(), Texts{"second-shop-worker-0"});
    EXPECT_EQ(shop.report("up").message, "not before 2026-11-20T17:00:00Z");
    EXPECT_EQ(shop.report("third").message, "BGShardedDbOps second is first");
    EXPECT_TRUE(shop.plan().look_again.has_value());
    shop.later(std::chrono::hours(2)).asked();
    EXPECT_EQ(shop.run_on(), Texts{}) << "second has its turn";
}

TEST(GroupOperations, of_one_that_is_deleted_begin_no_more) {
    TestSharded shop = asked();
    shop.run_on();
    Json json = shop.facts().operations.front().json();
    json["metadata"]["deletionTimestamp"] = "2026-11-20T16:00:00Z";
    shop.facts().operations.front() = kube::Object(std::move(json));
    EXPECT_EQ(shop.ends("up-shop-worker-0", "Cancelled").run_on(), Texts{});
}

TEST(GroupOperations, end_when_the_whole_is_deleted_or_their_spec_is_wrong) {
    TestSharded shop = asked();
    shop.run_on();
    shop.operation("odd",
                   "{bgShardedCluster: shop, bgDbOpsSpec: {op: reinit, reinit: {member: "
                   "shop-worker-0-1}}}");
    shop.run_on();
    EXPECT_EQ(shop.report("odd").phase, OperationPhase::failed);
    EXPECT_NE(shop.report("odd").message.find("make a BGDbOps for that group's BGCluster"),
              std::string::npos);
    shop.edit(kube::kinds::bg_sharded_cluster, "shop", [](Json& json) {
        json["metadata"]["deletionTimestamp"] = "2026-11-20T16:00:00Z";
        json["metadata"]["finalizers"] = Json::array();
    });
    shop.run_on();
    EXPECT_EQ(shop.report("up").message, "BGShardedCluster shop is being deleted");
}

TEST(GroupOperations, without_a_sharded_cluster_say_that_there_is_none) {
    TestSharded shop = asked();
    ShardedView orphaned;
    orphaned.ns = "default";
    orphaned.name = "shop";
    orphaned.facts.now = shop.facts().now;
    orphaned.facts.operations = shop.facts().operations;
    const ShardedPlan plan = plan_orphaned_operations(orphaned);
    ASSERT_EQ(plan.steps.size(), 1U);
    EXPECT_EQ(std::get<JournalShardedOperation>(plan.steps.front().effect).status.message,
              "there is no BGShardedCluster shop");
}

TEST(GroupOperations, stay_as_reports_as_long_as_was_asked_for) {
    TestSharded shop =
        asked("{bgShardedCluster: shop, bgDbOpsSpec: {op: restart, ttlAfterFinished: 1h}}");
    shop.run_on();
    shop.ends("up-shop-worker-0", "Failed", "no").run_on();
    EXPECT_EQ(shop.step(), "");
    shop.later(std::chrono::hours(1)).asked();
    EXPECT_EQ(shop.step(), "DeleteObject BGShardedDbOps up");
}

}  // namespace
}  // namespace bestgres::plan
