// The rules of the built-in kinds, by kind. Each file of this folder that is named after a kind
// defines one or a small family of them.
#pragma once

#include "fakekube/kinds/built_in_strategy.hpp"

namespace bestgres::fakekube {

KindRules config_map_rules();
KindRules secret_rules();
KindRules service_account_rules();
KindRules namespace_rules();
KindRules node_rules();
KindRules event_rules();
KindRules events_v1_rules();
KindRules limit_range_rules();
KindRules resource_quota_rules();
KindRules pod_rules();
KindRules pod_template_rules();
KindRules replication_controller_rules();
KindRules service_rules();
KindRules service_rules_before_families();  // before 1.23
KindRules endpoints_rules();
KindRules endpoint_slice_rules();
KindRules loopback_endpoints_rules();
KindRules loopback_endpoint_slice_rules();
KindRules persistent_volume_rules();
KindRules persistent_volume_claim_rules();
KindRules storage_class_rules();
KindRules csi_driver_rules();
KindRules csi_node_rules();
KindRules volume_attachment_rules();
KindRules stateful_set_rules();
KindRules early_stateful_set_rules();  // before 1.27
KindRules deployment_rules();
KindRules replica_set_rules();
KindRules daemon_set_rules();
KindRules controller_revision_rules();
KindRules job_rules();
KindRules cron_job_rules();
KindRules horizontal_pod_autoscaler_rules();
KindRules lease_rules();
KindRules pod_disruption_budget_rules();
KindRules role_rules();
KindRules cluster_role_rules();
KindRules role_binding_rules();
KindRules cluster_role_binding_rules();
KindRules network_policy_rules();
KindRules ingress_rules();
KindRules ingress_class_rules();
KindRules priority_class_rules();
KindRules runtime_class_rules();

}  // namespace bestgres::fakekube
