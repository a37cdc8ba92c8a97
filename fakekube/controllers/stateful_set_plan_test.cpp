#include "fakekube/controllers/stateful_set_plan.hpp"

#include <gtest/gtest.h>

#include "fakekube/controllers/stateful_set_objects.hpp"
#include "fakekube/controllers/testing.hpp"

namespace bestgres::fakekube::controllers {
namespace {

using namespace testing;  // NOLINT: the words of this test

kube::Object set_of(int replicas, const Json& spec = Json::object()) {
    Json json = object_json("apps/v1", "StatefulSet", "db");
    json["spec"] = {{"replicas", replicas}};
    merge_patch(json["spec"], spec);
    return kube::Object(std::move(json));
}

kube::Object member(int ordinal, const std::string& revision = "new") {
    const std::string name = "db-" + std::to_string(ordinal);
    return labelled(labelled(pod(name), "controller-revision-hash", revision),
                    "statefulset.kubernetes.io/pod-name", name);
}

const Json parallel = {{"podManagementPolicy", "Parallel"}};
const Json on_delete = {{"podManagementPolicy", "Parallel"},
                        {"updateStrategy", {{"type", "OnDelete"}}}};

StatefulSetPlan plan(const kube::Object& set, std::vector<kube::Object> pods) {
    return plan_stateful_set({.set = set,
                              .pods = std::move(pods),
                              .current_revision = "old",
                              .update_revision = "new",
                              .now = Instant{1'800'000'000'000'000'000}});
}

std::string steps(const StatefulSetPlan& plan) {
    std::string text;
    for (const StatefulSetStep& step : plan.steps) {
        const char* names[] = {"create", "remove", "replace", "repair"};
        text += (text.empty() ? "" : ", ") + std::string(names[static_cast<int>(step.type)]) + " " +
                std::to_string(step.ordinal);
    }
    return text;
}

TEST(StatefulSetPlan, creates_one_pod_after_the_other) {
    EXPECT_EQ(steps(plan(set_of(3), {})), "create 0");
    EXPECT_EQ(steps(plan(set_of(3), {member(0)})), "");
    EXPECT_EQ(steps(plan(set_of(3), {ready(member(0))})), "create 1");
}

TEST(StatefulSetPlan, creates_all_pods_at_once_when_parallel) {
    EXPECT_EQ(steps(plan(set_of(3, parallel), {})), "create 0, create 1, create 2");
}

TEST(StatefulSetPlan, begins_at_the_first_ordinal) {
    EXPECT_EQ(steps(plan(set_of(1, {{"ordinals", {{"start", 5}}}}), {})), "create 5");
}

TEST(StatefulSetPlan, waits_until_a_terminating_pod_is_gone) {
    EXPECT_EQ(steps(plan(set_of(2), {terminating(ready(member(0))), ready(member(1))})), "");
    EXPECT_EQ(steps(plan(set_of(2, parallel), {terminating(ready(member(0)))})), "create 1");
}

TEST(StatefulSetPlan, replaces_finished_pods) {
    const kube::Object failed = changed(member(0), {{"status", {{"phase", "Failed"}}}});
    EXPECT_EQ(steps(plan(set_of(1), {failed})), "replace 0");
    EXPECT_EQ(steps(plan(set_of(1), {terminating(failed)})), "");
}

TEST(StatefulSetPlan, scales_down_from_the_top_one_by_one) {
    const std::vector<kube::Object> pods = {ready(member(0)), ready(member(1)), ready(member(2))};
    EXPECT_EQ(steps(plan(set_of(1), pods)), "remove 2");
    EXPECT_EQ(steps(plan(set_of(1, parallel), pods)), "remove 2, remove 1");
}

TEST(StatefulSetPlan, does_not_scale_down_while_another_pod_is_broken) {
    EXPECT_EQ(steps(plan(set_of(2), {member(0), ready(member(1)), ready(member(2))})), "");
}

TEST(StatefulSetPlan, rolls_one_pod_at_a_time_from_the_top) {
    const auto old = [](int ordinal) { return ready(member(ordinal, "old")); };
    EXPECT_EQ(steps(plan(set_of(3, parallel), {old(0), old(1), old(2)})), "remove 2");
    EXPECT_EQ(steps(plan(set_of(3, parallel), {old(0), old(1), member(2)})), "");
    EXPECT_EQ(steps(plan(set_of(3, parallel), {old(0), old(1), ready(member(2))})), "remove 1");
}

TEST(StatefulSetPlan, keeps_pods_below_the_partition) {
    const kube::Object set =
        set_of(2, {{"updateStrategy", {{"rollingUpdate", {{"partition", 1}}}}}});
    EXPECT_EQ(steps(plan(set, {ready(member(0, "old")), ready(member(1, "new"))})), "");
    EXPECT_EQ(plan(set, {}).steps.at(0).revision, "old");
}

TEST(StatefulSetPlan, never_gets_past_a_broken_pod_of_an_old_template) {
    EXPECT_EQ(steps(plan(set_of(1), {member(0, "old")})), "");
}

TEST(StatefulSetPlan, leaves_updates_to_others_with_on_delete) {
    const auto result = plan(set_of(2, on_delete), {ready(member(0, "old")), ready(member(1))});
    EXPECT_EQ(steps(result), "");
    EXPECT_EQ(result.status["currentRevision"], "old");
    EXPECT_EQ(result.status["updatedReplicas"], 1);
}

TEST(StatefulSetPlan, moves_the_current_revision_when_the_update_is_complete) {
    const auto result = plan(set_of(1), {ready(member(0))});
    EXPECT_EQ(result.status["currentRevision"], "new");
    EXPECT_EQ(result.status["currentReplicas"], 1);
}

TEST(StatefulSetPlan, counts_terminating_pods_as_replicas_only) {
    const auto result = plan(set_of(2), {ready(member(0)), terminating(ready(member(1)))});
    EXPECT_EQ(result.status["replicas"], 2);
    EXPECT_EQ(result.status["readyReplicas"], 2);
    EXPECT_EQ(result.status["updatedReplicas"], 1);
}

TEST(StatefulSetPlan, looks_again_when_a_ready_pod_becomes_available) {
    const kube::Object set = set_of(1, {{"minReadySeconds", 100'000'000}});
    const auto result = plan(set, {ready(member(0))});
    EXPECT_EQ(result.status["availableReplicas"], 0);
    EXPECT_TRUE(result.look_again.has_value());
}

TEST(StatefulSetPlan, does_nothing_while_the_set_is_being_deleted) {
    EXPECT_EQ(steps(plan(terminating(set_of(2)), {})), "");
}

// The name that a kube-controller-manager 1.20 gave the revision of this very template.
TEST(StatefulSetObjects, name_revisions_as_kubernetes_does) {
    const kube::Object set = set_of(1, {{"template",
                                         {{"metadata", {{"labels", {{"app", "a"}}}}},
                                          {"spec",
                                           {{"containers",
                                             {{{"image", "registry.example/pause:1"},
                                               {"imagePullPolicy", "IfNotPresent"},
                                               {"name", "c"},
                                               {"resources", Json::object()},
                                               {"terminationMessagePath", "/dev/termination-log"},
                                               {"terminationMessagePolicy", "File"}}}},
                                            {"dnsPolicy", "ClusterFirst"},
                                            {"restartPolicy", "Always"},
                                            {"schedulerName", "default-scheduler"},
                                            {"securityContext", Json::object()},
                                            {"terminationGracePeriodSeconds", 30}}}}}});
    EXPECT_EQ(revision_of(set, 1)["metadata"]["name"], "db-658654cc76");
}

TEST(StatefulSetObjects, give_a_pod_its_identity) {
    const kube::Object set =
        set_of(1, {{"serviceName", "db-headless"},
                   {"volumeClaimTemplates", {{{"metadata", {{"name", "pgdata"}}}}}}});
    const kube::Object revision(
        {{"metadata", {{"name", "db-abc"}}},
         {"data", {{"spec", {{"template", {{"spec", {{"volumes", {{{"name", "tmp"}}}}}}}}}}}}});

    const Json made = pod_of(set, 2, revision);

    EXPECT_EQ(made["metadata"]["labels"]["apps.kubernetes.io/pod-index"], "2");
    EXPECT_EQ(made["metadata"]["labels"]["controller-revision-hash"], "db-abc");
    EXPECT_EQ(made["spec"]["hostname"], "db-2");
    EXPECT_EQ(made["spec"]["subdomain"], "db-headless");
    EXPECT_EQ(made["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"], "pgdata-db-2");
    EXPECT_EQ(made["spec"]["volumes"][1]["name"], "tmp");
}

TEST(StatefulSetObjects, own_claims_as_the_retention_policy_says) {
    const auto owner_kinds = [](const char* deleted, const char* scaled, int ordinal) {
        const kube::Object set = set_of(1, {{"persistentVolumeClaimRetentionPolicy",
                                             {{"whenDeleted", deleted}, {"whenScaled", scaled}}}});
        const kube::Object its_pod = member(ordinal);
        std::string kinds;
        for (const Json& owner : claim_owners(set, &its_pod, kube::Object())) {
            kinds += string_at(owner, {"kind"}) + " ";
        }
        return kinds;
    };
    EXPECT_EQ(owner_kinds("Retain", "Retain", 0), "");
    EXPECT_EQ(owner_kinds("Delete", "Retain", 0), "StatefulSet ");
    EXPECT_EQ(owner_kinds("Retain", "Delete", 0), "");
    EXPECT_EQ(owner_kinds("Retain", "Delete", 3), "Pod ");
    EXPECT_EQ(owner_kinds("Delete", "Delete", 3), "Pod ");
}

}  // namespace
}  // namespace bestgres::fakekube::controllers
