#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view batch_types_text = R"(
type PodFailurePolicyOnExitCodesRequirement
  containerName  *string
  operator       string !
  values         []int32 !

type PodFailurePolicyOnPodConditionsPattern
  type    string !
  status  string !

type PodFailurePolicyRule
  action           string !
  onExitCodes      *PodFailurePolicyOnExitCodesRequirement
  onPodConditions  []PodFailurePolicyOnPodConditionsPattern

type PodFailurePolicy
  rules  []PodFailurePolicyRule !

type SuccessPolicyRule
  succeededIndexes  *string
  succeededCount    *int32

type SuccessPolicy
  rules  []SuccessPolicyRule !

type JobSpec
  parallelism              *int32
  completions              *int32
  activeDeadlineSeconds    *int64
  podFailurePolicy         *PodFailurePolicy
  successPolicy            *SuccessPolicy
  backoffLimit             *int32
  backoffLimitPerIndex     *int32
  maxFailedIndexes         *int32
  selector                 *LabelSelector
  manualSelector           *bool
  template                 PodTemplateSpec !
  ttlSecondsAfterFinished  *int32
  completionMode           *string
  suspend                  *bool
  podReplacementPolicy     *string
  managedBy                *string

type UncountedTerminatedPods
  succeeded  []string set
  failed     []string set

type JobStatus
  conditions               []ProbedCondition merge(type)
  startTime                *time
  completionTime           *time
  active                   int32
  succeeded                int32
  failed                   int32
  terminating              *int32
  completedIndexes         string
  failedIndexes            *string
  uncountedTerminatedPods  *UncountedTerminatedPods
  ready                    *int32

kind Job
  spec    JobSpec
  status  JobStatus

type JobTemplateSpec
  metadata  ObjectMeta
  spec      JobSpec

type CronJobSpec
  schedule                    string !
  timeZone                    *string
  startingDeadlineSeconds     *int64
  concurrencyPolicy           string = "Allow"
  suspend                     *bool = false
  jobTemplate                 JobTemplateSpec !
  successfulJobsHistoryLimit  *int32 = 3
  failedJobsHistoryLimit      *int32 = 1

type CronJobStatus
  active              []ObjectReference
  lastScheduleTime    *time
  lastSuccessfulTime  *time

kind CronJob
  spec    CronJobSpec
  status  CronJobStatus

type CrossVersionObjectReference atomic
  kind        string !
  name        string !
  apiVersion  string

type HorizontalPodAutoscalerSpec
  scaleTargetRef                  CrossVersionObjectReference !
  minReplicas                     *int32 = 1
  maxReplicas                     int32 !
  targetCPUUtilizationPercentage  *int32 = 80

type HorizontalPodAutoscalerStatus
  observedGeneration               *int64
  lastScaleTime                    *time
  currentReplicas                  int32 !
  desiredReplicas                  int32 !
  currentCPUUtilizationPercentage  *int32

kind HorizontalPodAutoscaler
  spec    HorizontalPodAutoscalerSpec
  status  HorizontalPodAutoscalerStatus
)";

}  // namespace

std::string_view batch_types() {
    return batch_types_text;
}

}  // namespace bestgres::fakekube
