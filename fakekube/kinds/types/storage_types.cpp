#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view storage_types_text = R"(
type VolumeNodeAffinity
  required  *NodeSelector

type LocalVolumeSource
  path    string !
  fsType  *string

type CSIPersistentVolumeSource
  driver                      string !
  volumeHandle                string !
  readOnly                    bool
  fsType                      string
  volumeAttributes            map[string]
  controllerPublishSecretRef  *SecretReference
  nodeStageSecretRef          *SecretReference
  nodePublishSecretRef        *SecretReference
  controllerExpandSecretRef   *SecretReference
  nodeExpandSecretRef         *SecretReference

type PersistentVolumeSpec
  capacity                       map[quantity]
  gcePersistentDisk              *GCEPersistentDiskVolumeSource
  awsElasticBlockStore           *AWSElasticBlockStoreVolumeSource
  hostPath                       *HostPathVolumeSource
  nfs                            *NFSVolumeSource
  rbd                            *RBDVolumeSource
  iscsi                          *ISCSIVolumeSource
  cephfs                         *CephFSVolumeSource
  fc                             *FCVolumeSource
  azureDisk                      *AzureDiskVolumeSource
  vsphereVolume                  *VsphereVirtualDiskVolumeSource
  local                          *LocalVolumeSource
  csi                            *CSIPersistentVolumeSource
  accessModes                    []string
  claimRef                       *ObjectReference granular
  persistentVolumeReclaimPolicy  string = "Retain"
  storageClassName               string
  mountOptions                   []string
  volumeMode                     *string = "Filesystem"
  nodeAffinity                   *VolumeNodeAffinity
  volumeAttributesClassName      *string

type PersistentVolumeStatus
  phase                    string = "Pending"
  message                  string
  reason                   string
  lastPhaseTransitionTime  *time

kind PersistentVolume
  spec    PersistentVolumeSpec
  status  PersistentVolumeStatus

type TopologySelectorLabelRequirement
  key     string !
  values  []string !

type TopologySelectorTerm atomic
  matchLabelExpressions  []TopologySelectorLabelRequirement

kind StorageClass
  provisioner           string !
  parameters            map[string]
  reclaimPolicy         *string = "Delete"
  mountOptions          []string
  allowVolumeExpansion  *bool
  volumeBindingMode     *string = "Immediate"
  allowedTopologies     []TopologySelectorTerm

type TokenRequest
  audience           string !
  expirationSeconds  *int64

type CSIDriverSpec
  attachRequired        *bool = true
  podInfoOnMount        *bool = false
  volumeLifecycleModes  []string set
  storageCapacity       *bool = false
  fsGroupPolicy         *string = "ReadWriteOnceWithFSType"
  tokenRequests         []TokenRequest
  requiresRepublish     *bool = false
  seLinuxMount          *bool

kind CSIDriver
  spec  CSIDriverSpec

type VolumeNodeResources
  count  *int32

type CSINodeDriver
  name          string !
  nodeID        string !
  topologyKeys  []string !
  allocatable   *VolumeNodeResources

type CSINodeSpec
  drivers  []CSINodeDriver ! merge(name)

kind CSINode
  spec  CSINodeSpec

type VolumeAttachmentSource
  persistentVolumeName  *string

type VolumeAttachmentSpec
  attacher  string !
  source    VolumeAttachmentSource !
  nodeName  string !

type VolumeError
  time     time
  message  string

type VolumeAttachmentStatus
  attached            bool !
  attachmentMetadata  map[string]
  attachError         *VolumeError
  detachError         *VolumeError

kind VolumeAttachment
  spec    VolumeAttachmentSpec
  status  VolumeAttachmentStatus
)";

}  // namespace

std::string_view storage_types() {
    return storage_types_text;
}

}  // namespace bestgres::fakekube
