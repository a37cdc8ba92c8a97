#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view meta_types_text = R"(
type OwnerReference atomic
  apiVersion           string !
  kind                 string !
  name                 string !
  uid                  string !
  controller           *bool
  blockOwnerDeletion   *bool

type ManagedFieldsEntry
  manager      string
  operation    string
  apiVersion   string
  time         *time
  fieldsType   string
  fieldsV1     *any
  subresource  string

type ObjectMeta
  name                        string
  generateName                string
  namespace                   string
  selfLink                    string
  uid                         string
  resourceVersion             string
  generation                  int64
  creationTimestamp           time
  deletionTimestamp           *time
  deletionGracePeriodSeconds  *int64
  labels                      map[string]
  annotations                 map[string]
  ownerReferences             []OwnerReference merge(uid)
  finalizers                  []string merge
  managedFields               []ManagedFieldsEntry

type LabelSelectorRequirement
  key       string ! 
  operator  string !
  values    []string

type LabelSelector atomic
  matchLabels       map[string]
  matchExpressions  []LabelSelectorRequirement

# metav1.Condition
type Condition
  type                string !
  status              string !
  observedGeneration  int64
  lastTransitionTime  time
  reason              string !
  message             string !

# Conditions of the older kinds, with the times that each of them knows.
type ObjectCondition
  type                string !
  status              string !
  lastTransitionTime  time
  reason              string
  message             string

type ProbedCondition
  inline ObjectCondition
  lastProbeTime       time

type DeploymentCondition
  inline ObjectCondition
  lastUpdateTime      time

type LocalObjectReference atomic
  name  string

type TypedLocalObjectReference atomic
  apiGroup  *string !
  kind      string !
  name      string !

type TypedObjectReference
  apiGroup   *string !
  kind       string !
  name       string !
  namespace  *string

type ObjectReference atomic
  kind             string
  namespace        string
  name             string
  uid              string
  apiVersion       string
  resourceVersion  string
  fieldPath        string

type SecretReference atomic
  name       string
  namespace  string

type ResourceClaim
  name     string !
  request  string

type ResourceRequirements
  limits    map[quantity]
  requests  map[quantity]
  claims    []ResourceClaim map(name)

type VolumeResourceRequirements
  limits    map[quantity]
  requests  map[quantity]
)";

}  // namespace

std::string_view meta_types() {
    return meta_types_text;
}

}  // namespace bestgres::fakekube
