// Sharded clusters: shards that come and go while rows are written.
#include "operator/api/sharded.hpp"
#include "operator/api/sharded_operation.hpp"
#include "scenarios/workloads/fill.hpp"

namespace bestgres::scenarios::workloads {
namespace {

using std::chrono::seconds;

const kube::Ref& the_whole() {
    static const kube::Ref ref{kube::kinds::bg_sharded_cluster, "shop", "db"};
    return ref;
}

Edit make_table(std::string id, Trigger when, std::string kind) {
    return {.id = id,
            .when = std::move(when),
            .action = MakeTable{.scope = "db", .table = std::move(id), .kind = std::move(kind)}};
}

// A table that is spread and one that is everywhere, both with a writer.
void create(Scenario& scenario, const Shape& shape, std::int64_t shards) {
    scenario.edits = {apply("create", at_start(), sharded_manifest(shape, shards)),
                      make_table("orders", when_settled_after("create"), "distributed"),
                      make_table("rates", after_edit("orders", seconds(10)), "reference")};
}

Edit ask_for(std::string id, Trigger when, std::int64_t shards) {
    return {.id = std::move(id),
            .when = std::move(when),
            .action = MergePatch{.ref = the_whole(), .body = {{"spec", {{"shards", shards}}}}}};
}

Fault lose(std::string id, const std::string& group, Trigger when) {
    return fault(std::move(id), FaultKind::pod_kill, "the leader of " + group, std::move(when));
}

Edit restart_groups(const std::string& name, Trigger when, Json how) {
    how["bgShardedCluster"] = "db";
    how["bgDbOpsSpec"] = {{"op", "restart"}, {"timeout", "15m"}};
    return apply(name, std::move(when),
                 {{"apiVersion", kube::kinds::bg_sharded_db_ops.api_version()},
                  {"kind", kube::kinds::bg_sharded_db_ops.name},
                  {"metadata", {{"name", name}, {"namespace", "shop"}}},
                  {"spec", std::move(how)}});
}

}  // namespace

void fill_add_shard(Scenario& scenario, const Shape& shape) {
    create(scenario, shape, 2);
    scenario.edits.push_back(ask_for("grow", when_settled_after("rates"), 3));
}

void fill_add_two_shards(Scenario& scenario, const Shape& shape) {
    create(scenario, shape, 1);
    scenario.edits.push_back(ask_for("grow", when_settled_after("rates"), 3));
}

void fill_remove_shard(Scenario& scenario, const Shape& shape) {
    create(scenario, shape, 3);
    scenario.edits.push_back(ask_for("shrink", when_settled_after("rates"), 2));
}

// Taken back at each step on the way, and done in the end. The volumes go with it: a shard that is
// made anew does not take those of an earlier one for its own.
void fill_remove_and_repent(Scenario& scenario, const Shape& shape) {
    create(scenario, shape, 2);
    scenario.edits.push_back(
        {.id = "volumes go",
         .when = after_edit("create", seconds(1)),
         .action =
             MergePatch{.ref = the_whole(), .body = {{"spec", {{"removedShards", "Delete"}}}}}});
    Trigger when_due = when_settled_after("rates");
    for (const std::string& step : std::vector<std::string>{
             "RunCitus give", "RunCitus move", "PatchObject BGCluster", "DeleteObject ConfigMap",
             "RunCitus remove", "DeleteObject BGCluster"}) {
        const std::string shrink = "shrink before " + step;
        const std::string grow = "grow after " + step;
        scenario.edits.push_back(ask_for(shrink, when_due, 1));
        scenario.edits.push_back(ask_for(grow, then({after_edit(shrink, {}), when_step(step)}), 2));
        when_due = when_settled_after(grow);
    }
    scenario.edits.push_back(ask_for("shrink", when_due, 1));
}

void fill_coordinator_lost(Scenario& scenario, const Shape& shape) {
    create(scenario, shape, 2);
    scenario.edits.push_back(ask_for("grow", when_settled_after("rates"), 3));
    const Trigger moving = then({after_edit("grow", {}), when_step("RunCitus rebalance")});
    scenario.faults = {lose("kill", "db-coordinator", delayed(moving, seconds(3)))};
}

// The one that is drained, and then the one that gets its shards.
void fill_worker_lost(Scenario& scenario, const Shape& shape) {
    create(scenario, shape, 2);
    scenario.edits.push_back(ask_for("shrink", when_settled_after("rates"), 1));
    const Trigger moving = then({after_edit("shrink", {}), when_step("RunCitus move")});
    scenario.faults = {lose("kill-from", "db-worker-1", delayed(moving, seconds(2))),
                       lose("kill-to", "db-worker-0", after_fault("kill-from", seconds(20)))};
}

// One runs while a shard is asked for, the next waits; the last is cancelled on its way.
void fill_restart_groups(Scenario& scenario, const Shape& shape) {
    create(scenario, shape, 2);
    scenario.edits.push_back(
        restart_groups("up", when_settled_after("rates"), {{"parallelism", 2}}));
    scenario.edits.push_back(restart_groups(
        "next", after_edit("up", seconds(1)),
        {{"order", "coordinatorFirst"}, {"parallelism", 2}, {"onFailure", "continue"}}));
    scenario.edits.push_back(ask_for("grow", after_edit("up", seconds(5)), 3));
    scenario.edits.push_back(
        restart_groups("cancelled", after_edit("up", seconds(6)), Json::object()));
    scenario.edits.push_back(
        {.id = "cancel",
         .when = when_settled_after("cancelled"),
         .action = DeleteResource{.ref = {kube::kinds::bg_sharded_db_ops, "shop", "cancelled"}}});
}

}  // namespace bestgres::scenarios::workloads
