#include "lib/kube/object.hpp"

#include <gtest/gtest.h>

#include "lib/kube/cluster.hpp"

namespace bestgres::kube {
namespace {

TEST(Object, reads_metadata_and_nothing_where_it_is_absent) {
    const Object pod(Json{
        {"metadata", {{"name", "db-0"}, {"labels", {{"a.b/c", "x"}}}, {"finalizers", {"f"}}}}});
    EXPECT_EQ(pod.name(), "db-0");
    EXPECT_EQ(pod.label("a.b/c"), "x");
    EXPECT_EQ(pod.annotation("a"), "");
    EXPECT_TRUE(pod.has_finalizer("f"));
    EXPECT_FALSE(pod.being_deleted());
    EXPECT_EQ(Object().uid(), "");
}

TEST(Object, shares_its_json_between_copies) {
    const Object pod(Json{{"metadata", {{"name", "db-0"}}}});
    const Object copy = pod;  // NOLINT: the copy is the subject
    EXPECT_EQ(&copy.json(), &pod.json());
    EXPECT_EQ(copy.hash(), pod.hash());
}

TEST(Describe, names_the_attempt_and_the_object) {
    EXPECT_EQ(describe(Call(Get{{kinds::stateful_set, "shop", "db"}})), "get StatefulSet shop/db");
    EXPECT_EQ(describe(Call(List{kinds::pod, "shop", "", ""})), "list pods in shop");
}

TEST(Kind, builds_the_paths_of_core_and_named_groups) {
    EXPECT_EQ(kinds::pod.api_path(), "/api/v1");
    EXPECT_EQ(kinds::stateful_set.api_path(), "/apis/apps/v1");
}

TEST(FindKind, tells_groups_apart) {
    EXPECT_EQ(find_kind("apps/v1", "StatefulSet"), kinds::stateful_set);
    EXPECT_EQ(find_kind("v1", "StatefulSet"), std::nullopt);
}

}  // namespace
}  // namespace bestgres::kube
