// Appendix C of reference/simulation.md. What an operator of ours cannot be brought to (backups,
// Citus, rotation of passwords) is left out until its feature is there.
#include <fmt/format.h>

#include "lib/base/check.hpp"
#include "scenarios/workloads/catalogue.hpp"

namespace bestgres::scenarios::workloads {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Faults = std::vector<Fault>;

constexpr const char* core = "operator-1";

Scenario base(std::string_view workload) {
    const Result<Scenario> made = make_workload(workload);
    BG_CHECK(made.ok(), "a recipe uses a workload of the catalogue");
    return *made;
}

Scenario with(std::string_view workload, Faults faults) {
    Scenario scenario = base(workload);
    scenario.faults.insert(scenario.faults.end(), faults.begin(), faults.end());
    return scenario;
}

Fault crash(std::string id, Trigger when) {
    return lasting(fault(std::move(id), FaultKind::operator_crash, core, std::move(when)),
                   seconds(3));
}

// Back after the crash, on the replica that stands still.
Fault crash_to_first_replica(std::string id, Trigger when) {
    return amounting(crash(std::move(id), std::move(when)), 1);
}

Trigger in_edit(const std::string& edit, Trigger next) {
    return then(
        {{.when = WhenState{.condition = Condition::edit_made, .subject = edit}}, std::move(next)});
}

Trigger operator_call(const char* verb, const char* kind, std::int64_t nth) {
    return after_call({.actor = "operator", .verb = verb, .kind = kind}, nth);
}

Fault freeze_first_replica(Trigger when) {
    return lasting(fault("freeze", FaultKind::replica_freeze, "api-1", std::move(when)),
                   minutes(10));
}

Scenario scaled_in_and_out_again() {
    Scenario scenario = with(
        "W07", {freeze_first_replica(after_call({.verb = "delete", .kind = "Pod", .name = "db-4"})),
                crash_to_first_replica("crash", after_edit("again", seconds(10)))});
    scenario.edits.push_back(patch_spec("again", when_settled_after("in"), {{"instances", 5}}));
    return scenario;
}

Scenario grown_while_a_claim_waits() {
    return with("W17",
                {crash("crash", in_edit("change", operator_call("", "PersistentVolumeClaim", 1))),
                 lasting(fault("resize", FaultKind::resize_fails, "a replica of db",
                               after_edit("change", seconds(0))),
                         minutes(20))});
}

Scenario all_pods_gone_and_one_broken() {
    Scenario scenario = with("W02-3-async", {});
    scenario.faults = {
        lasting(fault("pull", FaultKind::image_pull_fails, "db-0", when_settled_after("create")),
                minutes(10))};
    for (int ordinal = 0; ordinal < 3; ++ordinal) {
        scenario.faults.push_back(fault(fmt::format("kill-{}", ordinal), FaultKind::pod_kill,
                                        fmt::format("db-{}", ordinal),
                                        delayed(when_settled_after("create"), seconds(5))));
    }
    return scenario;
}

Scenario operator_cut_off_from_pods() {
    Scenario scenario = base("W02-3-async");
    for (int node = 1; node <= 3; ++node) {
        scenario.faults.push_back(
            lasting(fault(fmt::format("cut-{}", node), FaultKind::partition,
                          fmt::format("operator-1=node-{}", node), when_settled_after("create")),
                    minutes(5)));
    }
    return scenario;
}

Scenario only_a_lagging_copy_is_alive() {
    const Trigger later = delayed(when_settled_after("create"), seconds(20));
    return with(
        "W02-3-sync",
        {lasting(fault("stuck", FaultKind::replication_stuck, "another replica of db",
                       when_settled_after("create")),
                 minutes(4)),
         lasting(fault("primary", FaultKind::node_crash, "the node of the leader of db", later),
                 minutes(3)),
         lasting(fault("standby", FaultKind::node_crash,
                       "the node of the synchronous standby of db", later),
                 minutes(3))});
}

Scenario idle_for_a_day() {
    Scenario scenario = base("W02-3-async");
    scenario.edits.push_back(
        annotate("touch", after_edit("create", hours(24)), {{"example.com/touched", "yes"}}));
    return scenario;
}

std::vector<Recipe> stale_reads() {
    return {
        {1, "B16 B17 B20 B27", "K1 K5",
         with("W05-3-async", {freeze_first_replica(after_call(
                                  {.actor = "user", .verb = "delete", .kind = "BGCluster"})),
                              crash_to_first_replica("crash", after_edit("again", seconds(5)))})},
        {2, "B18 B28 B41", "K1 K10", scaled_in_and_out_again()},
        {7, "B40 B42", "M6 L1",
         with("W07",
              {lasting(fault("coalesce", FaultKind::watch_coalesce, "operator-1",
                             after_edit("in", seconds(0))),
                       minutes(5)),
               lasting(fault("stall", FaultKind::watch_stall, "operator-1/PersistentVolumeClaim",
                             after_edit("in", seconds(0))),
                       minutes(5))})},
        {8, "B32 B33", "M5 L1",
         with("W02", {amounting(lasting(fault("late", FaultKind::watch_delay, "operator-1/Secret",
                                              at_start()),
                                        minutes(5)),
                                30'000)})},
        {9, "B31 B36 B79", "K3 K4",
         with("W13-3-sync",
              {amounting(lasting(fault("late", FaultKind::watch_delay, "operator-1/Pod",
                                       after_edit("change", seconds(0))),
                                 minutes(5)),
                         20'000),
               fault("lost", FaultKind::volume_lost, "another replica of db",
                     after_edit("change", seconds(5)))})},
        {20, "B64", "D1 L2",
         with("W22-3-sync", {lasting(fault("stall", FaultKind::watch_stall, "operator-1/ConfigMap",
                                           when_settled_after("create")),
                                     minutes(15))})},
    };
}

std::vector<Recipe> crashes() {
    return {
        {3, "B01 B06", "M3 L5",
         with("W07", {crash("crash", in_edit("in", operator_call("", "StatefulSet", 1)))})},
        {4, "B02 B90", "M3 L1", grown_while_a_claim_waits()},
        {5, "B03 B04", "X3 M3",
         with("W02", {crash("crash", operator_call("create", "Secret", 1))})},
        {6, "B05 B15", "M3 L1",
         with("W11-3-async",
              {crash("crash", after_call({.actor = "operator", .verb = "patch_config"}))})},
        {6, "B05 B15", "M3 L1",
         with("W13-3-async", {crash("crash", operator_call("evict", "Pod", 2))})},
        {22, "B78 B88", "K14 M7",
         with("W13-3-async",
              {amounting(fault("second", FaultKind::second_operator, "operator-2",
                               when_settled_after("create")),
                         2),
               lasting(fault("pause", FaultKind::operator_pause, core, when_step("EvictPod")),
                       minutes(1))})},
        {23, "B80 B81 B82", "K1 K2 K3",
         with("W08", {crash("crash", in_edit("in", operator_call("", "StatefulSet", 1)))})},
        {25, "B87", "M7", base("W25-3-sync")},
    };
}

std::vector<Recipe> outages() {
    const Trigger settled = when_settled_after("create");
    return {
        {10, "B44 B45", "M12 L2", base("W14-3-async")},
        {10, "B44 B45", "M12 L2", all_pods_gone_and_one_broken()},
        {11, "B46 B48 B73 B74", "D1 D2 R1", base("W23-3-sync")},
        {12, "B49", "D2 D3",
         with("W18-3-quorum",
              {amounting(lasting(fault("lag", FaultKind::replication_lag, "a replica of db",
                                       after_edit("hand-over", seconds(0))),
                                 minutes(1)),
                         2'000)})},
        {13, "B50 B65", "D2 D9", only_a_lagging_copy_is_alive()},
        {14, "B51 B53", "K2", operator_cut_off_from_pods()},
        {14, "B51 B53", "K2",
         with("W02-3-async",
              {lasting(fault("probe", FaultKind::probe_fails, "the leader of db", settled),
                       seconds(30))})},
        {15, "B54 B125 B126", "L2",
         with("W02-3-sync",
              {amounting(lasting(fault("attach", FaultKind::volume_attach_slow, "the leader of db",
                                       settled),
                                 minutes(10)),
                         360),
               lasting(fault("crash", FaultKind::node_crash, "the node of the leader of db",
                             delayed(settled, seconds(1))),
                       minutes(10))})},
        {17, "B58 B59", "D1 R1",
         with("W02-3-sync",
              {lasting(fault("hang", FaultKind::patroni_hang, "the leader of db", settled),
                       seconds(40))})},
        {18, "B60 B121", "R1",
         with("W02-3-async", {lasting(fault("reboot", FaultKind::node_crash,
                                            "the node of the leader of db", settled),
                                      seconds(10))})},
    };
}

std::vector<Recipe> answers_and_people() {
    const Trigger settled = when_settled_after("create");
    return {
        {16, "B57", "L1 K4",
         with(
             "W20-3-sync",
             {lasting(fault("late", FaultKind::watch_delay, "operator-1/ConfigMap", settled),
                      minutes(3)),
              amounting(lasting(fault("refuse", FaultKind::rest_error, "the leader of db", settled),
                                seconds(30)),
                        412)})},
        {19, "B61 B63", "L2 D1",
         with("W02-3-async",
              {lasting(fault("lost", FaultKind::timeout_after, "the leader of db", settled),
                       seconds(3)),
               amounting(lasting(fault("forbid", FaultKind::refused, "the leader of db",
                                       delayed(settled, seconds(30))),
                                 seconds(10)),
                         403)})},
        {21, "B75", "L2 D5",
         with("W09-3-async", {fault("delete", FaultKind::leader_object_deleted, "db",
                                    when_settled_after("sleep"))})},
        {24, "B84 B85 B86 B96 B97", "K7 K9", idle_for_a_day()},
        {26, "B98 B99", "K7 K17",
         with("W29-3-async", {fault("foreign", FaultKind::object_edited, "Service/db",
                                    after_edit("change", seconds(1)))})},
        {27, "B100 B102 B103", "K6 K11", base("W44")},
        {28, "B107 B14", "X1 X2",
         with("W11-3-sync", {amounting(lasting(fault("errors", FaultKind::server_error, core,
                                                     after_edit("change", seconds(0))),
                                               seconds(20)),
                                       500)})},
    };
}

}  // namespace

std::vector<Recipe> recipes() {
    std::vector<Recipe> all;
    for (std::vector<Recipe> group : {stale_reads(), crashes(), outages(), answers_and_people()}) {
        for (Recipe& recipe : group) {
            recipe.scenario.name =
                fmt::format("recipe {} on {}", recipe.number, recipe.scenario.name);
            all.push_back(std::move(recipe));
        }
    }
    return all;
}

}  // namespace bestgres::scenarios::workloads
