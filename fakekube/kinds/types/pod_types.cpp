#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view pod_types_text = R"(
type NodeSelectorRequirement
  key       string !
  operator  string !
  values    []string

type NodeSelectorTerm atomic
  matchExpressions  []NodeSelectorRequirement
  matchFields       []NodeSelectorRequirement

type NodeSelector atomic
  nodeSelectorTerms  []NodeSelectorTerm !

type PreferredSchedulingTerm
  weight      int32 !
  preference  NodeSelectorTerm !

type NodeAffinity
  requiredDuringSchedulingIgnoredDuringExecution   *NodeSelector
  preferredDuringSchedulingIgnoredDuringExecution  []PreferredSchedulingTerm

type PodAffinityTerm
  labelSelector      *LabelSelector
  namespaces         []string
  topologyKey        string !
  namespaceSelector  *LabelSelector
  matchLabelKeys     []string
  mismatchLabelKeys  []string

type WeightedPodAffinityTerm
  weight           int32 !
  podAffinityTerm  PodAffinityTerm !

type PodAffinity
  requiredDuringSchedulingIgnoredDuringExecution   []PodAffinityTerm
  preferredDuringSchedulingIgnoredDuringExecution  []WeightedPodAffinityTerm

type PodAntiAffinity
  requiredDuringSchedulingIgnoredDuringExecution   []PodAffinityTerm
  preferredDuringSchedulingIgnoredDuringExecution  []WeightedPodAffinityTerm

type Affinity
  nodeAffinity     *NodeAffinity
  podAffinity      *PodAffinity
  podAntiAffinity  *PodAntiAffinity

type Toleration
  key                string
  operator           string
  value              string
  effect             string
  tolerationSeconds  *int64

type TopologySpreadConstraint
  maxSkew             int32 !
  topologyKey         string !
  whenUnsatisfiable   string !
  labelSelector       *LabelSelector
  minDomains          *int32
  nodeAffinityPolicy  *string
  nodeTaintsPolicy    *string
  matchLabelKeys      []string

type HostAlias
  ip         string !
  hostnames  []string

type PodDNSConfigOption
  name   string
  value  *string

type PodDNSConfig
  nameservers  []string
  searches     []string
  options      []PodDNSConfigOption

type Sysctl
  name   string !
  value  string !

type PodSecurityContext
  seLinuxOptions            *SELinuxOptions
  windowsOptions            *WindowsSecurityContextOptions
  runAsUser                 *int64
  runAsGroup                *int64
  runAsNonRoot              *bool
  supplementalGroups        []int64
  supplementalGroupsPolicy  *string
  fsGroup                   *int64
  sysctls                   []Sysctl
  fsGroupChangePolicy       *string
  seccompProfile            *SeccompProfile
  appArmorProfile           *AppArmorProfile

type PodReadinessGate
  conditionType  string !

type PodSchedulingGate
  name  string !

type PodOS
  name  string !

type PodResourceClaim
  name                       string !
  resourceClaimName          *string
  resourceClaimTemplateName  *string

type PodSpec
  volumes                        []Volume merge(name)
  initContainers                 []Container merge(name)
  containers                     []Container ! merge(name)
  ephemeralContainers            []EphemeralContainer merge(name)
  restartPolicy                  string = "Always"
  terminationGracePeriodSeconds  *int64 = 30
  activeDeadlineSeconds          *int64
  dnsPolicy                      string = "ClusterFirst"
  nodeSelector                   map[string] atomic
  serviceAccountName             string
  serviceAccount                 string
  automountServiceAccountToken   *bool
  nodeName                       string
  hostNetwork                    bool
  hostPID                        bool
  hostIPC                        bool
  shareProcessNamespace          *bool
  securityContext                *PodSecurityContext = {}
  imagePullSecrets               []LocalObjectReference merge(name)
  hostname                       string
  subdomain                      string
  affinity                       *Affinity
  schedulerName                  string = "default-scheduler"
  tolerations                    []Toleration
  hostAliases                    []HostAlias merge(ip)
  priorityClassName              string
  priority                       *int32
  dnsConfig                      *PodDNSConfig
  readinessGates                 []PodReadinessGate
  runtimeClassName               *string
  enableServiceLinks             *bool
  preemptionPolicy               *string
  overhead                       map[quantity]
  topologySpreadConstraints      []TopologySpreadConstraint merge(topologyKey,whenUnsatisfiable)
  setHostnameAsFQDN              *bool
  os                             *PodOS
  hostUsers                      *bool
  schedulingGates                []PodSchedulingGate merge(name)
  resourceClaims                 []PodResourceClaim merge(name)
  resources                      *ResourceRequirements

type PodCondition
  type                string !
  observedGeneration  int64
  status              string !
  lastProbeTime       time
  lastTransitionTime  time
  reason              string
  message             string

type ContainerStateWaiting
  reason   string
  message  string

type ContainerStateRunning
  startedAt  time

type ContainerStateTerminated
  exitCode     int32 !
  signal       int32
  reason       string
  message      string
  startedAt    time
  finishedAt   time
  containerID  string

type ContainerState
  waiting     *ContainerStateWaiting
  running     *ContainerStateRunning
  terminated  *ContainerStateTerminated

type ContainerStatus
  name                string !
  state               ContainerState
  lastState           ContainerState
  ready               bool !
  restartCount        int32 !
  image               string !
  imageID             string !
  containerID         string
  started             *bool
  allocatedResources  map[quantity]
  resources           *ResourceRequirements

type PodIP
  ip  string

type HostIP
  ip  string

type PodStatus
  observedGeneration          int64
  phase                       string
  conditions                  []PodCondition merge(type)
  message                     string
  reason                      string
  nominatedNodeName           string
  hostIP                      string
  hostIPs                     []HostIP merge(ip)
  podIP                       string
  podIPs                      []PodIP merge(ip)
  startTime                   *time
  initContainerStatuses       []ContainerStatus
  containerStatuses           []ContainerStatus
  qosClass                    string
  ephemeralContainerStatuses  []ContainerStatus
  resize                      string

kind Pod
  spec    PodSpec
  status  PodStatus

type PodTemplateSpec
  metadata  ObjectMeta
  spec      PodSpec

kind PodTemplate
  template  PodTemplateSpec
)";

}  // namespace

std::string_view pod_types() {
    return pod_types_text;
}

}  // namespace bestgres::fakekube
