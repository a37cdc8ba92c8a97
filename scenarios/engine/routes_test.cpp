#include "scenarios/engine/routes.hpp"

#include <gtest/gtest.h>

namespace bestgres::scenarios {
namespace {

Json endpoint(const char* uid, bool ready) {
    return {{"conditions", {{"ready", ready}}}, {"targetRef", {{"uid", uid}}}};
}

kube::Object slice(const char* service, Json endpoints) {
    return kube::Object({{"kind", "EndpointSlice"},
                         {"metadata", {{"labels", {{"kubernetes.io/service-name", service}}}}},
                         {"endpoints", std::move(endpoints)}});
}

TEST(Routes, lead_to_the_ready_pods_of_all_slices_of_the_service) {
    const std::map<std::string, kube::Object> slices{
        {"db-1", slice("db", {endpoint("b", true), endpoint("c", false)})},
        {"db-2", slice("db", {endpoint("a", true), endpoint("b", true)})},
        {"other", slice("db-repl", {endpoint("z", true)})}};
    EXPECT_EQ(ready_targets(slices, "db"), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(ready_targets(slices, "nobody").empty());
}

TEST(Routes, an_endpoint_without_a_condition_is_ready) {
    Json bare = {{"targetRef", {{"uid", "a"}}}};
    const std::map<std::string, kube::Object> slices{
        {"db-1", slice("db", Json::array({std::move(bare)}))}};
    EXPECT_EQ(ready_targets(slices, "db"), std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace bestgres::scenarios
