#include "fakekube/kinds/json_patch.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>

namespace bestgres::fakekube {
namespace {

Json document() {
    return Json::parse(R"({"data": {"k": "v", "a/b": "1"}, "list": ["x", "y"]})");
}

Json patched(const char* operations) {
    const auto outcome = json_patch(document(), Json::parse(operations));
    return outcome ? *outcome : Json(outcome.error().message);
}

constexpr const char* refusal = "the server rejected our request due to an error in our request";

TEST(JsonPatch, adds_replaces_removes_and_tests) {
    EXPECT_EQ(patched(R"([{"op": "test", "path": "/data/k", "value": "v"},
                          {"op": "add", "path": "/data/n", "value": "1"},
                          {"op": "replace", "path": "/data/k", "value": "2"},
                          {"op": "remove", "path": "/data/a~1b"}])")["data"],
              Json::parse(R"({"k": "2", "n": "1"})"));
}

TEST(JsonPatch, moves_and_copies) {
    EXPECT_EQ(patched(R"([{"op": "move", "from": "/data/k", "path": "/data/m"},
                          {"op": "copy", "from": "/data/m", "path": "/data/c"},
                          {"op": "remove", "path": "/data/a~1b"}])")["data"],
              Json::parse(R"({"m": "v", "c": "v"})"));
}

TEST(JsonPatch, edits_lists_by_position_and_at_the_end) {
    EXPECT_EQ(patched(R"([{"op": "add", "path": "/list/1", "value": "between"},
                          {"op": "add", "path": "/list/-", "value": "last"},
                          {"op": "remove", "path": "/list/0"}])")["list"],
              Json::parse(R"(["between", "y", "last"])"));
}

TEST(JsonPatch, refuses_what_does_not_apply_without_saying_why) {
    EXPECT_EQ(patched(R"([{"op": "test", "path": "/data/k", "value": "no"}])"), refusal);
    EXPECT_EQ(patched(R"([{"op": "remove", "path": "/data/nope"}])"), refusal);
    EXPECT_EQ(patched(R"([{"op": "add", "path": "/nope/x", "value": 1}])"), refusal);
    EXPECT_EQ(patched(R"([{"op": "bogus", "path": "/data"}])"), refusal);
    EXPECT_EQ(patched(R"([{"op": "replace", "path": "", "value": {}}])"), refusal);
    EXPECT_EQ(patched(R"([{"op": "add", "path": "/list/7", "value": 1}])"), refusal);
}

TEST(JsonPatch, is_lenient_where_the_original_is) {
    EXPECT_EQ(patched(R"([{"op": "replace", "path": "/data/nope", "value": "x"}])")["data"]["nope"],
              "x");
    EXPECT_EQ(patched(R"([{"op": "test", "path": "/data/zz", "value": null}])"), document());
    EXPECT_EQ(patched(R"([{"op": "add", "path": "/data/k"}])")["data"]["k"], Json());
}

TEST(JsonPatch, wants_a_list) {
    EXPECT_EQ(patched(R"({"op": "add"})"),
              "json: cannot unmarshal object into Go value of type jsonpatch.Patch");
}

RC_GTEST_PROP(JsonPatch, add_then_remove_of_a_new_key_changes_nothing,
              (std::map<std::string, std::string> base, std::string key)) {
    RC_PRE(!base.contains(key) && key.find_first_of("~/") == std::string::npos);
    const Json before = {{"data", Json(base)}};
    const Json operations = Json::array({{{"op", "add"}, {"path", "/data/" + key}, {"value", 1}},
                                         {{"op", "remove"}, {"path", "/data/" + key}}});
    const auto after =
        json_patch(base.empty() ? Json{{"data", Json::object()}} : before, operations);
    RC_ASSERT(after.ok());
    RC_ASSERT(*after == (base.empty() ? Json{{"data", Json::object()}} : before));
}

}  // namespace
}  // namespace bestgres::fakekube
