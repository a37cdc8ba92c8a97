#include "operator/api/sharded.hpp"

#include <gtest/gtest.h>

#include "operator/api/testing.hpp"

namespace bestgres::api {
namespace {

std::string wish(std::string_view more, std::string_view workers = "") {
    return "database: app\n"
           "coordinator: {image: {tag: 'p:16'}, volumeSpec: {persistentVolumeSize: 1Gi}}\n"
           "workers: {image: {tag: 'p:16'}, volumeSpec: {persistentVolumeSize: 1Gi}" +
           std::string(workers) + "}\n" + std::string(more);
}

std::string sharded_problems(const std::string& text) {
    const auto read = parse_sharded_spec(testing::yaml(text));
    return read.ok() ? "" : to_string(read.error());
}

TEST(Sharded, the_least_that_works_rebalances_and_keeps_volumes) {
    const auto read = parse_sharded_spec(testing::yaml(wish("shards: 2\n")));
    ASSERT_TRUE(read.ok()) << to_string(read.error());
    EXPECT_EQ(read->shards, 2);
    EXPECT_TRUE(read->auto_rebalance);
    EXPECT_EQ(read->removed_shards, VolumePolicy::retain);
    EXPECT_EQ(read->rebalance.transfer_mode, TransferMode::automatic);
    EXPECT_EQ(parse_sharded_spec(to_json(*read)), read);
}

TEST(Sharded, at_least_one_shard_stays) {
    EXPECT_EQ(sharded_problems(wish("shards: 0\n")),
              "spec.shards: at least one shard has to stay, because the data must be somewhere, "
              "got 0");
}

TEST(Sharded, problems_of_a_group_name_the_group) {
    EXPECT_EQ(sharded_problems(wish("shards: 1\n", ", patroni: {synchronous: required}")),
              "spec.workers.patroni.synchronous: required needs at least 2 instances, because a "
              "primary alone would accept no writes");
}

TEST(Sharded, what_is_for_the_whole_is_refused_for_one_group) {
    for (const char* part : {", hibernate: true", ", deletionProtection: true", ", instances: 0",
                             ", citus: {scope: a, group: 1, database: app}"}) {
        EXPECT_EQ(sharded_problems(wish("shards: 1\n", part)),
                  "spec.workers: citus, hibernate, deletionProtection and instances: 0 are not for "
                  "one group alone")
            << part;
    }
}

TEST(Sharded, an_override_is_judged_with_what_it_overrides) {
    EXPECT_EQ(
        sharded_problems(wish("shards: 1\nworkerOverrides: [{shard: 0, synchronous: required}]\n")),
        "spec.workerOverrides[0].patroni.synchronous: required needs at least 2 instances, "
        "because a primary alone would accept no writes");
    EXPECT_EQ(sharded_problems(wish("shards: 1\nworkerOverrides: [{shard: 0}, {shard: 0}]\n")),
              "spec.workerOverrides[1]: shard 0 has one already");
}

TEST(Sharded, a_name_leaves_room_for_those_of_its_groups) {
    EXPECT_TRUE(validate_sharded_name(std::string(longest_sharded_name, 'a')).empty());
    EXPECT_FALSE(validate_sharded_name(std::string(longest_sharded_name + 1, 'a')).empty());
    EXPECT_FALSE(validate_sharded_name("1shop").empty());
}

TEST(Sharded, a_status_reads_back) {
    ShardedStatus status;
    status.phase = ShardedPhase::scaling;
    status.groups = {{.name = "shop-worker-0", .group = 1, .node = 2, .registered = true}};
    status.job = JobStatus{.id = 7, .state = "running", .moved = "1/4"};
    status.removal = RemovalStatus{.cluster = "shop-worker-1",
                                   .group = 2,
                                   .step = RemovalStep::confirming,
                                   .gone_since = Instant{1'795'190'400'000'000'000}};
    EXPECT_EQ(parse_sharded_status(to_json(status)), status);
}

}  // namespace
}  // namespace bestgres::api
