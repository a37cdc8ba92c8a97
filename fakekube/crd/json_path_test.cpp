#include "fakekube/crd/json_path.hpp"

#include <gtest/gtest.h>

namespace bestgres::fakekube {
namespace {

const Json& example() {
    static const Json value = Json::parse(R"({
        "spec": {"size": 3, "tags": ["a", "b"], "x.y": 1},
        "status": {"conditions": [{"type": "Ready", "status": "True"},
                                  {"type": "Valid", "status": "False"}]}})");
    return value;
}

Json all(std::string_view path) {
    Json found = Json::array();
    for (const Json* value : find_all(example(), path)) {
        found.push_back(*value);
    }
    return found;
}

TEST(JsonPath, follows_names_indexes_and_filters) {
    EXPECT_EQ(all(".spec.size"), Json({3}));
    EXPECT_EQ(all(".spec.tags[1]"), Json({"b"}));
    EXPECT_EQ(all(".spec.tags[-1]"), Json({"b"}));
    EXPECT_EQ(all(".spec.tags[*]"), Json({"a", "b"}));
    EXPECT_EQ(all(".spec['x.y']"), Json({1}));
    EXPECT_EQ(all(".spec.x\\.y"), Json({1}));
    EXPECT_EQ(all(".status.conditions[?(@.type==\"Valid\")].status"), Json({"False"}));
    EXPECT_EQ(all(".status.conditions[?(@.type == 'Ready')].status"), Json({"True"}));
}

TEST(JsonPath, finds_nothing_where_nothing_is) {
    EXPECT_EQ(all(".spec.none.of.it"), Json::array());
    EXPECT_EQ(all(".spec.tags[7]"), Json::array());
    EXPECT_EQ(all(".spec.size.deep"), Json::array());
}

}  // namespace
}  // namespace bestgres::fakekube
