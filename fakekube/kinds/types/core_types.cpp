#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view core_types_text = R"(
kind ConfigMap
  immutable   *bool
  data        map[string]
  binaryData  map[bytes]

kind Secret
  immutable   *bool
  data        map[bytes]
  stringData  map[string]
  type        string = "Opaque"

kind ServiceAccount
  secrets                       []ObjectReference merge(name)
  imagePullSecrets              []LocalObjectReference
  automountServiceAccountToken  *bool

type NamespaceSpec
  finalizers  []string

type NamespaceStatus
  phase       string = "Active"
  conditions  []ObjectCondition merge(type)

kind Namespace
  spec    NamespaceSpec
  status  NamespaceStatus

type Taint
  key        string !
  value      string
  effect     string !
  timeAdded  *time

type NodeSpec
  podCIDR        string
  podCIDRs       []string merge
  providerID     string
  unschedulable  bool
  taints         []Taint
  externalID     string

type NodeAddress
  type     string !
  address  string !

type NodeCondition
  type                string !
  status              string !
  lastHeartbeatTime   time
  lastTransitionTime  time
  reason              string
  message             string

type DaemonEndpoint
  Port  int32 !

type NodeDaemonEndpoints
  kubeletEndpoint  DaemonEndpoint

type NodeSystemInfo
  machineID                string !
  systemUUID               string !
  bootID                   string !
  kernelVersion            string !
  osImage                  string !
  containerRuntimeVersion  string !
  kubeletVersion           string !
  kubeProxyVersion         string !
  operatingSystem          string !
  architecture             string !

type ContainerImage
  names      []string
  sizeBytes  int64

type AttachedVolume
  name        string !
  devicePath  string !

type NodeStatus
  capacity         map[quantity]
  allocatable      map[quantity]
  phase            string
  conditions       []NodeCondition merge(type)
  addresses        []NodeAddress merge(type)
  daemonEndpoints  NodeDaemonEndpoints
  nodeInfo         NodeSystemInfo
  images           []ContainerImage
  volumesInUse     []string
  volumesAttached  []AttachedVolume

kind Node
  spec    NodeSpec
  status  NodeStatus

type EventSource
  component  string
  host       string

type EventSeries
  count             int32
  lastObservedTime  microtime

kind Event
  involvedObject      ObjectReference !
  reason              string
  message             string
  source              EventSource
  firstTimestamp      time
  lastTimestamp       time
  count               int32
  type                string
  eventTime           microtime
  series              *EventSeries
  action              string
  related             *ObjectReference
  reportingComponent  string !
  reportingInstance   string !

type LimitRangeItem
  type                  string !
  max                   map[quantity]
  min                   map[quantity]
  default               map[quantity]
  defaultRequest        map[quantity]
  maxLimitRequestRatio  map[quantity]

type LimitRangeSpec
  limits  []LimitRangeItem !

kind LimitRange
  spec  LimitRangeSpec

type ScopedResourceSelectorRequirement
  scopeName  string !
  operator   string !
  values     []string

type ScopeSelector atomic
  matchExpressions  []ScopedResourceSelectorRequirement

type ResourceQuotaSpec
  hard           map[quantity]
  scopes         []string
  scopeSelector  *ScopeSelector

type ResourceQuotaStatus
  hard  map[quantity]
  used  map[quantity]

kind ResourceQuota
  spec    ResourceQuotaSpec
  status  ResourceQuotaStatus

type ReplicationControllerSpec
  replicas         *int32 = 1
  minReadySeconds  int32
  selector         map[string] atomic
  template         *PodTemplateSpec

type ReplicationControllerStatus
  replicas              int32 !
  fullyLabeledReplicas  int32
  readyReplicas         int32
  availableReplicas     int32
  observedGeneration    int64
  conditions            []ObjectCondition merge(type)

kind ReplicationController
  spec    ReplicationControllerSpec
  status  ReplicationControllerStatus

kind Binding
  target  ObjectReference !

type ScaleSpec
  replicas  int32

type ScaleStatus
  replicas  int32 !
  selector  string

kind Scale
  spec    ScaleSpec
  status  ScaleStatus
)";

}  // namespace

std::string_view core_types() {
    return core_types_text;
}

}  // namespace bestgres::fakekube
