#include "scenarios/mutants/traps_of_leavers.hpp"

#include "scenarios/mutants/trap_words.hpp"
#include "scenarios/workloads/manifests.hpp"

namespace bestgres::mutants {
namespace {

using namespace scenarios;
using namespace scenarios::workloads;
using std::chrono::minutes;
using std::chrono::seconds;

kube::Ref claim(const char* name) {
    return {kube::kinds::persistent_volume_claim, "shop", name};
}

Edit remove(std::string id, Trigger when, const kube::Ref& ref) {
    return {.id = std::move(id), .when = std::move(when), .action = DeleteResource{.ref = ref}};
}

Edit members(std::string id, Trigger when, std::int64_t count) {
    return patch_spec(std::move(id), std::move(when), {{"instances", count}});
}

Trigger when_gone(const std::string& edit, const char* object) {
    return then({after_edit(edit, {}), when_absent(object)});
}

// The last member leads, and commits wait for one that is to leave as well: the one that stays was
// away for a while.
Scenario heir_leaves_later() {
    constexpr const char* standby = "the synchronous standby of db";
    Scenario scenario = on("W08-3-sync", {});
    scenario.faults = {
        hitting(FaultKind::kubelet_dead, std::string("the node of ") + standby,
                delayed(settled(), seconds(1)), seconds(40)),
        hitting(FaultKind::container_crash, standby, delayed(settled(), seconds(2)))};
    scenario.edits[1] = switch_over("hand-over", delayed(settled(), seconds(20)), standby);
    return scenario;
}

// The member that is to leave led until a moment ago, holds what the others lack, and starts slowly
// on another pod.
Scenario leaver_led_last() {
    Scenario scenario = on("W02-3-async", {});
    const Trigger leads = then({when_settled_after("hand-over"), when_leads("db-2")});
    scenario.edits.push_back(switch_over("hand-over", settled(), "db-2"));
    scenario.edits.push_back(members("in", delayed(leads, seconds(13)), 2));
    for (const char* const replica : {"db-0", "db-1"}) {
        Fault behind = fault(std::string("f-") + replica, FaultKind::replication_stuck, replica,
                             delayed(leads, seconds(1)));
        scenario.faults.push_back(lasting(std::move(behind), seconds(20)));
    }
    scenario.faults.push_back(amounting(
        hitting(FaultKind::volume_attach_slow, "db-2", delayed(leads, seconds(9)), minutes(1)),
        30));
    scenario.faults.push_back(
        amounting(hitting(FaultKind::pod_kill, "db-2", delayed(leads, seconds(10))), 1));
    return scenario;
}

// Somebody mounts the volume of a member that left, and lets go when its quarantine is long over.
// No node has what his pod asks for, so that it never runs.
Scenario rescue() {
    Scenario scenario = on("W02-3-async", {});
    auto& create = std::get<ApplyManifest>(scenario.edits.front().action);
    create.manifest = with_spec(
        create.manifest,
        {{"volumeSpec", {{"retention", {{"whenScaled", "Quarantine"}, {"quarantine", "2m"}}}}}});
    Json volume;
    volume["name"] = "data";
    volume["persistentVolumeClaim"]["claimName"] = "pgdata-db-2";
    Json pod = {{"apiVersion", "v1"},
                {"kind", "Pod"},
                {"metadata", {{"name", "rescue"}, {"namespace", "shop"}}}};
    pod["spec"]["nodeSelector"]["disk"] = "absent";
    pod["spec"]["volumes"] = Json::array({volume});
    pod["spec"]["containers"] = Json::array({{{"name", "shell"}, {"image", "shell:1"}}});
    scenario.edits.push_back(members("in", settled(), 2));
    scenario.edits.push_back(apply("rescue", after_edit("in", seconds(40)), pod));
    scenario.edits.push_back(
        remove("done", after_edit("rescue", minutes(5)), {kube::kinds::pod, "shop", "rescue"}));
    return scenario;
}

// A cluster is made again without the first volume and without Patroni's record, and becomes
// another database. Of that, again without the record, there is one volume, and two are of the
// first. They are deleted when nobody started on them. Nobody writes, so that nothing acknowledged
// is lost.
Scenario two_databases() {
    Scenario scenario = on("W03-3-async", {});
    scenario.topology.clients = 0;
    const kube::Ref record{kube::kinds::config_map, "shop", "db-config"};
    const Json manifest = std::get<ApplyManifest>(scenario.edits.front().action).manifest;
    const Json alone = with_spec(manifest, {{"instances", 1}});
    auto& edits = scenario.edits;
    edits.push_back(remove("lose", when_gone("delete", "BGCluster/db"), claim("pgdata-db-0")));
    edits.push_back(remove("forget", after_edit("lose", seconds(1)), record));
    edits.push_back(apply("again", after_edit("forget", seconds(1)), alone));
    edits.push_back(delete_cluster("delete again", when_settled_after("again")));
    edits.push_back(remove("forget again", when_gone("delete again", "BGCluster/db"), record));
    edits.push_back(apply("at last", after_edit("forget again", seconds(1)), manifest));
    edits.push_back(remove("clear one", after_edit("at last", seconds(40)), claim("pgdata-db-1")));
    edits.push_back(remove("clear two", after_edit("at last", seconds(40)), claim("pgdata-db-2")));
    return scenario;
}

// Likewise, and more members are asked for while the record is there.
Scenario strange_neighbours() {
    Scenario scenario = two_databases();
    auto& edits = scenario.edits;
    edits.resize(5);
    edits.push_back(members("out", when_settled_after("again"), 3));
    edits.push_back(remove("clear one", after_edit("out", seconds(40)), claim("pgdata-db-1")));
    edits.push_back(remove("clear two", after_edit("out", seconds(40)), claim("pgdata-db-2")));
    return scenario;
}

}  // namespace

std::vector<Trap> traps_of_leavers() {
    return {{"trap heir-leaves-later", heir_leaves_later()},
            {"trap leaver-led-last", leaver_led_last()},
            {"trap rescue", rescue()},
            {"trap two-databases", two_databases()},
            {"trap strange-neighbours", strange_neighbours()}};
}

}  // namespace bestgres::mutants
