// What `kubectl get` shows of the built-in kinds: the columns of each kind and one row's cells.
#pragma once

#include <vector>

#include "fakekube/resource.hpp"

namespace bestgres::fakekube {

// Name and Age: of every kind without columns of its own.
std::vector<TableColumn> plain_columns();
std::vector<Json> plain_cells(const Json& object, Instant now);

std::vector<TableColumn> pod_columns();
std::vector<Json> pod_cells(const Json& pod, Instant now);
std::vector<TableColumn> pod_template_columns();
std::vector<Json> pod_template_cells(const Json& object, Instant now);

std::vector<TableColumn> stateful_set_columns();
std::vector<Json> stateful_set_cells(const Json& object, Instant now);
std::vector<TableColumn> deployment_columns();
std::vector<Json> deployment_cells(const Json& object, Instant now);
std::vector<TableColumn> replica_set_columns();
std::vector<Json> replica_set_cells(const Json& object, Instant now);
std::vector<TableColumn> daemon_set_columns();
std::vector<Json> daemon_set_cells(const Json& object, Instant now);
std::vector<TableColumn> controller_revision_columns();
std::vector<Json> controller_revision_cells(const Json& object, Instant now);
std::vector<TableColumn> job_columns();
std::vector<Json> job_cells(const Json& object, Instant now);
std::vector<TableColumn> cron_job_columns();
std::vector<Json> cron_job_cells(const Json& object, Instant now);
std::vector<TableColumn> horizontal_pod_autoscaler_columns();
std::vector<Json> horizontal_pod_autoscaler_cells(const Json& object, Instant now);

std::vector<TableColumn> config_map_columns();
std::vector<Json> config_map_cells(const Json& object, Instant now);
std::vector<TableColumn> secret_columns();
std::vector<Json> secret_cells(const Json& object, Instant now);
std::vector<TableColumn> service_account_columns();
std::vector<Json> service_account_cells(const Json& object, Instant now);
std::vector<TableColumn> namespace_columns();
std::vector<Json> namespace_cells(const Json& object, Instant now);
std::vector<TableColumn> node_columns();
std::vector<Json> node_cells(const Json& object, Instant now);
std::vector<TableColumn> event_columns();
std::vector<Json> event_cells(const Json& object, Instant now);

std::vector<TableColumn> service_columns();
std::vector<Json> service_cells(const Json& object, Instant now);
std::vector<TableColumn> endpoints_columns();
std::vector<Json> endpoints_cells(const Json& object, Instant now);
std::vector<TableColumn> endpoint_slice_columns();
std::vector<Json> endpoint_slice_cells(const Json& object, Instant now);
std::vector<TableColumn> network_policy_columns();
std::vector<Json> network_policy_cells(const Json& object, Instant now);
std::vector<TableColumn> ingress_columns();
std::vector<Json> ingress_cells(const Json& object, Instant now);

std::vector<TableColumn> persistent_volume_claim_columns();
std::vector<Json> persistent_volume_claim_cells(const Json& object, Instant now);
std::vector<TableColumn> persistent_volume_columns();
std::vector<Json> persistent_volume_cells(const Json& object, Instant now);
std::vector<TableColumn> storage_class_columns();
std::vector<Json> storage_class_cells(const Json& object, Instant now);

std::vector<TableColumn> lease_columns();
std::vector<Json> lease_cells(const Json& object, Instant now);
std::vector<TableColumn> pod_disruption_budget_columns();
std::vector<Json> pod_disruption_budget_cells(const Json& object, Instant now);
std::vector<TableColumn> role_columns();
std::vector<Json> role_cells(const Json& object, Instant now);
std::vector<TableColumn> role_binding_columns();
std::vector<Json> role_binding_cells(const Json& object, Instant now);
std::vector<TableColumn> priority_class_columns();
std::vector<Json> priority_class_cells(const Json& object, Instant now);

}  // namespace bestgres::fakekube
