#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view container_types_text = R"(
type ContainerPort
  name           string
  hostPort       int32
  containerPort  int32 !
  protocol       string = "TCP"
  hostIP         string

type ConfigMapKeySelector atomic
  name      string
  key       string !
  optional  *bool

type SecretKeySelector atomic
  name      string
  key       string !
  optional  *bool

type EnvVarSource
  fieldRef          *ObjectFieldSelector
  resourceFieldRef  *ResourceFieldSelector
  configMapKeyRef   *ConfigMapKeySelector
  secretKeyRef      *SecretKeySelector

type EnvVar
  name       string !
  value      string
  valueFrom  *EnvVarSource

type ConfigMapEnvSource
  name      string
  optional  *bool

type SecretEnvSource
  name      string
  optional  *bool

type EnvFromSource
  prefix        string
  configMapRef  *ConfigMapEnvSource
  secretRef     *SecretEnvSource

type VolumeMount
  name               string !
  readOnly           bool
  recursiveReadOnly  *string
  mountPath          string !
  subPath            string
  mountPropagation   *string
  subPathExpr        string

type VolumeDevice
  name        string !
  devicePath  string !

type ExecAction
  command  []string

type HTTPHeader
  name   string !
  value  string !

type HTTPGetAction
  path         string = "/"
  port         intorstring !
  host         string
  scheme       string = "HTTP"
  httpHeaders  []HTTPHeader

type TCPSocketAction
  port  intorstring !
  host  string

type GRPCAction
  port     int32 !
  service  *string = ""

type SleepAction
  seconds  int64 !

type Probe
  exec                           *ExecAction
  httpGet                        *HTTPGetAction
  tcpSocket                      *TCPSocketAction
  grpc                           *GRPCAction
  initialDelaySeconds            int32
  timeoutSeconds                 int32 = 1
  periodSeconds                  int32 = 10
  successThreshold               int32 = 1
  failureThreshold               int32 = 3
  terminationGracePeriodSeconds  *int64

type LifecycleHandler
  exec       *ExecAction
  httpGet    *HTTPGetAction
  tcpSocket  *TCPSocketAction
  sleep      *SleepAction

type Lifecycle
  postStart   *LifecycleHandler
  preStop     *LifecycleHandler
  stopSignal  *string

type Capabilities
  add   []string
  drop  []string

type SELinuxOptions
  user   string
  role   string
  type   string
  level  string

type WindowsSecurityContextOptions
  gmsaCredentialSpecName  *string
  gmsaCredentialSpec      *string
  runAsUserName           *string
  hostProcess             *bool

type SeccompProfile
  type              string !
  localhostProfile  *string

type AppArmorProfile
  type              string !
  localhostProfile  *string

type SecurityContext
  capabilities              *Capabilities
  privileged                *bool
  seLinuxOptions            *SELinuxOptions
  windowsOptions            *WindowsSecurityContextOptions
  runAsUser                 *int64
  runAsGroup                *int64
  runAsNonRoot              *bool
  readOnlyRootFilesystem    *bool
  allowPrivilegeEscalation  *bool
  procMount                 *string
  seccompProfile            *SeccompProfile
  appArmorProfile           *AppArmorProfile

type ContainerResizePolicy
  resourceName   string !
  restartPolicy  string !

type Container
  name                      string !
  image                     string
  command                   []string
  args                      []string
  workingDir                string
  ports                     []ContainerPort merge(containerPort,protocol)
  envFrom                   []EnvFromSource
  env                       []EnvVar merge(name)
  resources                 ResourceRequirements
  resizePolicy              []ContainerResizePolicy
  restartPolicy             *string
  volumeMounts              []VolumeMount merge(mountPath)
  volumeDevices             []VolumeDevice merge(devicePath)
  livenessProbe             *Probe
  readinessProbe            *Probe
  startupProbe              *Probe
  lifecycle                 *Lifecycle
  terminationMessagePath    string = "/dev/termination-log"
  terminationMessagePolicy  string = "File"
  imagePullPolicy           string
  securityContext           *SecurityContext
  stdin                     bool
  stdinOnce                 bool
  tty                       bool

type EphemeralContainer
  inline Container
  targetContainerName       string
)";

}  // namespace

std::string_view container_types() {
    return container_types_text;
}

}  // namespace bestgres::fakekube
