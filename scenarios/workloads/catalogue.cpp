#include "scenarios/workloads/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/workloads/fill.hpp"

namespace bestgres::scenarios::workloads {
namespace {

std::vector<Shape> shapes_of(const Workload& workload) {
    std::vector<Shape> shapes;
    for (const std::int64_t members : workload.members) {
        shapes.push_back({.members = members});
    }
    if (workload.modes) {
        const std::int64_t most = workload.members.back();
        for (const Replication mode : {Replication::synchronous, Replication::quorum}) {
            shapes.push_back({.members = most, .replication = mode});
        }
    }
    shapes.push_back({.members = workload.members.back(), .patroni = PatroniVersion::v3_0});
    return shapes;
}

std::string choices() {
    std::string text = "the workloads are";
    for (const Workload& workload : catalogue()) {
        text += fmt::format("\n  {}  {} (", workload.id, workload.title);
        std::string shapes;
        for (const Shape& shape : shapes_of(workload)) {
            shapes += (shapes.empty() ? "" : ", ") + to_string(shape);
        }
        text += shapes + ")";
    }
    return text;
}

}  // namespace

const std::vector<Workload>& catalogue() {
    static const std::vector<Workload> all = {
        {"W01", "create one member", true, false, {1}, fill_create},
        {"W02", "create three members", true, true, {3}, fill_create},
        {"W03", "delete, volumes stay", true, false, {1, 3}, fill_delete_and_keep},
        {"W04", "delete with the volumes", true, false, {1, 3}, fill_delete_with_volumes},
        {"W05", "delete, and create again under the same name", true, false, {1, 3}, fill_recreate},
        {"W06", "scale from one to three", true, true, {1}, fill_scale_out},
        {"W07", "scale from three to five and back", false, true, {3}, fill_scale_and_back},
        {"W08", "scale to one, and the last member leads", false, true, {3}, fill_scale_to_one},
        {"W09", "scale to none and back", false, true, {1, 3}, fill_hibernate},
        {"W10", "a setting that needs a reload", true, true, {1, 3}, fill_reload},
        {"W11", "a setting that needs restarts, up and down", true, true, {1, 3}, fill_restart},
        {"W12", "a roll for other resources", true, true, {1, 3}, fill_resources},
        {"W13", "a roll for another image", true, true, {1, 3}, fill_image},
        {"W14", "an image that cannot be pulled, and back", false, true, {1, 3}, fill_bad_image},
        {"W15", "resources that no node has, and back", false, true, {1, 3}, fill_impossible},
        {"W16", "storage grows", true, false, {1, 3}, fill_grow},
        {"W17", "storage grows together with other resources", false, true, {1, 3}, fill_grow_roll},
        {"W18", "a switchover to a named member", true, true, {3}, fill_switchover},
        {"W19", "a switchover without a candidate", false, true, {3}, fill_switchover_to_any},
        {"W20", "the primary's node is drained", true, true, {1, 3}, fill_drain_primary},
        {"W21", "all nodes are drained one by one", false, true, {3}, fill_drain_all},
        {"W22", "the primary is killed", true, true, {1, 3}, fill_kill_primary},
        {"W23", "the primary's node is cut off, and heals", false, true, {3}, fill_cut_off},
        {"W24", "no API server for ten minutes", false, true, {3}, fill_api_outage},
        {"W25", "the operator is upgraded in a roll", false, true, {3}, fill_upgrade_operator},
        {"W29", "a label and an annotation come and go", true, false, {1, 3}, fill_labels},
        {"W36", "a shard is added, and gets its share", false, false, {1, 2}, fill_add_shard},
        {"W37", "two shards are added at once", false, false, {1, 2}, fill_add_two_shards},
        {"W38", "a shard is removed", false, false, {1, 2}, fill_remove_shard},
        {"W39", "a shard goes, with second thoughts", false, false, {1}, fill_remove_and_repent},
        {"W40",
         "the coordinator fails over in a rebalance",
         false,
         true,
         {2},
         fill_coordinator_lost},
        {"W41", "workers fail over while one is drained", false, true, {2}, fill_worker_lost},
        {"W43", "paused and resumed by hand in a roll", false, true, {3}, fill_pause},
        {"W44", "two clusters whose names collide", false, false, {1}, fill_collision},
        {"W45", "fifty clusters, one of them sick", false, false, {1}, fill_fleet},
        {"W46", "an image that never gets ready, and back", false, true, {3}, fill_sick_image},
        {"W47", "an operation switches over", false, true, {3}, fill_operation_switchover},
        {"W48", "an operation restarts all", false, true, {1, 3}, fill_operation_restart},
        {"W49", "an operation copies a replica", false, true, {3}, fill_operation_reinit},
        {"W50", "operations queue, in a roll", false, true, {3}, fill_operation_queue},
        {"W51", "a deletion is held, and confirmed later", false, true, {1, 3}, fill_protected},
        {"W52", "an operation runs programs", false, true, {1, 3}, fill_operation_vacuum},
        {"W53", "a program is cancelled, another waits", false, true, {3}, fill_operation_stopped},
        {"W54", "an operation restarts all groups", false, false, {1, 2}, fill_restart_groups},
        {"W60", "hibernate and resume", false, true, {1, 3}, fill_rest_and_resume},
        {"W61", "hibernate, with second thoughts", false, true, {3}, fill_rest_and_repent},
        {"W62", "members come back in quarantine", false, true, {3}, fill_come_back},
        {"W63", "quarantines end, a volume is kept", false, true, {3}, fill_stay_away},
        {"W64", "a held deletion is taken back", false, true, {1, 3}, fill_undelete},
        {"W65", "a quarantine is called off", false, false, {3}, fill_another_policy},
        {"W66", "the operator is removed by helm", false, false, {1, 3}, fill_removed_operator},
        {"W67", "the operator's namespace ends", false, false, {1, 3}, fill_namespace_inside},
        {"W68",
         "its namespace ends, the operator's stays",
         false,
         false,
         {1, 3},
         fill_namespace_outside},
    };
    return all;
}

Scenario make_workload(const Workload& workload, const Shape& shape) {
    Scenario scenario;
    scenario.name = fmt::format("{}-{}", workload.id, to_string(shape));
    scenario.topology.patroni = shape.patroni;
    workload.fill(scenario, shape);
    return scenario;
}

Result<Scenario> make_workload(std::string_view name) {
    const std::string_view id = name.substr(0, name.find('-'));
    for (const Workload& workload : catalogue()) {
        if (workload.id != id) {
            continue;
        }
        for (const Shape& shape : shapes_of(workload)) {
            if (name == id || name == fmt::format("{}-{}", id, to_string(shape))) {
                return make_workload(workload, shape);
            }
        }
    }
    return Error{fmt::format("\"{}\" is no workload; {}", name, choices())};
}

std::vector<std::string> workload_names() {
    std::vector<std::string> names;
    for (const Workload& workload : catalogue()) {
        for (const Shape& shape : shapes_of(workload)) {
            names.push_back(fmt::format("{}-{}", workload.id, to_string(shape)));
        }
    }
    return names;
}

std::vector<Scenario> all_workloads() {
    std::vector<Scenario> all;
    for (const Workload& workload : catalogue()) {
        for (const Shape& shape : shapes_of(workload)) {
            all.push_back(make_workload(workload, shape));
        }
    }
    return all;
}

}  // namespace bestgres::scenarios::workloads
