// Budgets, tolerations, taints, Jobs and surplus pods: the smaller pure decisions.
#include <gtest/gtest.h>

#include "fakekube/controllers/disruption.hpp"
#include "fakekube/controllers/job.hpp"
#include "fakekube/controllers/nodes.hpp"
#include "fakekube/controllers/objects.hpp"
#include "fakekube/controllers/replica_set.hpp"
#include "fakekube/controllers/testing.hpp"

namespace bestgres::fakekube::controllers {
namespace {

using namespace testing;  // NOLINT: the words of this test

constexpr Instant now{1'800'000'000'000'000'000};

Json budget(const Json& spec, std::vector<kube::Object> pods, std::int64_t scale,
            const Json& disrupted = Json::object()) {
    Json json = object_json("policy/v1", "PodDisruptionBudget", "db");
    json["spec"] = spec;
    json["status"]["disruptedPods"] = disrupted;
    return budget_status({.budget = kube::Object(json),
                          .pods = std::move(pods),
                          .expected_scale = scale,
                          .now = now})
        .status;
}

TEST(Budget, allows_what_exceeds_the_least_number) {
    const Json status = budget({{"minAvailable", 1}}, {ready(pod("a")), ready(pod("b"))}, 2);
    EXPECT_EQ(status["disruptionsAllowed"], 1);
    EXPECT_EQ(status["desiredHealthy"], 1);
    EXPECT_EQ(status["expectedPods"], 2);
}

TEST(Budget, counts_missing_pods_against_the_most_that_may_be_away) {
    const Json status = budget({{"maxUnavailable", 1}}, {ready(pod("a")), ready(pod("b"))}, 3);
    EXPECT_EQ(status["desiredHealthy"], 2);
    EXPECT_EQ(status["disruptionsAllowed"], 0);
    EXPECT_EQ(status["conditions"][0]["reason"], "InsufficientPods");
}

TEST(Budget, scales_percentages_upwards) {
    EXPECT_EQ(budget({{"minAvailable", "50%"}}, {ready(pod("a"))}, 3)["desiredHealthy"], 2);
}

TEST(Budget, holds_evicted_pods_against_it_for_two_minutes) {
    const std::vector<kube::Object> pods = {ready(pod("a")), ready(pod("b"))};
    EXPECT_EQ(
        budget({{"minAvailable", 1}}, pods, 2, {{"a", format_seconds(now)}})["disruptionsAllowed"],
        0);
    EXPECT_EQ(budget({{"minAvailable", 1}}, pods, 2,
                     {{"a", format_seconds(now - std::chrono::minutes(3))}})["disruptionsAllowed"],
              1);
}

kube::Object tainted(const char* key, const char* effect) {
    const Json taint = {{"key", key}, {"effect", effect}};
    return changed(node("n"), {{"spec", {{"taints", Json::array({taint})}}}});
}

kube::Object tolerating(const Json& toleration) {
    return changed(pod("p"), {{"spec", {{"tolerations", Json::array({toleration})}}}});
}

TEST(Toleration, ends_at_once_without_a_match) {
    EXPECT_EQ(toleration_of(pod("p"), tainted("gone", "NoExecute")), Duration::zero());
    EXPECT_EQ(toleration_of(pod("p"), tainted("gone", "NoSchedule")), std::nullopt);
}

TEST(Toleration, lasts_as_long_as_it_says) {
    const kube::Object node = tainted("gone", "NoExecute");
    EXPECT_EQ(toleration_of(tolerating({{"operator", "Exists"}}), node), std::nullopt);
    EXPECT_EQ(toleration_of(tolerating({{"key", "gone"},
                                        {"operator", "Exists"},
                                        {"effect", "NoExecute"},
                                        {"tolerationSeconds", 300}}),
                            node),
              std::chrono::seconds(300));
}

std::string taint_keys(const kube::Object& node) {
    std::string keys;
    for (const Json& taint : wanted_taints(node, now)) {
        keys += string_at(taint, {"key"}) + ":" + string_at(taint, {"effect"}) + " ";
    }
    return keys;
}

TEST(Taints, follow_the_ready_condition) {
    Json json = tainted("mine", "NoSchedule").json();
    set_condition(json, {.type = "Ready", .status = "True", .reason = "", .message = ""}, now);
    EXPECT_EQ(taint_keys(kube::Object(json)), "mine:NoSchedule ");
    set_condition(json, {.type = "Ready", .status = "Unknown", .reason = "", .message = ""}, now);
    EXPECT_EQ(taint_keys(kube::Object(json)),
              "mine:NoSchedule node.kubernetes.io/unreachable:NoSchedule "
              "node.kubernetes.io/unreachable:NoExecute ");
}

JobDecision job(const Json& spec, const JobCounts& counts) {
    Json json = object_json("batch/v1", "Job", "backup");
    json["spec"] = spec;
    return decide_job(kube::Object(json), counts);
}

JobCounts counts(std::int64_t active, std::int64_t succeeded, std::int64_t failed) {
    return {.active = active,
            .succeeded = succeeded,
            .failed = failed,
            .running_for = std::chrono::seconds(50)};
}

TEST(Job, runs_as_many_pods_as_are_still_needed) {
    const Json spec = {{"completions", 3}, {"parallelism", 2}};
    EXPECT_EQ(job(spec, counts(0, 0, 0)).create, 2);
    EXPECT_EQ(job(spec, counts(0, 2, 0)).create, 1);
    EXPECT_EQ(job(spec, counts(0, 3, 0)).finish, "Complete");
}

TEST(Job, fails_beyond_its_limits) {
    const Json spec = {{"completions", 1}, {"backoffLimit", 1}, {"activeDeadlineSeconds", 60}};
    EXPECT_EQ(job(spec, counts(0, 0, 1)).create, 1);
    EXPECT_EQ(job(spec, counts(0, 0, 2)).reason, "BackoffLimitExceeded");
    JobCounts late = counts(1, 0, 0);
    late.running_for = std::chrono::seconds(60);
    EXPECT_EQ(job(spec, late).reason, "DeadlineExceeded");
    EXPECT_EQ(job(spec, late).remove, 1);
}

TEST(Job, removes_its_pods_while_suspended) {
    const JobDecision decision = job({{"completions", 1}, {"suspend", true}}, counts(1, 0, 0));
    EXPECT_EQ(decision.remove, 1);
    EXPECT_EQ(decision.create, 0);
}

TEST(ReplicaSet, removes_the_pods_that_matter_least) {
    const auto removed = pods_to_remove(
        {ready(on_node(pod("ready"), "n")), on_node(pod("pending"), "n"), pod("unscheduled")}, 2);
    ASSERT_EQ(removed.size(), 2U);
    EXPECT_EQ(removed[0].name(), "unscheduled");
    EXPECT_EQ(removed[1].name(), "pending");
}

}  // namespace
}  // namespace bestgres::fakekube::controllers
