#include "operator/api/sharded_operation.hpp"

#include "operator/api/testing.hpp"

namespace bestgres::api {
namespace {

Parsed<ShardedOperationSpec> read_whole(std::string_view text) {
    return parse_sharded_operation_spec(testing::yaml(text));
}

std::string objections_to(std::string_view text) {
    const auto spec = read_whole(text);
    return spec.ok() ? "" : to_string(spec.error());
}

TEST(ShardedOperationSpec, takes_one_worker_after_the_other_and_stops_at_a_failure_unless_told) {
    const auto spec = read_whole("{bgShardedCluster: shop, bgDbOpsSpec: {op: restart}}");

    ASSERT_TRUE(spec.ok());
    EXPECT_EQ(spec->group.operation.op, OperationKind::restart);
    EXPECT_EQ(spec->order, GroupOrder::workers_first);
    EXPECT_EQ(spec->parallelism, 1);
    EXPECT_EQ(spec->on_failure, GroupFailure::stop);
    EXPECT_EQ(parse_sharded_operation_spec(to_json(*spec)).ok(), true);
}

TEST(ShardedOperationSpec, says_where_something_is_wrong) {
    EXPECT_EQ(objections_to("{bgDbOpsSpec: {op: restart}}"), "spec.bgShardedCluster: is required");
    EXPECT_EQ(objections_to("{bgShardedCluster: shop}"), "spec.bgDbOpsSpec: is required");
    EXPECT_EQ(objections_to("{bgShardedCluster: shop, bgDbOpsSpec: {op: sql}}"),
              "spec.bgDbOpsSpec.sql: goes with op: sql, and names the script");
    EXPECT_EQ(objections_to("{bgShardedCluster: shop, bgDbOpsSpec: {op: restart}, order: random}"),
              "spec.order: must be one of workersFirst, coordinatorFirst, got \"random\"");
    EXPECT_EQ(objections_to("{bgShardedCluster: shop, bgDbOpsSpec: {op: restart, bgCluster: a}}"),
              "spec.bgDbOpsSpec.bgCluster: unknown field");
}

TEST(ShardedOperationSpec, names_no_member_which_is_of_one_group) {
    EXPECT_EQ(objections_to("{bgShardedCluster: shop, bgDbOpsSpec: {op: reinit, reinit: {member: "
                            "shop-worker-0-1}}}"),
              "spec.bgDbOpsSpec.op: a member is of one group: make a BGDbOps for that group's "
              "BGCluster");
    EXPECT_NE(objections_to("{bgShardedCluster: shop, bgDbOpsSpec: {op: switchover, switchover: "
                            "{target: shop-worker-0-1}}}"),
              "");
    EXPECT_EQ(objections_to("{bgShardedCluster: shop, bgDbOpsSpec: {op: switchover}}"), "");
}

TEST(ShardedOperationStatus, is_read_as_it_was_written) {
    ShardedOperationStatus status;
    status.phase = OperationPhase::running;
    status.step = "0/1";
    status.groups.push_back({.name = "shop-worker-0",
                             .operation = "up-shop-worker-0",
                             .uid = "u",
                             .phase = OperationPhase::completed,
                             .step = "3/3",
                             .started = Instant{1'000'000'000},
                             .finished = Instant{2'000'000'000},
                             .message = "done",
                             .result = OperationResult{.output = "", .tps = "10", .latency = "1"}});
    EXPECT_EQ(parse_sharded_operation_status(to_json(status)), status);
}

}  // namespace
}  // namespace bestgres::api
