#include "fakekube/corpus/compare.hpp"

#include <gtest/gtest.h>

#include "fakekube/corpus/normalise.hpp"

namespace bestgres::fakekube::corpus {
namespace {

constexpr const char* uuid = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";
constexpr const char* other = "7ba7b810-9dad-41d1-80b4-00c04fd430c8";

TEST(Bindings, match_placeholders_one_to_one) {
    Bindings bindings;
    EXPECT_TRUE(bindings.match("uid <uid:1>", "uid <uid=" + std::string(uuid) + ">"));
    EXPECT_TRUE(bindings.match("<uid:1>", "<uid=" + std::string(uuid) + ">"));
    EXPECT_FALSE(bindings.match("<uid:1>", "<uid=" + std::string(other) + ">"));
    EXPECT_FALSE(bindings.match("<uid:2>", "<uid=" + std::string(uuid) + ">"));
}

TEST(Normaliser, hides_times_versions_and_names_of_the_run) {
    Normaliser normaliser;
    normaliser.set_variables({{"ns", "c-abcdefg"}});
    const Json body = {{"metadata",
                        {{"namespace", "c-abcdefg"},
                         {"uid", uuid},
                         {"resourceVersion", "12"},
                         {"creationTimestamp", "2020-01-01T00:00:00Z"}}}};
    const Json expected = {{"metadata",
                            {{"namespace", "${ns}"},
                             {"uid", "<uid=" + std::string(uuid) + ">"},
                             {"resourceVersion", "<rv=12>"},
                             {"creationTimestamp", "<time>"}}}};
    EXPECT_EQ(normaliser.value(body), expected);
    EXPECT_EQ(normaliser.text("too old resource version: 12 (34)"),
              "too old resource version: <n> (<n>)");
    EXPECT_EQ(normaliser.text(R"({\"resourceVersion\":\"12\",\"a\":1})"),
              R"({"resourceVersion":"<n>",\"a\":1})");
}

TEST(Normaliser, keeps_values_of_request_bodies) {
    Normaliser normaliser;
    normaliser.add_literals({{"time", "2020-01-01T00:00:00Z"}});
    EXPECT_EQ(normaliser.text("2020-01-01T00:00:00Z"), "2020-01-01T00:00:00Z");
}

TEST(Differences, tell_places_as_json_pointers) {
    Bindings bindings;
    const auto found = differences({{"a", {1, 2}}, {"b/c", 1}}, {{"a", {1, 3}}}, bindings);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].at, "/a/1");
    EXPECT_EQ(found[1].at, "/b~1c");
}

}  // namespace
}  // namespace bestgres::fakekube::corpus
