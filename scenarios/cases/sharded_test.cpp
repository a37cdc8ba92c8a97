// Sharded clusters on virtual time, with the model of Citus: from the resource to groups that know
// each other.
#include <gtest/gtest.h>

#include <algorithm>

#include "lib/kube/condition.hpp"
#include "operator/api/sharded.hpp"
#include "operator/api/sharded_operation.hpp"
#include "scenarios/testing.hpp"
#include "scenarios/workloads/manifests.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::minutes;

const kube::Ref whole{kube::kinds::bg_sharded_cluster, "shop", "db"};

Json sharded_manifest(int shards) {
    return workloads::sharded_manifest({.members = 1}, shards);
}

bool is_ready(const kube::Object& resource) {
    return kube::condition_is_true(resource, "Ready");
}

std::string status_of(const World& world) {
    return to_yaml(object_at(world.get(whole).json(), {"status"})) + situation(world);
}

// As asked: what is there is what the last change of the resource wants, and at rest.
bool is_settled_with(const World& world, std::size_t groups) {
    const kube::Object resource = world.get(whole);
    const Json& told = array_at(resource.json(), {"status", "groups"});
    return is_ready(resource) && told.size() == groups &&
           object_at(resource.json(), {"status"}).value("observedGeneration", 0) ==
               resource.generation() &&
           std::ranges::all_of(told,
                               [](const Json& group) { return group.value("registered", false); });
}

World made_with(int shards, const std::vector<Fault>& faults = {}) {
    Scenario scenario;
    scenario.name = "sharded";
    scenario.edits.push_back(apply_edit("create", sharded_manifest(shards), at_second(2)));
    scenario.faults = faults;
    return World(shop(), std::move(scenario), TraceDetail::full);
}

// Every law watches, and has nothing to say.
void expect_lawful(const World& world) {
    for (const Violation& violation : world.violations()) {
        ADD_FAILURE() << violation.law << ": " << violation.sentence;
    }
}

bool settles_with(World& world, std::size_t groups) {
    return run_until(world, [groups](const World& now) { return is_settled_with(now, groups); });
}

TEST(Sharded, a_sharded_cluster_makes_its_groups_and_is_ready_once_they_know_each_other) {
    World world = made_with(2);
    EXPECT_TRUE(settles_with(world, 3)) << status_of(world);
    for (const char* group : {"db-coordinator", "db-worker-0", "db-worker-1"}) {
        EXPECT_TRUE(is_ready(world.get({bg_cluster, "shop", group}))) << status_of(world);
    }
    EXPECT_LT(world.now() - world.start(), minutes(5)) << status_of(world);
    expect_lawful(world);
}

TEST(Sharded, a_shard_is_added_to_those_that_run) {
    World world = made_with(2);
    ASSERT_TRUE(settles_with(world, 3)) << status_of(world);
    world.make(apply_edit("grow", sharded_manifest(3), at_second(0)));
    EXPECT_TRUE(settles_with(world, 4)) << status_of(world);
    EXPECT_TRUE(is_ready(world.get({bg_cluster, "shop", "db-worker-2"}))) << status_of(world);
    expect_lawful(world);
}

// Triggers and targets know it and its groups by their names.
TEST(Sharded, a_group_whose_primary_crashes_comes_back_after_the_whole_has_settled) {
    World world = made_with(1, {{.id = "crash",
                                 .kind = FaultKind::container_crash,
                                 .target = "the leader of db-worker-0",
                                 .when = when_settled()}});
    world.run();
    EXPECT_EQ(world.never_triggered(), std::vector<std::string>());
    EXPECT_TRUE(is_settled_with(world, 2)) << status_of(world);
    expect_lawful(world);
}

TEST(Sharded, shards_are_removed_one_after_the_other) {
    World world = made_with(3);
    ASSERT_TRUE(settles_with(world, 4)) << status_of(world);
    world.make(apply_edit("shrink", sharded_manifest(1), at_second(0)));
    EXPECT_TRUE(settles_with(world, 2)) << status_of(world);
    for (const char* group : {"db-worker-1", "db-worker-2"}) {
        EXPECT_TRUE(world.get({bg_cluster, "shop", group}).name().empty()) << status_of(world);
    }
    EXPECT_TRUE(is_ready(world.get({bg_cluster, "shop", "db-worker-0"}))) << status_of(world);
    expect_lawful(world);
}

TEST(Sharded, an_operation_restarts_every_group_and_its_own_go_with_it) {
    World world = made_with(2);
    ASSERT_TRUE(settles_with(world, 3)) << status_of(world);
    const kube::Ref the_operation{kube::kinds::bg_sharded_db_ops, "shop", "up"};
    world.make(
        apply_edit("up",
                   {{"apiVersion", the_operation.kind.api_version()},
                    {"kind", the_operation.kind.name},
                    {"metadata", {{"name", "up"}, {"namespace", "shop"}}},
                    {"spec", {{"bgShardedCluster", "db"}, {"bgDbOpsSpec", {{"op", "restart"}}}}}},
                   at_second(0)));
    EXPECT_TRUE(run_until(world, [&](const World& now) {
        return now.get(the_operation).text_at({"status", "phase"}) == "Completed";
    })) << status_of(world);
    Instant latest;
    const auto report =
        api::parse_sharded_operation_status(object_at(world.get(the_operation).json(), {"status"}));
    ASSERT_EQ(report.groups.size(), 3U);
    for (const api::GroupOperationStatus& group : report.groups) {
        EXPECT_GE(group.started, latest) << group.name << " began while another was at it";
        latest = group.finished;
        const kube::Object part = world.get({kube::kinds::bg_db_ops, "shop", group.operation});
        EXPECT_EQ(array_at(part.json(), {"status", "steps"}).size(), 1U) << group.name;
    }
    EXPECT_EQ(report.groups.back().name, "db-coordinator");
    world.make(
        {.id = "remove", .when = at_second(0), .action = DeleteResource{.ref = the_operation}});
    EXPECT_TRUE(run_until(world, [&](const World& now) {
        return now.get({kube::kinds::bg_db_ops, "shop", "up-db-coordinator"}).name().empty();
    })) << status_of(world);
    expect_lawful(world);
}

}  // namespace
}  // namespace bestgres::scenarios
