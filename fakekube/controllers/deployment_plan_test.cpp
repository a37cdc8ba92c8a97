#include "fakekube/controllers/deployment_plan.hpp"

#include <gtest/gtest.h>

#include "fakekube/controllers/objects.hpp"
#include "fakekube/controllers/testing.hpp"

namespace bestgres::fakekube::controllers {
namespace {

using namespace testing;  // NOLINT: the words of this test

using Sizes = std::map<std::string, std::int64_t>;

kube::Object deployment(int replicas, const Json& spec = Json::object()) {
    Json json = object_json("apps/v1", "Deployment", "web");
    json["spec"] = {{"replicas", replicas}};
    merge_patch(json["spec"], spec);
    return kube::Object(std::move(json));
}

kube::Object set(const char* name, int replicas, int available) {
    Json json = object_json("apps/v1", "ReplicaSet", name);
    json["spec"] = {{"replicas", replicas}};
    json["status"] = {
        {"replicas", replicas}, {"readyReplicas", available}, {"availableReplicas", available}};
    return kube::Object(std::move(json));
}

DeploymentView view(const kube::Object& deployment, const kube::Object& newest,
                    std::vector<kube::Object> older) {
    return {.deployment = deployment,
            .newest = newest,
            .older = std::move(older),
            .old_pods_exist = false,
            .now = Instant{1'800'000'000'000'000'000}};
}

Json strategy(const char* type) {
    return {{"strategy", {{"type", type}}}};
}

TEST(DeploymentPlan, grows_the_new_set_as_far_as_the_surge_allows) {
    EXPECT_EQ(wanted_sizes(view(deployment(4), set("new", 0, 0), {set("old", 4, 4)})),
              (Sizes{{"new", 1}}));
}

TEST(DeploymentPlan, shrinks_the_old_set_when_new_pods_are_available) {
    EXPECT_EQ(wanted_sizes(view(deployment(4), set("new", 1, 1), {set("old", 4, 4)})),
              (Sizes{{"old", 2}}));
}

TEST(DeploymentPlan, keeps_old_pods_while_new_ones_are_not_available) {
    EXPECT_EQ(wanted_sizes(view(deployment(4), set("new", 2, 0), {set("old", 3, 3)})),
              (Sizes{{"old", 3}}));
}

TEST(DeploymentPlan, removes_broken_old_pods_first) {
    EXPECT_EQ(wanted_sizes(view(deployment(4), set("new", 2, 2), {set("old", 3, 1)})),
              (Sizes{{"old", 1}}));
}

TEST(DeploymentPlan, recreates_only_when_the_last_old_pod_is_gone) {
    const kube::Object recreating = deployment(2, strategy("Recreate"));
    EXPECT_EQ(wanted_sizes(view(recreating, set("new", 0, 0), {set("old", 2, 2)})),
              (Sizes{{"old", 0}}));
    DeploymentView waiting = view(recreating, set("new", 0, 0), {set("old", 0, 0)});
    waiting.old_pods_exist = true;
    EXPECT_EQ(wanted_sizes(waiting), Sizes{});
    waiting.old_pods_exist = false;
    EXPECT_EQ(wanted_sizes(waiting), (Sizes{{"new", 2}}));
}

TEST(DeploymentPlan, follows_only_the_size_while_paused) {
    EXPECT_EQ(
        wanted_sizes(view(deployment(5, {{"paused", true}}), set("new", 0, 0), {set("old", 3, 3)})),
        (Sizes{{"old", 5}}));
}

TEST(DeploymentPlan, tells_availability_and_progress) {
    Json status = deployment_status(view(deployment(2), set("new", 2, 0), {}));
    EXPECT_EQ(status["unavailableReplicas"], 2);
    EXPECT_EQ(status["conditions"][0]["reason"], "MinimumReplicasUnavailable");
    EXPECT_EQ(status["conditions"][1]["reason"], "ReplicaSetUpdated");

    status = deployment_status(view(deployment(2), set("new", 2, 2), {}));
    EXPECT_EQ(status["conditions"][0]["status"], "True");
    EXPECT_EQ(status["conditions"][1]["reason"], "NewReplicaSetAvailable");
}

TEST(DeploymentPlan, tells_when_nothing_moves_any_more) {
    Json json = deployment(2, {{"progressDeadlineSeconds", 600}}).json();
    json["status"] = deployment_status(view(kube::Object(json), set("new", 2, 0), {}));
    DeploymentView later = view(kube::Object(json), set("new", 2, 0), {});
    ASSERT_TRUE(progress_deadline(later).has_value());
    later.now = *progress_deadline(later);
    EXPECT_EQ(deployment_status(later)["conditions"][1]["reason"], "ProgressDeadlineExceeded");
}

TEST(DeploymentPlan, gives_the_new_set_hash_revision_and_sizes) {
    const kube::Object web =
        deployment(4, {{"selector", {{"matchLabels", {{"app", "web"}}}}},
                       {"template", {{"metadata", {{"labels", {{"app", "web"}}}}}}}});
    const Json made = new_replica_set(web, 3);
    const std::string hash = template_hash(web);
    EXPECT_EQ(made["metadata"]["name"], "web-" + hash);
    EXPECT_EQ(made["spec"]["selector"]["matchLabels"]["pod-template-hash"], hash);
    EXPECT_EQ(made["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "3");
    EXPECT_EQ(made["metadata"]["annotations"]["deployment.kubernetes.io/max-replicas"], "5");
    EXPECT_TRUE(same_template(kube::Object(made), web));
}

}  // namespace
}  // namespace bestgres::fakekube::controllers
