#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view network_types_text = R"(
type ServicePort
  name         string
  protocol     string = "TCP"
  appProtocol  *string
  port         int32 !
  targetPort   intorstring
  nodePort     int32

type ClientIPConfig
  timeoutSeconds  *int32 = 10800

type SessionAffinityConfig
  clientIP  *ClientIPConfig

type ServiceSpec
  ports                          []ServicePort merge(port,protocol)
  selector                       map[string] atomic
  clusterIP                      string
  clusterIPs                     []string
  type                           string = "ClusterIP"
  externalIPs                    []string
  sessionAffinity                string = "None"
  loadBalancerIP                 string
  loadBalancerSourceRanges       []string
  externalName                   string
  externalTrafficPolicy          string
  healthCheckNodePort            int32
  publishNotReadyAddresses       bool
  sessionAffinityConfig          *SessionAffinityConfig
  ipFamilies                     []string
  ipFamilyPolicy                 *string
  allocateLoadBalancerNodePorts  *bool
  loadBalancerClass              *string
  internalTrafficPolicy          *string
  trafficDistribution            *string

type PortStatus
  port      int32 !
  protocol  string !
  error     *string

type LoadBalancerIngress
  ip        string
  hostname  string
  ipMode    *string
  ports     []PortStatus

type LoadBalancerStatus
  ingress  []LoadBalancerIngress

type ServiceStatus
  loadBalancer  LoadBalancerStatus
  conditions    []Condition merge(type)

kind Service
  spec    ServiceSpec
  status  ServiceStatus

type EndpointAddress atomic
  ip         string !
  hostname   string
  nodeName   *string
  targetRef  *ObjectReference

type CoreEndpointPort atomic
  name         string
  port         int32 !
  protocol     string = "TCP"
  appProtocol  *string

type EndpointSubset
  addresses          []EndpointAddress
  notReadyAddresses  []EndpointAddress
  ports              []CoreEndpointPort

kind Endpoints
  subsets  []EndpointSubset

type EndpointConditions
  ready        *bool
  serving      *bool
  terminating  *bool

type ForZone
  name  string !

type EndpointHints
  forZones  []ForZone

type Endpoint
  addresses           []string ! set
  conditions          EndpointConditions
  hostname            *string
  targetRef           *ObjectReference
  deprecatedTopology  map[string] atomic
  nodeName            *string
  zone                *string
  hints               *EndpointHints

type EndpointPort atomic
  name         *string = ""
  protocol     *string = "TCP"
  port         *int32
  appProtocol  *string

kind EndpointSlice
  addressType  string !
  endpoints    []Endpoint !
  ports        []EndpointPort !

type IPBlock
  cidr    string !
  except  []string

type NetworkPolicyPort
  protocol  *string = "TCP"
  port      *intorstring
  endPort   *int32

type NetworkPolicyPeer
  podSelector        *LabelSelector
  namespaceSelector  *LabelSelector
  ipBlock            *IPBlock

type NetworkPolicyIngressRule
  ports  []NetworkPolicyPort
  from   []NetworkPolicyPeer

type NetworkPolicyEgressRule
  ports  []NetworkPolicyPort
  to     []NetworkPolicyPeer

type NetworkPolicySpec
  podSelector  LabelSelector !
  ingress      []NetworkPolicyIngressRule
  egress       []NetworkPolicyEgressRule
  policyTypes  []string

kind NetworkPolicy
  spec  NetworkPolicySpec

type ServiceBackendPort atomic
  name    string
  number  int32

type IngressServiceBackend
  name  string !
  port  ServiceBackendPort

type IngressBackend
  service   *IngressServiceBackend
  resource  *TypedLocalObjectReference

type HTTPIngressPath
  path      string
  pathType  *string
  backend   IngressBackend !

type HTTPIngressRuleValue
  paths  []HTTPIngressPath !

type IngressRule
  host  string
  http  *HTTPIngressRuleValue

type IngressTLS
  hosts       []string
  secretName  string

type IngressSpec
  ingressClassName  *string
  defaultBackend    *IngressBackend
  tls               []IngressTLS
  rules             []IngressRule

type IngressStatus
  loadBalancer  LoadBalancerStatus

kind Ingress
  spec    IngressSpec
  status  IngressStatus

type IngressClassParametersReference
  apiGroup   *string
  kind       string !
  name       string !
  scope      *string
  namespace  *string

type IngressClassSpec
  controller  string
  parameters  *IngressClassParametersReference

kind IngressClass
  spec  IngressClassSpec
)";

}  // namespace

std::string_view network_types() {
    return network_types_text;
}

}  // namespace bestgres::fakekube
