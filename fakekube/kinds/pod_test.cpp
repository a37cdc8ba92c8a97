#include <gtest/gtest.h>

#include "fakekube/kinds/testing.hpp"

namespace bestgres::fakekube {
namespace {

using testing::create_errors;
using testing::stored;
using testing::Texts;
using testing::update_errors;
using testing::yaml;

Json simple_pod() {
    return stored("Pod",
                  yaml("{metadata: {name: p}, spec: {containers: [{name: c, image: x:1}]}}"));
}

TEST(Pod, gets_the_defaults_of_a_pod) {
    const Json pod = simple_pod();
    EXPECT_EQ(pod["spec"], yaml(R"(
        containers:
        - {name: c, image: "x:1", imagePullPolicy: IfNotPresent, resources: {},
           terminationMessagePath: /dev/termination-log, terminationMessagePolicy: File}
        dnsPolicy: ClusterFirst
        enableServiceLinks: true
        restartPolicy: Always
        schedulerName: default-scheduler
        securityContext: {}
        terminationGracePeriodSeconds: 30)"));
    EXPECT_EQ(pod["status"], yaml("{phase: Pending, qosClass: BestEffort}"));
}

TEST(Pod, requests_what_it_limits) {
    const Json pod = stored("Pod", yaml(R"(
        spec: {containers: [{name: c, image: x, resources: {limits: {cpu: 1, memory: 1Gi}}}]})"));
    EXPECT_EQ(pod["spec"]["containers"][0]["resources"]["requests"],
              yaml("{cpu: '1', memory: 1Gi}"));
    EXPECT_EQ(pod["spec"]["containers"][0]["imagePullPolicy"], "Always");
    EXPECT_EQ(pod["status"]["qosClass"], "Guaranteed");
}

TEST(Pod, needs_containers_with_names_and_images) {
    EXPECT_EQ(create_errors("Pod", "spec: {}"), Texts{"spec.containers: Required value"});
    EXPECT_EQ(create_errors("Pod", "spec: {containers: [{image: x}]}"),
              Texts{"spec.containers[0].name: Required value"});
    EXPECT_EQ(
        create_errors("Pod", "spec: {containers: [{name: c, image: x}, {name: c, image: z}]}"),
        Texts{"spec.containers[1].name: Duplicate value: \"c\""});
}

TEST(Pod, refuses_more_requests_than_limits) {
    EXPECT_EQ(
        create_errors("Pod", R"(
        spec: {containers: [{name: c, image: x,
               resources: {requests: {cpu: 2}, limits: {cpu: 1}}}]})"),
        Texts{"spec.containers[0].resources.requests: Invalid value: \"2\": must be less than "
              "or equal to cpu limit"});
}

TEST(Pod, mounts_only_volumes_that_it_has) {
    EXPECT_EQ(create_errors("Pod", R"(
        spec: {containers: [{name: c, image: x, volumeMounts: [{name: v, mountPath: /v}]}]})"),
              Texts{"spec.containers[0].volumeMounts[0].name: Not found: \"v\""});
}

TEST(Pod, allows_one_handler_a_probe) {
    EXPECT_EQ(create_errors("Pod", R"(
        spec: {containers: [{name: c, image: x, readinessProbe:
               {httpGet: {port: 80}, exec: {command: [a]}, periodSeconds: -1}}]})"),
              (Texts{"spec.containers[0].readinessProbe.httpGet: Forbidden: may not specify more "
                     "than 1 handler type",
                     "spec.containers[0].readinessProbe.periodSeconds: Invalid value: -1: must be "
                     "greater than or equal to 0"}));
}

TEST(Pod, may_change_its_images_and_little_else) {
    const Json pod = simple_pod();
    EXPECT_EQ(update_errors("Pod", pod, "spec: {containers: [{name: c, image: x:2}]}"), Texts{});
    EXPECT_EQ(update_errors("Pod", pod, "spec: {activeDeadlineSeconds: 10}"), Texts{});
    const Texts errors = update_errors("Pod", pod, "spec: {nodeName: n1}");
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_TRUE(errors[0].starts_with("spec: Forbidden: pod updates may not change fields other"));
}

TEST(Pod, has_grace_only_on_a_node_and_while_it_runs) {
    const auto strategy = testing::resource_of("Pod").strategy;
    Json pod = simple_pod();
    EXPECT_EQ(strategy->graceful_seconds(pod, 30), 0);
    pod["spec"]["nodeName"] = "n";
    EXPECT_EQ(strategy->graceful_seconds(pod, std::nullopt), 30);
    EXPECT_EQ(strategy->graceful_seconds(pod, 5), 5);
    EXPECT_EQ(strategy->graceful_seconds(pod, -1), 1);
    pod["status"]["phase"] = "Succeeded";
    EXPECT_EQ(strategy->graceful_seconds(pod, 5), 0);
}

TEST(Pod, shows_why_it_does_not_run) {
    const auto strategy = testing::resource_of("Pod").strategy;
    Json pod = simple_pod();
    pod["status"] = yaml(R"(
        {phase: Running, containerStatuses: [{name: c, ready: false, restartCount: 3,
         state: {waiting: {reason: CrashLoopBackOff}}}]})");
    const auto cells = strategy->table_cells(pod, Instant{});
    EXPECT_EQ(cells[1], "0/1");
    EXPECT_EQ(cells[2], "CrashLoopBackOff");
    EXPECT_EQ(cells[3], 3);
}

}  // namespace
}  // namespace bestgres::fakekube
