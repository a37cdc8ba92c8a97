// What each workload of the catalogue does: its edits, and the faults that belong to it.
#pragma once

#include "scenarios/workloads/manifests.hpp"

namespace bestgres::scenarios::workloads {

// lifecycle.cpp
void fill_create(Scenario& scenario, const Shape& shape);
void fill_delete_and_keep(Scenario& scenario, const Shape& shape);
void fill_delete_with_volumes(Scenario& scenario, const Shape& shape);
void fill_recreate(Scenario& scenario, const Shape& shape);
void fill_scale_out(Scenario& scenario, const Shape& shape);
void fill_scale_and_back(Scenario& scenario, const Shape& shape);
void fill_scale_to_one(Scenario& scenario, const Shape& shape);
void fill_undelete(Scenario& scenario, const Shape& shape);
void fill_protected(Scenario& scenario, const Shape& shape);
void fill_hibernate(Scenario& scenario, const Shape& shape);
void fill_rest_and_resume(Scenario& scenario, const Shape& shape);
void fill_rest_and_repent(Scenario& scenario, const Shape& shape);
void fill_collision(Scenario& scenario, const Shape& shape);
void fill_fleet(Scenario& scenario, const Shape& shape);

// quarantine.cpp
void fill_come_back(Scenario& scenario, const Shape& shape);
void fill_stay_away(Scenario& scenario, const Shape& shape);
void fill_another_policy(Scenario& scenario, const Shape& shape);

// endings.cpp
void fill_removed_operator(Scenario& scenario, const Shape& shape);
void fill_namespace_inside(Scenario& scenario, const Shape& shape);
void fill_namespace_outside(Scenario& scenario, const Shape& shape);

// changes.cpp
void fill_reload(Scenario& scenario, const Shape& shape);
void fill_restart(Scenario& scenario, const Shape& shape);
void fill_resources(Scenario& scenario, const Shape& shape);
void fill_image(Scenario& scenario, const Shape& shape);
void fill_bad_image(Scenario& scenario, const Shape& shape);
void fill_sick_image(Scenario& scenario, const Shape& shape);
void fill_impossible(Scenario& scenario, const Shape& shape);
void fill_grow(Scenario& scenario, const Shape& shape);
void fill_grow_roll(Scenario& scenario, const Shape& shape);
void fill_labels(Scenario& scenario, const Shape& shape);
void fill_upgrade_operator(Scenario& scenario, const Shape& shape);
void fill_pause(Scenario& scenario, const Shape& shape);

// disturbances.cpp
void fill_switchover(Scenario& scenario, const Shape& shape);
void fill_switchover_to_any(Scenario& scenario, const Shape& shape);
void fill_drain_primary(Scenario& scenario, const Shape& shape);
void fill_drain_all(Scenario& scenario, const Shape& shape);
void fill_kill_primary(Scenario& scenario, const Shape& shape);
void fill_cut_off(Scenario& scenario, const Shape& shape);
void fill_api_outage(Scenario& scenario, const Shape& shape);

// operations.cpp
void fill_operation_switchover(Scenario& scenario, const Shape& shape);
void fill_operation_restart(Scenario& scenario, const Shape& shape);
void fill_operation_reinit(Scenario& scenario, const Shape& shape);
void fill_operation_queue(Scenario& scenario, const Shape& shape);
void fill_operation_vacuum(Scenario& scenario, const Shape& shape);
void fill_operation_stopped(Scenario& scenario, const Shape& shape);

// sharded.cpp
void fill_add_shard(Scenario& scenario, const Shape& shape);
void fill_add_two_shards(Scenario& scenario, const Shape& shape);
void fill_remove_shard(Scenario& scenario, const Shape& shape);
void fill_remove_and_repent(Scenario& scenario, const Shape& shape);
void fill_coordinator_lost(Scenario& scenario, const Shape& shape);
void fill_worker_lost(Scenario& scenario, const Shape& shape);
void fill_restart_groups(Scenario& scenario, const Shape& shape);

}  // namespace bestgres::scenarios::workloads
