#include <gtest/gtest.h>

#include "fakekube/kinds/testing.hpp"

namespace bestgres::fakekube {
namespace {

using testing::create_errors;
using testing::stored;
using testing::Texts;
using testing::update_errors;
using testing::yaml;

Json workload(std::string_view kind) {
    return stored(kind, yaml(R"(
        metadata: {name: db}
        spec:
          serviceName: db
          selector: {matchLabels: {app: a}}
          template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: x}]}}
          volumeClaimTemplates:
          - metadata: {name: data}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}})"));
}

TEST(StatefulSet, gets_its_defaults) {
    const Json spec = workload("StatefulSet")["spec"];
    EXPECT_EQ(spec["replicas"], 1);
    EXPECT_EQ(spec["podManagementPolicy"], "OrderedReady");
    EXPECT_EQ(spec["updateStrategy"], yaml("{type: RollingUpdate, rollingUpdate: {partition: 0}}"));
    EXPECT_EQ(spec["persistentVolumeClaimRetentionPolicy"],
              yaml("{whenDeleted: Retain, whenScaled: Retain}"));
    EXPECT_EQ(spec["volumeClaimTemplates"][0]["status"], yaml("{phase: Pending}"));
    EXPECT_EQ(spec["volumeClaimTemplates"][0]["kind"], "PersistentVolumeClaim");
}

TEST(StatefulSet, needs_a_selector_that_matches_its_template) {
    EXPECT_EQ(
        create_errors("StatefulSet", R"(
        spec: {serviceName: db, selector: {matchLabels: {app: other}},
               template: {metadata: {labels: {app: a}},
                          spec: {containers: [{name: c, image: x}]}}})"),
        Texts{"spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"a\"}: "
              "`selector` does not match template `labels`"});
}

TEST(StatefulSet, keeps_what_must_not_change) {
    const Json before = workload("StatefulSet");
    const Texts refused{
        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', "
        "'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and "
        "'minReadySeconds' are forbidden"};
    EXPECT_EQ(update_errors("StatefulSet", before, "spec: {serviceName: other}"), refused);
    EXPECT_EQ(update_errors("StatefulSet", before, "spec: {volumeClaimTemplates: null}"), refused);
    EXPECT_EQ(update_errors("StatefulSet", before, "spec: {replicas: 3, minReadySeconds: 1}"),
              Texts{});
}

TEST(Deployment, gets_its_strategy) {
    EXPECT_EQ(workload("Deployment")["spec"]["strategy"],
              yaml("{type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}"));
}

TEST(Deployment, keeps_its_selector) {
    EXPECT_EQ(update_errors("Deployment", workload("Deployment"), R"(
        spec: {selector: {matchLabels: {app: b}}, template: {metadata: {labels: {app: b}}}})"),
              Texts{"spec.selector: Invalid value: v1.LabelSelector{MatchLabels:"
                    "map[string]string{\"app\":\"b\"}, MatchExpressions:"
                    "[]v1.LabelSelectorRequirement(nil)}: field is immutable"});
}

TEST(Deployment, refuses_to_stand_still) {
    EXPECT_EQ(update_errors("Deployment", workload("Deployment"),
                            "spec: {strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}}"),
              Texts{"spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "
                    "intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}: may not be 0 when "
                    "`maxSurge` is 0"});
}

TEST(PodDisruptionBudget, refuses_shares_above_one_hundred) {
    EXPECT_EQ(create_errors("PodDisruptionBudget", "spec: {minAvailable: 150%}"),
              Texts{"spec.minAvailable: Invalid value: intstr.IntOrString{Type:1, IntVal:0, "
                    "StrVal:\"150%\"}: must not be greater than 100%"});
}

}  // namespace
}  // namespace bestgres::fakekube
