#include "lib/base/sorted_vector_map.hpp"

#include <gtest/gtest.h>

#include "lib/base/json.hpp"

namespace bestgres {
namespace {

TEST(SortedVectorMap, keeps_keys_sorted_in_whatever_order_they_come) {
    Json object;
    for (const char* key : {"metadata", "apiVersion", "spec", "kind"}) {
        object[key] = 1;
    }
    EXPECT_EQ(dump(object), R"({"apiVersion":1,"kind":1,"metadata":1,"spec":1})");
}

TEST(SortedVectorMap, of_two_equal_keys_in_a_text_the_last_wins) {
    EXPECT_EQ(dump(*parse_json(R"({"b":1,"a":2,"b":3})")), R"({"a":2,"b":3})");
}

TEST(SortedVectorMap, objects_compare_by_their_entries) {
    const Json one = {{"a", 1}, {"b", 2}};
    EXPECT_EQ(one, (Json{{"b", 2}, {"a", 1}}));
    EXPECT_NE(one, (Json{{"a", 1}}));
    EXPECT_LT((Json{{"a", 1}}), one);
    EXPECT_LT((Json{{"a", 0}, {"c", 0}}), one);
}

TEST(SortedVectorMap, a_copy_has_no_room_to_spare) {
    Json object;
    for (int key = 0; key < 100; ++key) {
        object[std::to_string(key)] = key;
    }
    const Json copy = object;
    const auto& entries = copy.get_ref<const Json::object_t&>();
    EXPECT_EQ(entries.capacity(), entries.size());
}

}  // namespace
}  // namespace bestgres
