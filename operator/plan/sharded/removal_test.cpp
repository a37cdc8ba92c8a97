// A shard goes only once it is proven that nothing is on it, and a change of mind is honoured at
// every step.
#include <gtest/gtest.h>

#include "operator/plan/sharded/testing.hpp"

namespace bestgres::plan {
namespace {

using kube::kinds::bg_cluster;
using testing::TestSharded;
using Texts = std::vector<std::string>;

TestSharded fewer() {
    TestSharded shop;
    shop.asks("shards: 1\n").told();
    return shop;
}

// As it is when `word` is the step of the removal.
TestSharded removing_until(const std::string& word) {
    TestSharded shop = fewer();
    for (int round = 0; round < 20 && shop.removal_step() != word; ++round) {
        const bool stops = shop.removal_step() == "Stopping";
        if (shop.step().empty()) {
            shop.later(std::chrono::seconds(30)).asked().told();
        } else {
            shop.perform();
        }
        if (stops) {
            shop.stopped(2).told();
        }
    }
    EXPECT_EQ(shop.removal_step(), word);
    return shop.told();
}

TEST(RemoveShard, is_written_down_before_anything_is_done) {
    TestSharded shop;
    shop.asks("shards: 1\n");
    EXPECT_EQ(shop.step(), "");
    EXPECT_EQ(shop.plan().status.removal->cluster, "shop-worker-1");
    shop.told();
    EXPECT_EQ(shop.step(), "RunCitus give no more shards to shop-worker-1 on shop-coordinator-0");
}

TEST(RemoveShard, goes_its_whole_way) {
    TestSharded shop = fewer();
    Texts steps;
    for (int round = 0; round < 40 && shop.plan().status.removal; ++round) {
        if (shop.step().empty()) {
            shop.later(std::chrono::seconds(30)).asked().told();
            continue;
        }
        steps.push_back(shop.step());
        shop.perform();
        if (steps.back().find("stopped") != std::string::npos) {
            shop.stopped(2).told();
        }
    }
    EXPECT_EQ(steps,
              (Texts{"RunCitus give no more shards to shop-worker-1 on shop-coordinator-0",
                     "RunCitus move shards off shop-worker-1 on shop-coordinator-0",
                     "RunCitus take shop-worker-1 out of transactions on shop-coordinator-0",
                     "PatchObject BGCluster shop-worker-1: stopped, because nothing is left on it",
                     "DeleteObject ConfigMap shop-2-leader",
                     "RunCitus remove shop-worker-1 on shop-coordinator-0",
                     "PatchObject BGCluster shop-worker-1: free to be deleted",
                     "DeleteObject BGCluster shop-worker-1"}));
    EXPECT_EQ(shop.plan().status.removal, std::nullopt);
    EXPECT_EQ(shop.told().plan().status.phase, api::ShardedPhase::running);
}

TEST(RemoveShard, no_shard_may_be_left_on_any_nodes_word) {
    TestSharded shop = removing_until("Stopping");
    ASSERT_EQ(shop.step(),
              "PatchObject BGCluster shop-worker-1: stopped, because nothing is left on it");
    for (const std::int64_t asked : {1, 2}) {
        TestSharded one = shop;
        one.reading(asked).placements[2].only = 1;
        EXPECT_EQ(one.step(), "") << asked;
    }
    shop.everywhere([](CitusReading& reading) { reading.placements[2].only = 1; });
    EXPECT_EQ(shop.step(), "RunCitus move shards off shop-worker-1 on shop-coordinator-0");
}

TEST(RemoveShard, a_shard_that_has_forgotten_where_its_data_went_is_told_again) {
    TestSharded shop = removing_until("Draining");
    shop.everywhere([](CitusReading& reading) { reading.placements[2].only = 0; });
    shop.reading(2).placements[2].only = 1;
    shop.told().later(std::chrono::seconds(61));
    EXPECT_EQ(shop.statement(), "SELECT pg_catalog.start_metadata_sync_to_node('10.0.0.3', 5432)");
}

TEST(RemoveShard, no_transaction_may_be_left) {
    TestSharded shop = fewer();
    shop.perform().perform();
    ASSERT_EQ(shop.step(), "RunCitus take shop-worker-1 out of transactions on shop-coordinator-0");
    const auto blocked = [&shop](std::int64_t asked, const auto& change) {
        TestSharded one = shop;
        change(one.reading(asked));
        EXPECT_EQ(one.step(), "");
        return one.waits().empty() ? "" : one.waits().front();
    };
    const std::string tail = " to end";
    EXPECT_EQ(blocked(0, [](CitusReading& reading) { reading.prepared[2] = 1; }),
              "prepared transactions of shop-worker-1 on shop-coordinator" + tail);
    EXPECT_EQ(blocked(1, [](CitusReading& reading) { reading.prepared[2] = 1; }),
              "prepared transactions of shop-worker-1 on shop-worker-0" + tail);
    EXPECT_EQ(blocked(2, [](CitusReading& reading) { reading.prepared[0] = 1; }),
              "prepared transactions of shop-worker-1 on shop-worker-1" + tail);
    EXPECT_EQ(blocked(2, [](CitusReading& reading) { reading.foreign_prepared = 1; }),
              "prepared transactions of shop-worker-1 on shop-worker-1" + tail);
}

TEST(RemoveShard, a_transaction_that_was_too_quick_is_let_in_once_more) {
    TestSharded shop = removing_until("Stopping");
    shop.reading(2).prepared[0] = 1;
    EXPECT_EQ(shop.step(), "RunCitus activate shop-worker-1 on shop-coordinator-0");
    shop.perform();
    EXPECT_EQ(shop.step(), "");
}

TEST(RemoveShard, transactions_of_others_do_not_matter) {
    TestSharded shop = removing_until("Stopping");
    shop.reading(1).prepared[0] = 4;
    shop.reading(0).prepared[1] = 4;
    EXPECT_NE(shop.step(), "");
}

TEST(RemoveShard, a_node_that_does_not_answer_proves_nothing) {
    for (const std::int64_t silent : {0, 1, 2}) {
        TestSharded shop = removing_until("Stopping");
        shop.facts().readings.erase(silent);
        EXPECT_EQ(shop.step(), "") << silent;
        EXPECT_FALSE(shop.waits().empty()) << silent;
    }
}

TEST(RemoveShard, copies_that_are_to_be_dropped_are_waited_for_while_the_node_takes_part) {
    TestSharded shop = fewer();
    shop.perform().perform();
    shop.reading(0).cleanups[2] = 3;
    EXPECT_EQ(shop.step(), "");
    EXPECT_EQ(shop.waits(), Texts{"old copies on shop-worker-1 that shop-coordinator has to drop"});
}

TEST(RemoveShard, is_blocked_with_the_reason_where_moves_cannot_be) {
    TestSharded shop = fewer();
    shop.reading(0).without_identity = {"events"};
    EXPECT_EQ(shop.step(), "");
    EXPECT_TRUE(shop.waits().front().starts_with("table events has no replica identity"));
    shop.reading(0).without_identity.clear();
    shop.reading(0).replicas = 2;
    EXPECT_EQ(shop.waits().front(),
              "1 groups take shards, and a shard has 2 copies: too few to empty shop-worker-1");
    shop.reading(0).replicas = 1;
    shop.reading(2).bytes = std::int64_t{1} << 30;
    EXPECT_EQ(shop.waits().front(),
              "volume pgdata-shop-worker-0-0 has no room for its share of shop-worker-1");
    EXPECT_EQ(shop.step(), "");
}

TEST(RemoveShard, a_job_is_followed_and_not_begun_twice) {
    TestSharded shop = fewer();
    shop.perform();
    shop.reading(0).job = CitusJob{.id = 4, .state = "running", .done = 2, .total = 16};
    EXPECT_EQ(shop.step(), "");
    EXPECT_EQ(shop.waits(), Texts{"background job 4 of Citus, which moves shards"});
    shop.reading(0).job->state = "failed";
    shop.reading(0).job->ended = shop.facts().now;
    EXPECT_EQ(shop.step(), "");
    shop.later(std::chrono::minutes(2)).asked();
    EXPECT_EQ(shop.step(), "RunCitus move shards off shop-worker-1 on shop-coordinator-0");
}

TEST(RemoveShard, waits_until_its_pods_are_gone_before_patronis_objects_go) {
    TestSharded shop = removing_until("Stopping");
    shop.perform();
    EXPECT_EQ(shop.step(), "");
    EXPECT_EQ(shop.waits(), Texts{"shop-worker-1 to stop its members"});
    shop.stopped(2).told();
    EXPECT_EQ(shop.step(), "DeleteObject ConfigMap shop-2-leader");
}

TEST(RemoveShard, who_comes_back_from_patronis_notes_is_removed_again_and_counted_anew) {
    TestSharded shop = removing_until("Confirming");
    const Instant since = shop.plan().status.removal->gone_since;
    EXPECT_NE(since, Instant{});
    EXPECT_EQ(shop.step(), "");
    shop.later(std::chrono::seconds(10));
    shop.everywhere([](CitusReading& reading) {
        reading.nodes.push_back({.id = 9, .group = 2, .host = "10.0.0.3", .takes_shards = false});
        reading.nodes.back().active = false;
    });
    shop.asked().told();
    EXPECT_EQ(shop.step(), "RunCitus remove shop-worker-1 on shop-coordinator-0");
    EXPECT_EQ(shop.plan().status.removal->gone_since, Instant{});
}

// Patroni 4 registers replicas, and removes them while it knows their group.
TEST(RemoveShard, a_replica_that_patroni_left_registered_is_removed_too) {
    TestSharded shop = removing_until("Confirming");
    shop.everywhere([](CitusReading& reading) {
        reading.nodes.push_back({.id = 9, .group = 2, .host = "10.0.0.4", .primary = false});
    });
    shop.asked().told();
    EXPECT_EQ(shop.statement(), "SELECT pg_catalog.citus_remove_node('10.0.0.4', 5432)");
    shop.reading(0).nodes.pop_back();
    EXPECT_EQ(shop.waits(), Texts{"shop-worker-0 to forget shop-worker-1"});
}

TEST(RemoveShard, two_loops_of_patroni_are_not_enough_before_they_are_over) {
    TestSharded shop = removing_until("Confirming");
    shop.later(std::chrono::seconds(15)).asked().told();
    EXPECT_EQ(shop.step(), "");
    shop.reading(1).nodes.push_back({.id = 9, .group = 2, .host = "10.0.0.3"});
    EXPECT_EQ(shop.waits(), Texts{"shop-worker-0 to forget shop-worker-1"});
    shop.reading(1).nodes.pop_back();
    shop.later(std::chrono::seconds(10));
    EXPECT_EQ(shop.step(), "") << "the proof has to be as new";
    EXPECT_FALSE(shop.plan().look_again && *shop.plan().look_again <= shop.facts().now);
    shop.asked();
    EXPECT_EQ(shop.step(), "PatchObject BGCluster shop-worker-1: free to be deleted");
}

TEST(RemoveShard, volumes_go_only_where_the_policy_says_so) {
    for (const char* policy : {"Retain", "Delete"}) {
        TestSharded shop;
        shop.asks("shards: 1\nremovedShards: " + std::string(policy) + "\n").told();
        while (shop.removal_step() != "Stopping") {
            shop.perform();
        }
        const auto patch = std::get<PatchObject>(shop.plan().steps.at(0).effect);
        EXPECT_EQ(patch.merge["spec"]["volumeSpec"]["retention"]["whenDeleted"], policy);
    }
}

TEST(RemoveShard, the_last_goes_first_and_one_at_a_time) {
    TestSharded shop("shards: 3\n");
    shop.asks("shards: 1\n").told();
    EXPECT_EQ(shop.plan().status.removal->cluster, "shop-worker-2");
}

TEST(RemoveShard, waits_while_the_others_do_not_agree) {
    TestSharded shop = fewer();
    shop.node(shop.reading(1), 0)->host = "10.0.0.99";
    EXPECT_EQ(shop.step(), "");
    EXPECT_EQ(shop.plan().status.removal->cluster, "shop-worker-1");
}

TEST(UndoRemoval, cancels_the_drain_and_gives_shards_again) {
    TestSharded shop = fewer();
    shop.perform();
    shop.reading(0).job = CitusJob{.id = 4, .state = "running", .total = 16};
    shop.asks("shards: 2\n");
    EXPECT_EQ(shop.step(), "RunCitus cancel job 4 on shop-coordinator-0");
    shop.reading(0).job->state = "cancelled";
    EXPECT_EQ(shop.step(), "RunCitus give shards to shop-worker-1 again on shop-coordinator-0");
    shop.perform();
    EXPECT_EQ(shop.plan().status.removal, std::nullopt);
}

TEST(UndoRemoval, is_not_over_by_what_citus_said_before_it_was_told) {
    TestSharded shop = fewer();
    ASSERT_EQ(shop.step(), "RunCitus give no more shards to shop-worker-1 on shop-coordinator-0");
    shop.asks("shards: 2\n").facts().read_as = 0;
    EXPECT_NE(shop.plan().status.removal, std::nullopt);
    EXPECT_TRUE(shop.plan().ask_at.has_value());
    shop.asked();
    EXPECT_EQ(shop.plan().status.removal, std::nullopt);
}

TEST(UndoRemoval, starts_the_members_again) {
    TestSharded shop = removing_until("Forgetting");
    shop.asks("shards: 2\n");
    const auto patch = std::get<PatchObject>(shop.plan().steps.at(0).effect);
    EXPECT_EQ(patch.ref.name, "shop-worker-1");
    EXPECT_EQ(patch.merge["spec"]["hibernate"], false);
    shop.perform();
    EXPECT_EQ(shop.step(), "");
    shop.add_group(2).asked();
    shop.facts().readings[2] = shop.reading(0);
    shop.asked();
    EXPECT_EQ(shop.step(), "RunCitus activate shop-worker-1 on shop-coordinator-0");
    shop.perform();
    EXPECT_EQ(shop.step(), "RunCitus give shards to shop-worker-1 again on shop-coordinator-0");
}

TEST(UndoRemoval, activates_nothing_where_nobody_is_any_more) {
    TestSharded shop = removing_until("Forgetting");
    shop.asks("shards: 2\n").perform();
    shop.add_group(2).asked();
    shop.facts().readings[2] = shop.reading(0);
    shop.node(shop.reading(0), 2)->host = "10.0.0.99";
    shop.asked();
    EXPECT_EQ(shop.step(), "") << "Patroni moves it first";
    shop.node(shop.reading(0), 2)->host = "10.0.0.3";
    shop.asked();
    EXPECT_EQ(shop.step(), "RunCitus activate shop-worker-1 on shop-coordinator-0");
}

TEST(UndoRemoval, after_citus_forgot_it_the_group_is_registered_again) {
    TestSharded shop = removing_until("Confirming");
    shop.asks("shards: 2\n").perform();
    shop.add_group(2);
    shop.facts().readings[2] = shop.reading(0);
    shop.asked().told();
    EXPECT_EQ(shop.step(), "") << "Patroni sees to it";
    shop.later(std::chrono::seconds(61)).asked();
    EXPECT_EQ(shop.statement(),
              "SELECT pg_catalog.citus_add_node('10.0.0.3', 5432, 2, 'primary', 'default')");
}

TEST(RemoveShard, citus_gives_a_silent_node_up_while_the_statement_still_has_time) {
    const std::vector<postgres::Statement> statements = remove_node({.host = "10.0.0.3"});
    EXPECT_EQ(statements.at(1).text,
              "SET lock_timeout = '5s'; SET statement_timeout = '25s'; "
              "SET citus.node_connection_timeout = '5s'");
}

TEST(UndoRemoval, protection_that_was_lifted_comes_back) {
    TestSharded shop = removing_until("Releasing");
    shop.perform();
    ASSERT_EQ(shop.step(), "DeleteObject BGCluster shop-worker-1");
    shop.asks("shards: 2\n");
    EXPECT_EQ(shop.step(), "PatchObject BGCluster shop-worker-1: protected again");
}

TEST(UndoRemoval, one_that_is_gone_is_over) {
    TestSharded shop = removing_until("Releasing");
    shop.perform().perform().asks("shards: 2\n");
    EXPECT_EQ(shop.plan().status.removal, std::nullopt);
    EXPECT_TRUE(shop.waits().front().starts_with("volumes of an earlier shop-worker-1"));
}

}  // namespace
}  // namespace bestgres::plan
