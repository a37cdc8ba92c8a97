#include "operator/cmd/local/shipped_manifests.hpp"

#include <gtest/gtest.h>

namespace bestgres::cmd::local {
namespace {

TEST(ShippedManifests, are_crds_first_and_then_the_operator_in_the_given_namespace) {
    const std::vector<kube::Apply> applies = shipped_manifests("shop");
    ASSERT_GE(applies.size(), 5U);
    EXPECT_EQ(applies.front().kind, kube::kinds::custom_resource_definition);
    bool has_deployment = false;
    for (const kube::Apply& apply : applies) {
        EXPECT_EQ(apply.object.ns(), apply.kind.namespaced ? "shop" : "") << kube::describe(apply);
        has_deployment = has_deployment || apply.kind == kube::kinds::deployment;
    }
    EXPECT_TRUE(has_deployment);
}

TEST(ShippedManifests, hold_nothing_cluster_scoped_but_definitions) {
    for (const kube::Apply& apply : shipped_manifests("shop")) {
        EXPECT_TRUE(apply.kind.namespaced || apply.kind == kube::kinds::custom_resource_definition)
            << kube::describe(apply);
    }
}

}  // namespace
}  // namespace bestgres::cmd::local
