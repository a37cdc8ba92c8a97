#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view volume_types_text = R"(
type KeyToPath
  key   string !
  path  string !
  mode  *int32

type ObjectFieldSelector atomic
  apiVersion  string = "v1"
  fieldPath   string !

type ResourceFieldSelector atomic
  containerName  string
  resource       string !
  divisor        quantity !

type DownwardAPIVolumeFile
  path              string !
  fieldRef          *ObjectFieldSelector
  resourceFieldRef  *ResourceFieldSelector
  mode              *int32

type SecretVolumeSource
  secretName   string
  items        []KeyToPath
  defaultMode  *int32 = 420
  optional     *bool

type ConfigMapVolumeSource
  name         string
  items        []KeyToPath
  defaultMode  *int32 = 420
  optional     *bool

type DownwardAPIVolumeSource
  items        []DownwardAPIVolumeFile
  defaultMode  *int32 = 420

type SecretProjection
  name      string
  items     []KeyToPath
  optional  *bool

type ConfigMapProjection
  name      string
  items     []KeyToPath
  optional  *bool

type DownwardAPIProjection
  items  []DownwardAPIVolumeFile

type ServiceAccountTokenProjection
  audience           string
  expirationSeconds  *int64 = 3600
  path               string !

type ClusterTrustBundleProjection
  name           *string
  signerName     *string
  labelSelector  *LabelSelector
  optional       *bool
  path           string !

type VolumeProjection
  secret               *SecretProjection
  downwardAPI          *DownwardAPIProjection
  configMap            *ConfigMapProjection
  serviceAccountToken  *ServiceAccountTokenProjection
  clusterTrustBundle   *ClusterTrustBundleProjection

type ProjectedVolumeSource
  sources      []VolumeProjection !
  defaultMode  *int32 = 420

type EmptyDirVolumeSource
  medium     string
  sizeLimit  *quantity

type HostPathVolumeSource
  path  string !
  type  *string = ""

type NFSVolumeSource
  server    string !
  path      string !
  readOnly  bool

type ISCSIVolumeSource
  targetPortal       string !
  iqn                string !
  lun                int32 !
  iscsiInterface     string = "default"
  fsType             string
  readOnly           bool
  portals            []string
  chapAuthDiscovery  bool
  chapAuthSession    bool
  secretRef          *LocalObjectReference
  initiatorName      *string

type PersistentVolumeClaimVolumeSource
  claimName  string !
  readOnly   bool

type CSIVolumeSource
  driver                string !
  readOnly              *bool
  fsType                *string
  volumeAttributes      map[string]
  nodePublishSecretRef  *LocalObjectReference

type ImageVolumeSource
  reference   string
  pullPolicy  string

type GitRepoVolumeSource
  repository  string !
  revision    string
  directory   string

# Cloud disks that CSI has replaced: what they share is enough.
type GCEPersistentDiskVolumeSource
  pdName     string !
  fsType     string
  partition  int32
  readOnly   bool

type AWSElasticBlockStoreVolumeSource
  volumeID   string !
  fsType     string
  partition  int32
  readOnly   bool

type AzureDiskVolumeSource
  diskName     string !
  diskURI      string !
  cachingMode  *string = "ReadWrite"
  fsType       *string = "ext4"
  readOnly     *bool = false
  kind         *string = "Shared"

type AzureFileVolumeSource
  secretName  string !
  shareName   string !
  readOnly    bool

type CephFSVolumeSource
  monitors    []string !
  path        string
  user        string
  secretFile  string
  secretRef   *LocalObjectReference
  readOnly    bool

type RBDVolumeSource
  monitors   []string !
  image      string !
  fsType     string
  pool       string = "rbd"
  user       string = "admin"
  keyring    string = "/etc/ceph/keyring"
  secretRef  *LocalObjectReference
  readOnly   bool

type FCVolumeSource
  targetWWNs  []string
  lun         *int32
  fsType      string
  readOnly    bool
  wwids       []string

type VsphereVirtualDiskVolumeSource
  volumePath         string !
  fsType             string
  storagePolicyName  string
  storagePolicyID    string

type PersistentVolumeClaimSpec
  accessModes                []string
  selector                   *LabelSelector
  resources                  VolumeResourceRequirements
  volumeName                 string
  storageClassName           *string
  volumeMode                 *string = "Filesystem"
  dataSource                 *TypedLocalObjectReference
  dataSourceRef              *TypedObjectReference
  volumeAttributesClassName  *string

type PersistentVolumeClaimTemplate
  metadata  ObjectMeta
  spec      PersistentVolumeClaimSpec !

type EphemeralVolumeSource
  volumeClaimTemplate  *PersistentVolumeClaimTemplate

type Volume
  name                   string !
  hostPath               *HostPathVolumeSource
  emptyDir               *EmptyDirVolumeSource
  gcePersistentDisk      *GCEPersistentDiskVolumeSource
  awsElasticBlockStore   *AWSElasticBlockStoreVolumeSource
  gitRepo                *GitRepoVolumeSource
  secret                 *SecretVolumeSource
  nfs                    *NFSVolumeSource
  iscsi                  *ISCSIVolumeSource
  persistentVolumeClaim  *PersistentVolumeClaimVolumeSource
  rbd                    *RBDVolumeSource
  cephfs                 *CephFSVolumeSource
  downwardAPI            *DownwardAPIVolumeSource
  fc                     *FCVolumeSource
  azureFile              *AzureFileVolumeSource
  configMap              *ConfigMapVolumeSource
  vsphereVolume          *VsphereVirtualDiskVolumeSource
  azureDisk              *AzureDiskVolumeSource
  projected              *ProjectedVolumeSource
  csi                    *CSIVolumeSource
  ephemeral              *EphemeralVolumeSource
  image                  *ImageVolumeSource
)";

}  // namespace

std::string_view volume_types() {
    return volume_types_text;
}

}  // namespace bestgres::fakekube
