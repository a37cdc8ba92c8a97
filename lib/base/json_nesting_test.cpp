#include "lib/base/json_nesting.hpp"

#include <gtest/gtest.h>

namespace bestgres {
namespace {

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

TEST(JsonNesting, has_a_limit) {
    EXPECT_TRUE(parse_json(nested(1000)).ok());
    EXPECT_EQ(parse_json(nested(1001)).error().message, "nested deeper than 1000 levels");
    EXPECT_EQ(parse_json(std::string(3'000'000, '[')).error().message,
              "nested deeper than 1000 levels");
    EXPECT_TRUE(parse_json_within(nested(1001), 1001).ok());
}

TEST(JsonNesting, does_not_count_brackets_in_texts) {
    const std::string text = R"(["\"[)" + std::string(2000, '[') + R"(\\", 1])";
    EXPECT_TRUE(parse_json(text).ok());
}

TEST(JsonNesting, is_cut_off_for_lenient_readers) {
    const std::string text = R"({"items": [{"a": )" + nested(2'000'000) + R"(}, {"b": 2}]})";
    const Result<Json> read = parse_json_leniently(text);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ((*read)["items"][1], Json({{"b", 2}}));
    EXPECT_TRUE((*read)["items"][0].contains("a"));
}

}  // namespace
}  // namespace bestgres
