#include "lib/kube/workload.hpp"

#include <gtest/gtest.h>

#include "lib/kube/condition.hpp"

namespace bestgres::kube {
namespace {

TEST(Pod, is_ready_only_while_nobody_deletes_it) {
    Json pod = {{"status", {{"conditions", {{{"type", "Ready"}, {"status", "True"}}}}}}};
    EXPECT_TRUE(pod_is_ready(Object(pod)));

    pod["metadata"]["deletionTimestamp"] = "2026-11-20T16:47:39Z";
    EXPECT_FALSE(pod_is_ready(Object(pod)));
    EXPECT_FALSE(pod_is_ready(Object()));
}

TEST(Pod, tells_since_when_it_is_not_ready) {
    Json pod = {{"status",
                 {{"conditions",
                   {{{"type", "Ready"},
                     {"status", "False"},
                     {"lastTransitionTime", "1970-01-01T00:00:07Z"}}}}}}};
    EXPECT_EQ(pod_unready_since(Object(pod)), Instant{7'000'000'000});

    pod["status"]["conditions"][0]["status"] = "True";
    EXPECT_EQ(pod_unready_since(Object(pod)), std::nullopt);
    EXPECT_EQ(pod_unready_since(Object()), std::nullopt);
}

TEST(Pod, tells_its_obstacle) {
    const Json unschedulable = {{"type", "PodScheduled"},
                                {"status", "False"},
                                {"reason", "Unschedulable"},
                                {"message", "0/3 nodes are available"}};
    EXPECT_EQ(pod_obstacle(Object(Json{{"status", {{"conditions", {unschedulable}}}}})),
              "Unschedulable: 0/3 nodes are available");

    const Json pulling = {{"state", {{"waiting", {{"reason", "ErrImagePull"}}}}}};
    EXPECT_EQ(pod_obstacle(Object(Json{{"status", {{"containerStatuses", {pulling}}}}})),
              "ErrImagePull");
    EXPECT_EQ(pod_obstacle(Object()), "");
}

TEST(Ordinal, is_read_from_the_name_of_a_pod_of_the_set) {
    EXPECT_EQ(ordinal_of("db-7", "db"), 7);
    EXPECT_EQ(ordinal_of("db-12", "db"), 12);
    EXPECT_EQ(ordinal_of("db-07", "db"), std::nullopt);
    EXPECT_EQ(ordinal_of("db-x", "db"), std::nullopt);
    EXPECT_EQ(ordinal_of("db2-0", "db"), std::nullopt);
    EXPECT_EQ(ordinal_of("db-", "db"), std::nullopt);
}

TEST(Condition, keeps_its_transition_time_while_the_status_stands) {
    Json conditions = Json::array();
    set_condition(conditions, {"Ready", "True", "AllReady", "", 1}, Instant{0});
    set_condition(conditions, {"Ready", "True", "AllReady", "more", 2}, Instant{5'000'000'000});

    ASSERT_EQ(conditions.size(), 1U);
    EXPECT_EQ(conditions[0]["lastTransitionTime"], "1970-01-01T00:00:00Z");
    EXPECT_EQ(conditions[0]["message"], "more");

    set_condition(conditions, {"Ready", "False", "NoPrimary", "", 2}, Instant{7'000'000'000});
    EXPECT_EQ(conditions[0]["lastTransitionTime"], "1970-01-01T00:00:07Z");
}

}  // namespace
}  // namespace bestgres::kube
