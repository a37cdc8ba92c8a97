#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view policy_types_text = R"(
type PodDisruptionBudgetSpec
  minAvailable                *intorstring
  selector                    *LabelSelector replace
  maxUnavailable              *intorstring
  unhealthyPodEvictionPolicy  *string

type PodDisruptionBudgetStatus
  observedGeneration  int64
  disruptedPods       map[time]
  disruptionsAllowed  int32 !
  currentHealthy      int32 !
  desiredHealthy      int32 !
  expectedPods        int32 !
  conditions          []Condition merge(type)

kind PodDisruptionBudget
  spec    PodDisruptionBudgetSpec
  status  PodDisruptionBudgetStatus

type LeaseSpec
  holderIdentity        *string
  leaseDurationSeconds  *int32
  acquireTime           *microtime
  renewTime             *microtime
  leaseTransitions      *int32
  strategy              *string
  preferredHolder       *string

kind Lease
  spec  LeaseSpec

type EventsSeries
  count             int32 !
  lastObservedTime  microtime !

type EventsEvent
  apiVersion                string
  kind                      string
  metadata                  ObjectMeta
  eventTime                 microtime !
  series                    *EventsSeries
  reportingController       string
  reportingInstance         string
  action                    string
  reason                    string
  regarding                 ObjectReference
  related                   *ObjectReference
  note                      string
  type                      string
  deprecatedSource          EventSource
  deprecatedFirstTimestamp  time
  deprecatedLastTimestamp   time
  deprecatedCount           int32

type PolicyRule
  verbs            []string !
  apiGroups        []string
  resources        []string
  resourceNames    []string
  nonResourceURLs  []string

kind Role
  rules  []PolicyRule !

type AggregationRule
  clusterRoleSelectors  []LabelSelector

kind ClusterRole
  rules            []PolicyRule !
  aggregationRule  *AggregationRule

type Subject atomic
  kind       string !
  apiGroup   string
  name       string !
  namespace  string

type RoleRef atomic
  apiGroup  string !
  kind      string !
  name      string !

kind RoleBinding
  subjects  []Subject
  roleRef   RoleRef !

kind ClusterRoleBinding
  subjects  []Subject
  roleRef   RoleRef !

kind PriorityClass
  value             int32 !
  globalDefault     bool
  description       string
  preemptionPolicy  *string = "PreemptLowerPriority"

type Scheduling
  nodeSelector  map[string] atomic
  tolerations   []Toleration

type Overhead
  podFixed  map[quantity]

kind RuntimeClass
  handler     string !
  overhead    *Overhead
  scheduling  *Scheduling
)";

}  // namespace

std::string_view policy_types() {
    return policy_types_text;
}

}  // namespace bestgres::fakekube
