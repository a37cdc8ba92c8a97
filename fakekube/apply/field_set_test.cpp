#include "fakekube/apply/field_set.hpp"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include "fakekube/apply/testing.hpp"

namespace bestgres::fakekube {
namespace {

using testing::some_field_set;

TEST(FieldSet, reads_and_writes_fields_v1) {
    const Json json = Json::parse(R"j({
        "f:data": {".": {}, "f:k1": {}},
        "f:spec": {"f:containers": {"k:{\"name\":\"pg\"}": {".": {}, "f:image": {}}}},
        "f:metadata": {"f:finalizers": {"v:\"example.com/a\"": {}}}})j");

    const Result<FieldSet> set = parse_fields_v1(json);

    ASSERT_TRUE(set.ok());
    EXPECT_EQ(to_fields_v1(*set), json);
    EXPECT_TRUE(set->has({"f:data"}));
    EXPECT_TRUE(set->has({"f:data", "f:k1"}));
    EXPECT_FALSE(set->has({"f:spec"}));
}

TEST(FieldSet, prints_paths_as_conflicts_name_them) {
    FieldSet set;
    set.insert({"f:spec", R"(k:{"containerPort":80,"protocol":"TCP"})", "f:name"});
    set.insert({"f:metadata", R"(v:"a")"});

    EXPECT_EQ(print_paths(set),
              (std::vector<std::string>{R"(.metadata[="a"])",
                                        R"(.spec[containerPort=80,protocol="TCP"].name)"}));
}

TEST(FieldSet, refuses_what_is_no_fields_v1) {
    EXPECT_FALSE(parse_fields_v1(Json::parse(R"({"data": {}})")).ok());
    EXPECT_FALSE(parse_fields_v1(Json::parse(R"({"f:data": 1})")).ok());
}

TEST(FieldSet, difference_with_trees_takes_all_below) {
    FieldSet left;
    left.insert({"f:status", "f:phase"});
    left.insert({"f:spec"});
    FieldSet right;
    right.insert({"f:status"});

    const FieldSet rest = subtract_trees(left, right);

    EXPECT_EQ(print_paths(rest), std::vector<std::string>{".spec"});
    EXPECT_EQ(subtract(left, right), left);
}

RC_GTEST_PROP(FieldSet, survives_the_round_trip, ()) {
    const FieldSet set = *some_field_set();

    const Result<FieldSet> back = parse_fields_v1(to_fields_v1(set));

    RC_ASSERT(back.ok());
    RC_ASSERT(*back == set);
}

RC_GTEST_PROP(FieldSet, keeps_the_laws_of_sets, ()) {
    const FieldSet a = *some_field_set();
    const FieldSet b = *some_field_set();

    RC_ASSERT(unite(a, b) == unite(b, a));
    RC_ASSERT(intersect(a, b) == intersect(b, a));
    RC_ASSERT(unite(subtract(a, b), intersect(a, b)) == a);
    RC_ASSERT(intersect(subtract(a, b), b).empty());
}

}  // namespace
}  // namespace bestgres::fakekube
