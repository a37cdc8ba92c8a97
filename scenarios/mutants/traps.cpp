#include "scenarios/mutants/traps.hpp"

#include "operator/api/operation.hpp"
#include "operator/api/sharded.hpp"
#include "scenarios/mutants/trap_words.hpp"
#include "scenarios/mutants/traps_of_leavers.hpp"
#include "scenarios/workloads/manifests.hpp"

namespace bestgres::mutants {
namespace {

using namespace scenarios;
using namespace scenarios::workloads;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* core = "operator-1";
constexpr const char* leader = "the leader of db";
constexpr const char* leaders_node = "the node of the leader of db";

kube::Ref resource() {
    return {kube::kinds::bg_cluster, "shop", "db"};
}

// Somebody else's finalizer stands on the resource, and goes two minutes after it was deleted.
Scenario foreign_finalizer() {
    Scenario scenario = on("W03-1-async", {});
    const auto finalizers = [](Json list) {
        return Json{{"metadata", {{"finalizers", std::move(list)}}}};
    };
    scenario.edits.insert(
        scenario.edits.begin() + 1,
        edit_child("hold", when_settled_after("create"), resource(),
                   finalizers(Json::array({"bestgres.io/cluster", "example.com/hold"}))));
    scenario.edits[2].when = when_settled_after("hold");
    scenario.edits.push_back(edit_child("release", after_edit("delete", minutes(2)), resource(),
                                        finalizers(Json::array())));
    return scenario;
}

Scenario service_annotation() {
    Scenario scenario = on("W01-1-async", {});
    const auto annotated = [](const Json& value) {
        return Json{{"services", {{"primary", {{"annotations", {{"example.com/pool", value}}}}}}}};
    };
    scenario.edits.push_back(patch_spec("add", settled(), annotated("blue")));
    scenario.edits.push_back(patch_spec("remove", when_settled_after("add"), annotated(Json())));
    return scenario;
}

// Volumes of members that leave are to go, and nobody leaves.
Scenario removing_surplus() {
    Scenario scenario = on("W01-1-async", {});
    auto& create = std::get<ApplyManifest>(scenario.edits.front().action);
    create.manifest =
        with_spec(create.manifest, {{"volumeSpec", {{"retention", {{"whenScaled", "Delete"}}}}}});
    return scenario;
}

// One setting that binds standbys is raised while another one is lowered.
Scenario up_and_down() {
    Scenario scenario = on("W11-3-async", {});
    const Json both = {{"max_connections", "60"}, {"max_worker_processes", "24"}};
    scenario.edits.back() =
        patch_spec("down", when_settled_after("change"), {{"postgresql", {{"parameters", both}}}});
    return scenario;
}

// A spec that the server takes and the operator refuses, and its way back.
Scenario refused_spec() {
    Scenario scenario = on("W01-1-async", {});
    const auto port = [](const Json& value) {
        return Json{{"postgresql", {{"parameters", {{"port", value}}}}}};
    };
    scenario.edits.push_back(patch_spec("wrong", settled(), port("5433")));
    scenario.edits.push_back(patch_spec("back", after_edit("wrong", minutes(2)), port(Json())));
    return scenario;
}

// The finalizer was taken away by hand: all that the first cluster had is there when its namesake
// comes, which asks for less.
Scenario namesake() {
    Scenario scenario =
        on("W05-1-async", {hitting(FaultKind::finalizer_removed, "BGCluster/db", settled())});
    auto& first = std::get<ApplyManifest>(scenario.edits.front().action);
    first.manifest = with_spec(first.manifest, {{"volumeSpec", {{"persistentVolumeSize", "2Gi"}}}});
    scenario.edits[1].when = after_fault("f-finalizer_removed", milliseconds(1));
    return scenario;
}

// The operator hears late of pods and of the lock: while it learns of a new image it still takes
// the former primary for the one that leads.
Scenario late_lock() {
    Scenario scenario = on("W13-3-async", {});
    for (const char* const kind : {"operator-1/Pod", "operator-1/ConfigMap"}) {
        scenario.faults.push_back(amounting(lasting(fault("late-" + std::string(kind).substr(11),
                                                          FaultKind::watch_delay, kind, settled()),
                                                    minutes(3)),
                                            60'000));
    }
    scenario.edits.back().when = delayed(settled(), seconds(15));
    scenario.edits.push_back(
        switch_over("hand-over", delayed(settled(), seconds(1)), "a replica of db"));
    return scenario;
}

// The member in the middle leads when all but the first are to leave.
Scenario middle_leads() {
    Scenario scenario = on("W08-3-async", {});
    scenario.edits[1] = switch_over("hand-over", settled(), "db-1");
    scenario.edits[2].when = then({when_settled_after("hand-over"), when_leads("db-1")});
    return scenario;
}

// The claim of the only member is deleted by hand, and then nobody leads for a while.
Scenario lone_claim_deleted() {
    return on(
        "W01-1-async",
        {hitting(FaultKind::object_deleted, "PersistentVolumeClaim/pgdata-db-0", settled()),
         hitting(FaultKind::patroni_hang, "db-0", delayed(settled(), seconds(5)), seconds(50))});
}

// The answer to a write of the operator is lost, and its watch on that kind tells of it much later.
Scenario lost_and_late(std::string_view workload, const char* kind, const Trigger& from) {
    const Trigger written =
        then({from, after_call({.actor = "operator", .verb = "patch", .kind = kind, .name = "db"},
                               1, CallPoint::before_send)});
    return on(workload, {hitting(FaultKind::reset, core, written),
                         amounting(hitting(FaultKind::watch_delay,
                                           std::string("operator-1/") + kind, from, minutes(2)),
                                   30'000)});
}

// Two members are to leave at a moment when the one that stays is down.
Scenario scale_in_behind() {
    Scenario scenario =
        on("W02-3-async", {hitting(FaultKind::node_crash, leaders_node, settled(), minutes(4))});
    scenario.edits.push_back(patch_spec("in", delayed(settled(), seconds(2)), {{"instances", 1}}));
    return scenario;
}

Scenario slow_copy() {
    Scenario scenario =
        on("W02-3-async", {hitting(FaultKind::volume_lost, "a replica of db", settled())});
    scenario.knobs.copy_takes = minutes(3);
    return scenario;
}

// The leader stops alone with the end of its log while Patroni is paused, somebody else takes over,
// and its one rewind fails.
Scenario rewind_failed() {
    const auto later = [](int span) { return after_edit("hand-over", seconds(span)); };
    return on("W18-3-async", {hitting(FaultKind::rewind_fails, "db-0", later(30), minutes(2)),
                              hitting(FaultKind::paused_by_hand, "db", later(40), seconds(30)),
                              hitting(FaultKind::volume_read_only, "db-0", later(45), seconds(5))});
}

// Another operator waits behind the first, whose lease goes wrong.
Scenario two_operators(std::vector<Fault> faults) {
    faults.push_back(
        amounting(fault("second", FaultKind::second_operator, "operator-2", settled()), 1));
    return on("W13-3-async", std::move(faults));
}

Scenario throttled_roll() {
    return on("W13-3-async", {amounting(hitting(FaultKind::throttled, core,
                                                after_edit("change", seconds(0)), seconds(60)),
                                        20)});
}

// Its disk keeps the member that stopped last from starting first.
Scenario late_first() {
    return busy(on("W60-3-async", {amounting(hitting(FaultKind::volume_attach_slow, "db-0",
                                                     after_edit("wake", seconds(0)), minutes(3)),
                                             90)}));
}

std::vector<Trap> of_data() {
    return {
        {"trap late-first", late_first()},
        {"trap frozen-primary",
         on("W02-3-async", {hitting(FaultKind::patroni_hang, leader, settled(), minutes(2))})},
        {"trap node-lost-for-ever",
         on("W02-3-async", {for_ever(hitting(FaultKind::node_crash, leaders_node, settled()))})},
        {"trap busy-roll", busy(on("W13-3-async", {}))},
        {"trap busy-crash", busy(on("W02-3-async", {hitting(FaultKind::node_crash, leaders_node,
                                                            settled(), minutes(1))}))},
        {"trap busy-cut-off",
         busy(on("W02-3-async", {hitting(FaultKind::partition, leaders_node + std::string("="),
                                         settled(), minutes(1))}))},
        {"trap busy-synchronous-crash",
         busy(on("W02-3-sync",
                 {amounting(hitting(FaultKind::latency, leaders_node + std::string("="), settled(),
                                    minutes(1)),
                            200),
                  hitting(FaultKind::node_crash, leaders_node, delayed(settled(), seconds(5)),
                          minutes(1))}))},
        {"trap scale-in-behind", scale_in_behind()},
        {"trap middle-leads", middle_leads()},
        {"trap lone-claim-deleted", lone_claim_deleted()},
        {"trap last-copy", removing_surplus()},
        {"trap slow-copy", slow_copy()},
        {"trap rewind-failed", rewind_failed()},
        {"trap standbys-lost",
         on("W02-3-sync",
            {hitting(FaultKind::replication_stuck, "a replica of db", settled(), minutes(2)),
             lasting(
                 fault("f-other", FaultKind::replication_stuck, "another replica of db", settled()),
                 minutes(2))})},
        {"trap bootstrapper-killed",
         on("W02-3-async", {hitting(FaultKind::container_crash, "db-0",
                                    {.when = WhenState{.condition = Condition::member_state,
                                                       .subject = "db-0",
                                                       .value = "initializing new cluster"}})})},
        {"trap claim-deleted",
         on("W02-3-async",
            {hitting(FaultKind::object_deleted, "PersistentVolumeClaim/pgdata-db-1", settled())})},
        {"trap leaders-claim-deleted",
         on("W02-3-async",
            {hitting(FaultKind::object_deleted, "PersistentVolumeClaim/pgdata-db-0", settled())})},
    };
}

std::vector<Trap> of_calls() {
    const Trigger apply_set =
        after_call({.actor = "operator", .verb = "patch", .kind = "StatefulSet", .name = "db"}, 1,
                   CallPoint::before_send);
    return {
        {"trap lost-answer", on("W01-1-async", {hitting(FaultKind::reset, core, apply_set)})},
        {"trap lost-service", lost_and_late("W01-1-async", "Service", at_start())},
        {"trap lost-change",
         lost_and_late("W12-1-async", "StatefulSet", after_edit("change", seconds(0)))},
        {"trap throttled-once",
         on("W01-1-async", {amounting(hitting(FaultKind::throttled, core, apply_set), 20)})},
        {"trap quota",
         on("W01-1-async", {hitting(FaultKind::quota, core, at_start(), seconds(60))})},
        {"trap nothing-applied",
         on("W01-1-async", {hitting(FaultKind::timeout_before, core, apply_set)})},
        {"trap refused-once",
         on("W01-1-async", {amounting(hitting(FaultKind::server_error, core, apply_set), 500)})},
        {"trap throttled-roll", throttled_roll()},
        {"trap errors-in-a-roll",
         on("W13-3-async", {amounting(hitting(FaultKind::server_error, core,
                                              after_edit("change", seconds(0)), seconds(60)),
                                      500)})},
        {"trap silent-patroni",
         on("W10-3-async", {hitting(FaultKind::rest_silent, leader,
                                    after_edit("change", seconds(0)), seconds(30))})},
        {"trap another-writer",
         on("W12-3-async", {hitting(FaultKind::competing_writer, core,
                                    after_edit("change", seconds(0)), seconds(30))})},
        {"trap watches-end", on("W13-3-async", {hitting(FaultKind::watch_drop, core,
                                                        after_edit("change", seconds(5)))})},
        {"trap watches-gone", on("W13-3-async", {hitting(FaultKind::watch_gone, core,
                                                         after_edit("change", seconds(5)))})},
        {"trap late-lock", late_lock()},
        {"trap late-pods",
         on("W13-3-async", {amounting(hitting(FaultKind::watch_delay, "operator-1/Pod",
                                              after_edit("change", seconds(0)), minutes(5)),
                                      15'000)})},
        {"trap late-everything",
         on("W07-3-async", {amounting(hitting(FaultKind::watch_delay, core,
                                              after_edit("out", seconds(0)), minutes(8)),
                                      15'000)})},
        {"trap missed-deletion",
         on("W22-3-async",
            {hitting(FaultKind::watch_stall, "operator-1/Pod", settled(), minutes(1))})},
        {"trap secret-deleted",
         on("W02-3-async", {hitting(FaultKind::object_deleted, "Secret/db", settled())})},
    };
}

std::vector<Trap> of_people_and_operators() {
    return {
        {"trap foreign-finalizer", foreign_finalizer()},
        {"trap up-and-down", up_and_down()},
        {"trap refused-spec", refused_spec()},
        {"trap namesake", namesake()},
        {"trap service-annotation", service_annotation()},
        {"trap two-operators", two_operators({})},
        {"trap operator-paused", two_operators({hitting(FaultKind::operator_pause, core,
                                                        when_step("EvictPod"), seconds(45))})},
        {"trap paused-in-a-look",
         two_operators(
             {hitting(FaultKind::operator_pause, core,
                      then({after_edit("change", seconds(0)),
                            after_call({.actor = "operator", .verb = "list", .kind = "Pod"})}),
                      seconds(45))})},
        {"trap renewal-fails", two_operators({hitting(FaultKind::lease_renewal_fails, core,
                                                      when_step("EvictPod"), minutes(1))})},
        {"trap slow-lease",
         two_operators({amounting(
             hitting(FaultKind::slow_answers, core, when_step("EvictPod"), minutes(2)), 4'000)})},
        {"trap budget-edited", on("W02-3-async", {hitting(FaultKind::object_edited,
                                                          "PodDisruptionBudget/db", settled())})},
        {"trap paused-roll",
         on("W13-3-async", {hitting(FaultKind::paused_by_hand, "db",
                                    after_edit("change", milliseconds(1)), minutes(3))})},
    };
}

Scenario change_in_a_rebalance() {
    Scenario scenario = on("W36-2-async", {});
    scenario.edits.push_back(edit_child(
        "change",
        delayed(then({after_edit("grow", {}), when_step("RunCitus rebalance")}), seconds(1)),
        {kube::kinds::bg_sharded_cluster, "shop", "db"},
        {{"spec", {{"workers", {{"resources", {{"requests", {{"cpu", "200m"}}}}}}}}}}));
    return scenario;
}

// The worker that gets the shards fails over to a standby that has not heard of them.
Scenario metadata_lost() {
    Scenario scenario = on("W41-2-async", {});
    const Trigger moving = then({after_edit("shrink", {}), when_step("RunCitus move")});
    scenario.faults = {
        hitting(FaultKind::replication_stuck, "a replica of db-worker-0", moving, minutes(3)),
        hitting(FaultKind::container_crash, "the leader of db-worker-0",
                delayed(moving, seconds(9))),
        hitting(FaultKind::kubelet_dead, "the node of the leader of db-worker-0",
                delayed(moving, seconds(8)), minutes(2))};
    scenario.knobs.write_every = seconds(20);
    return scenario;
}

Scenario slow_group(const char* workload, const char* member, Duration start) {
    Scenario scenario =
        on(workload,
           {hitting(FaultKind::slow_start, member, after_edit("up", milliseconds(100)), start)});
    // A shard that is made meanwhile would hold the groups back.
    std::erase_if(scenario.edits, [](const Edit& edit) { return edit.id == "grow"; });
    scenario.knobs.write_every = seconds(20);
    return scenario;
}

// Somebody cancels one of the groups while it waits for an operation of that group's own.
Scenario cancelled_group() {
    Scenario scenario = slow_group("W54-1-async", "db-worker-0-0", seconds(30));
    const kube::Ref own{kube::kinds::bg_db_ops, "shop", "own"};
    scenario.edits.push_back(
        {.id = own.name,
         .when = after_edit("up", {}),
         .action = ApplyManifest{
             .manifest = {{"apiVersion", own.kind.api_version()},
                          {"kind", own.kind.name},
                          {"metadata", {{"name", own.name}, {"namespace", own.ns}}},
                          {"spec", {{"bgCluster", "db-worker-0"}, {"op", "restart"}}}}}});
    scenario.edits.push_back(
        {.id = "cancel a group",
         .when = after_edit("up", seconds(10)),
         .action = DeleteResource{.ref = {kube::kinds::bg_db_ops, "shop", "up-db-worker-0"}}});
    return scenario;
}

// With few rows, so that a run which never comes to rest costs little.
Trap calm(const char* workload) {
    Scenario scenario = on(workload, {});
    scenario.knobs.write_every = seconds(20);
    return {"trap calm " + std::string(workload), std::move(scenario)};
}

std::vector<Trap> of_shards() {
    return {{"trap change-in-a-rebalance", change_in_a_rebalance()},
            {"trap metadata-lost", metadata_lost()},
            {"trap cancelled-group", cancelled_group()},
            {"trap slow-group", slow_group("W54-2-async", "a replica of db-worker-0", seconds(90))},
            calm("W36-1-async"),
            calm("W38-1-async"),
            calm("W39-1-async"),
            calm("W41-2-sync"),
            calm("W54-1-async")};
}

}  // namespace

std::vector<Trap> traps() {
    std::vector<Trap> all;
    for (std::vector<Trap> group :
         {of_data(), of_calls(), of_people_and_operators(), of_shards(), traps_of_leavers()}) {
        for (Trap& trap : group) {
            trap.scenario.name = trap.name + " on " + trap.scenario.name;
            all.push_back(std::move(trap));
        }
    }
    return all;
}

}  // namespace bestgres::mutants
