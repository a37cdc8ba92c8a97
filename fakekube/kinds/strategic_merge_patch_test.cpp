#include "fakekube/kinds/strategic_merge_patch.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

SchemaPtr pod_spec() {
    return built_in_types().at("PodSpec");
}

Json patched(const char* live, const char* patch, const std::string& type = "PodSpec") {
    const auto outcome =
        strategic_merge_patch(Json::parse(live), Json::parse(patch), *built_in_types().at(type));
    return outcome ? *outcome : Json(outcome.error().message);
}

TEST(StrategicMergePatch, merges_lists_by_key) {
    EXPECT_EQ(patched(R"({"containers": [{"name": "pg", "image": "1", "env": [{"name": "A"}]}]})",
                      R"({"containers": [{"name": "pg", "image": "2"}, {"name": "side"}]})"),
              Json::parse(R"({"containers": [
                  {"name": "pg", "image": "2", "env": [{"name": "A"}]}, {"name": "side"}]})"));
}

TEST(StrategicMergePatch, replaces_lists_without_a_key) {
    EXPECT_EQ(patched(R"({"tolerations": [{"key": "a"}]})", R"({"tolerations": [{"key": "b"}]})"),
              Json::parse(R"({"tolerations": [{"key": "b"}]})"));
}

TEST(StrategicMergePatch, puts_new_members_of_sets_first) {
    EXPECT_EQ(patched(R"({"finalizers": ["a", "b"]})", R"({"finalizers": ["c"]})", "ObjectMeta"),
              Json::parse(R"({"finalizers": ["c", "a", "b"]})"));
    EXPECT_EQ(patched(R"({"finalizers": ["a", "b"]})",
                      R"({"$deleteFromPrimitiveList/finalizers": ["a"]})", "ObjectMeta"),
              Json::parse(R"({"finalizers": ["b"]})"));
}

TEST(StrategicMergePatch, deletes_and_replaces_on_demand) {
    constexpr const char* live = R"({"containers": [{"name": "a"}, {"name": "b"}],
                                     "nodeSelector": {"x": "y"}})";
    EXPECT_EQ(patched(live, R"({"containers": [{"name": "a", "$patch": "delete"}]})")["containers"],
              Json::parse(R"([{"name": "b"}])"));
    EXPECT_EQ(
        patched(live, R"({"containers": [{"$patch": "replace"}, {"name": "c"}]})")["containers"],
        Json::parse(R"([{"name": "c"}])"));
    EXPECT_EQ(patched(live, R"({"nodeSelector": {"$patch": "replace", "k": "v"}})")["nodeSelector"],
              Json::parse(R"({"k": "v"})"));
    EXPECT_EQ(patched(live, R"({"nodeSelector": {"$patch": "delete"}})")["nodeSelector"],
              Json::object());
}

TEST(StrategicMergePatch, keeps_only_the_retained_keys) {
    EXPECT_EQ(patched(R"({"volumes": [{"name": "v", "emptyDir": {}}]})",
                      R"({"volumes": [{"name": "v", "$retainKeys": ["name", "configMap"],
                                       "configMap": {"name": "x"}}]})"),
              Json::parse(R"({"volumes": [{"name": "v", "configMap": {"name": "x"}}]})"));
}

TEST(StrategicMergePatch, orders_elements_as_told) {
    EXPECT_EQ(patched(R"({"containers": [{"name": "pg"}, {"name": "old"}]})",
                      R"({"$setElementOrder/containers": [{"name": "b"}, {"name": "pg"}],
                          "containers": [{"name": "b", "image": "b"}]})"),
              Json::parse(R"({"containers": [{"name": "b", "image": "b"}, {"name": "pg"},
                                             {"name": "old"}]})"));
}

TEST(StrategicMergePatch, needs_the_merge_key) {
    EXPECT_EQ(patched(R"({"containers": [{"name": "pg"}]})", R"({"containers": [{"image": "x"}]})"),
              "map: map[image:x] does not contain declared merge key: name");
}

Json containers(const std::set<std::string>& names, const std::string& image) {
    Json list = Json::array();
    for (const std::string& name : names) {
        list.push_back({{"name", name}, {"image", image}});
    }
    return {{"containers", list}};
}

RC_GTEST_PROP(StrategicMergePatch, applying_twice_is_applying_once,
              (std::set<std::string> live, std::set<std::string> wanted)) {
    const SchemaPtr schema = pod_spec();
    const Json patch = containers(wanted, "new");
    const auto once = strategic_merge_patch(containers(live, "old"), patch, *schema);
    RC_ASSERT(once.ok());
    const auto twice = strategic_merge_patch(*once, patch, *schema);
    RC_ASSERT(twice.ok());
    RC_ASSERT(*twice == *once);
}

RC_GTEST_PROP(StrategicMergePatch, never_loses_an_element_that_the_patch_does_not_name,
              (std::set<std::string> live, std::set<std::string> wanted)) {
    const auto merged =
        strategic_merge_patch(containers(live, "old"), containers(wanted, "new"), *pod_spec());
    RC_ASSERT(merged.ok());
    std::set<std::string> names;
    for (const Json& container : (*merged)["containers"]) {
        names.insert(container["name"].get<std::string>());
    }
    live.insert(wanted.begin(), wanted.end());
    RC_ASSERT(names == live);
}

}  // namespace
}  // namespace bestgres::fakekube
