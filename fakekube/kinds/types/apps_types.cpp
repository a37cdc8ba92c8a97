#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view apps_types_text = R"(
type RollingUpdateStatefulSetStrategy
  partition       *int32 = 0
  maxUnavailable  *intorstring

type StatefulSetUpdateStrategy
  type           string = "RollingUpdate"
  rollingUpdate  *RollingUpdateStatefulSetStrategy

type StatefulSetPersistentVolumeClaimRetentionPolicy
  whenDeleted  string = "Retain"
  whenScaled   string = "Retain"

type StatefulSetOrdinals
  start  int32 !

type ModifyVolumeStatus
  targetVolumeAttributesClassName  string
  status                           string !

type PersistentVolumeClaimStatus
  phase                             string = "Pending"
  accessModes                       []string
  capacity                          map[quantity]
  conditions                        []ProbedCondition merge(type)
  allocatedResources                map[quantity]
  allocatedResourceStatuses         map[string] atomic
  currentVolumeAttributesClassName  *string
  modifyVolumeStatus                *ModifyVolumeStatus

kind PersistentVolumeClaim
  spec    PersistentVolumeClaimSpec
  status  PersistentVolumeClaimStatus

type StatefulSetSpec
  replicas                              *int32 = 1
  selector                              *LabelSelector !
  template                              PodTemplateSpec !
  volumeClaimTemplates                  []PersistentVolumeClaim
  serviceName                           string !
  podManagementPolicy                   string = "OrderedReady"
  updateStrategy                        StatefulSetUpdateStrategy
  revisionHistoryLimit                  *int32 = 10
  minReadySeconds                       int32
  persistentVolumeClaimRetentionPolicy  *StatefulSetPersistentVolumeClaimRetentionPolicy = {}
  ordinals                              *StatefulSetOrdinals

type StatefulSetStatus
  observedGeneration  int64
  replicas            int32 !
  readyReplicas       int32
  currentReplicas     int32
  updatedReplicas     int32
  currentRevision     string
  updateRevision      string
  collisionCount      *int32
  conditions          []ObjectCondition merge(type)
  availableReplicas   int32 !

kind StatefulSet
  spec    StatefulSetSpec
  status  StatefulSetStatus

type RollingUpdateDeployment
  maxUnavailable  *intorstring = "25%"
  maxSurge        *intorstring = "25%"

type DeploymentStrategy
  type           string = "RollingUpdate"
  rollingUpdate  *RollingUpdateDeployment

type DeploymentSpec
  replicas                 *int32 = 1
  selector                 *LabelSelector !
  template                 PodTemplateSpec !
  strategy                 DeploymentStrategy retain
  minReadySeconds          int32
  revisionHistoryLimit     *int32 = 10
  paused                   bool
  progressDeadlineSeconds  *int32 = 600

type DeploymentStatus
  observedGeneration   int64
  replicas             int32
  updatedReplicas      int32
  readyReplicas        int32
  availableReplicas    int32
  unavailableReplicas  int32
  terminatingReplicas  *int32
  conditions           []DeploymentCondition merge(type)
  collisionCount       *int32

kind Deployment
  spec    DeploymentSpec
  status  DeploymentStatus

type ReplicaSetSpec
  replicas         *int32 = 1
  minReadySeconds  int32
  selector         *LabelSelector !
  template         PodTemplateSpec

type ReplicaSetStatus
  replicas              int32 !
  fullyLabeledReplicas  int32
  readyReplicas         int32
  availableReplicas     int32
  terminatingReplicas   *int32
  observedGeneration    int64
  conditions            []ObjectCondition merge(type)

kind ReplicaSet
  spec    ReplicaSetSpec
  status  ReplicaSetStatus

type RollingUpdateDaemonSet
  maxUnavailable  *intorstring = 1
  maxSurge        *intorstring = 0

type DaemonSetUpdateStrategy
  type           string = "RollingUpdate"
  rollingUpdate  *RollingUpdateDaemonSet

type DaemonSetSpec
  selector              *LabelSelector !
  template              PodTemplateSpec !
  updateStrategy        DaemonSetUpdateStrategy
  minReadySeconds       int32
  revisionHistoryLimit  *int32 = 10

type DaemonSetStatus
  currentNumberScheduled  int32 !
  numberMisscheduled      int32 !
  desiredNumberScheduled  int32 !
  numberReady             int32 !
  observedGeneration      int64
  updatedNumberScheduled  int32
  numberAvailable         int32
  numberUnavailable       int32
  collisionCount          *int32
  conditions              []ObjectCondition merge(type)

kind DaemonSet
  spec    DaemonSetSpec
  status  DaemonSetStatus

kind ControllerRevision
  data      *any
  revision  int64 !
)";

constexpr std::string_view early = R"(
type StatefulSetSpec
  replicas                              *int32 = 1
  selector                              *LabelSelector !
  template                              PodTemplateSpec !
  volumeClaimTemplates                  []PersistentVolumeClaim
  serviceName                           string !
  podManagementPolicy                   string = "OrderedReady"
  updateStrategy                        StatefulSetUpdateStrategy
  revisionHistoryLimit                  *int32 = 10

type StatefulSetStatus
  observedGeneration  int64
  replicas            int32 !
  readyReplicas       int32
  currentReplicas     int32
  updatedReplicas     int32
  currentRevision     string
  updateRevision      string
  collisionCount      *int32
  conditions          []ObjectCondition merge(type)

kind StatefulSet
  spec    StatefulSetSpec
  status  StatefulSetStatus
)";

}  // namespace

std::string_view apps_types() {
    return apps_types_text;
}

std::string_view early_apps_types() {
    return early;
}

}  // namespace bestgres::fakekube
