#include "lib/base/json.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <rapidcheck/gtest.h>

namespace bestgres {
namespace {

TEST(Find, reads_absent_and_mistyped_paths_as_absent) {
    const Json pod = {{"spec", {{"nodeName", "a"}, {"replicas", 3}}}};
    EXPECT_EQ(find_string(pod, {"spec", "nodeName"}), "a");
    EXPECT_EQ(find_int(pod, {"spec", "replicas"}), 3);
    EXPECT_EQ(find_int(pod, {"spec", "nodeName"}), std::nullopt);
    EXPECT_EQ(find(pod, {"spec", "nodeName", "deeper"}), nullptr);
    EXPECT_TRUE(array_at(pod, {"status", "conditions"}).empty());
}

TEST(ParseJson, reports_where_the_text_is_wrong) {
    const Result<Json> broken = parse_json("{\"a\":");
    ASSERT_FALSE(broken.ok());
    EXPECT_NE(broken.error().message.find("column 6"), std::string::npos) << broken.error().message;
}

TEST(Dump, replaces_bytes_that_are_not_utf_8) {
    EXPECT_EQ(dump(Json("a\xff")), "\"a\xEF\xBF\xBD\"");
}

TEST(MergePatch, deletes_by_null_and_replaces_lists) {
    Json target = {{"keep", 1}, {"drop", 2}, {"list", {1, 2}}};
    merge_patch(target, {{"drop", nullptr}, {"list", {3}}, {"deep", {{"new", true}}}});
    EXPECT_EQ(target, Json({{"keep", 1}, {"list", {3}}, {"deep", {{"new", true}}}}));
}

TEST(HashJson, tells_values_apart_and_not_number_representations) {
    EXPECT_EQ(hash_json(Json(1)), hash_json(Json(1U)));
    EXPECT_NE(hash_json(Json(1)), hash_json(Json("1")));
    EXPECT_NE(hash_json(Json::array()), hash_json(Json::object()));
    EXPECT_NE(hash_json({{"a", "bc"}}), hash_json({{"ab", "c"}}));
}

}  // namespace
}  // namespace bestgres
