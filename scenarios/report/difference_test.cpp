#include "scenarios/report/difference.hpp"

#include <gtest/gtest.h>

namespace bestgres::scenarios {
namespace {

std::vector<std::string> lines(const Json& before, const Json& after) {
    std::vector<std::string> lines;
    for (const FieldChange& change : difference(before, after)) {
        lines.push_back(in_words(change));
    }
    return lines;
}

using Lines = std::vector<std::string>;

TEST(Difference, names_what_was_changed_added_and_taken_away) {
    EXPECT_EQ(lines({{"spec", {{"replicas", 3}, {"old", "x"}}}},
                    {{"spec", {{"replicas", 2}, {"paused", true}}}}),
              (Lines{"- spec.old: x", "spec.replicas: 3 -> 2", "+ spec.paused: true"}));
    EXPECT_EQ(lines({{"a", 1}}, {{"a", 1}}), Lines{});
}

TEST(Difference, matches_elements_by_their_names) {
    const Json before = {{"containers", {{{"name", "a"}, {"image", "1"}}, {{"name", "b"}}}}};
    const Json after = {{"containers", {{{"name", "b"}}, {{"name", "a"}, {"image", "2"}}}}};
    EXPECT_EQ(lines(before, after), Lines{"containers[a].image: 1 -> 2"});
}

TEST(Difference, matches_elements_without_names_by_their_place) {
    EXPECT_EQ(lines({{"hosts", {"x", "y"}}}, {{"hosts", {"x", "z"}}}), Lines{"hosts[1]: y -> z"});
}

TEST(Difference, looks_into_texts_that_hold_json) {
    EXPECT_EQ(lines({{"status", R"({"role":"replica","xlog":1})"}},
                    {{"status", R"({"role":"primary","xlog":1})"}}),
              Lines{"status.role: replica -> primary"});
}

TEST(Difference, tells_lines_of_a_text_that_differ) {
    EXPECT_EQ(lines({{"conf", "a: 1\nb: 2\n"}}, {{"conf", "a: 1\nb: 3\n"}}),
              (Lines{"- conf: b: 2", "+ conf: b: 3"}));
    EXPECT_EQ(lines(Json::object(), {{"conf", "a\nb"}}), Lines{"+ conf: \"a\\nb\""});
}

TEST(Difference, puts_keys_with_dots_into_brackets) {
    EXPECT_EQ(lines({{"labels", Json::object()}}, {{"labels", {{"bestgres.io/role", "master"}}}}),
              Lines{"+ labels[bestgres.io/role]: master"});
}

TEST(Difference, passes_over_what_every_write_changes) {
    const kube::Object before(
        Json{{"metadata", {{"resourceVersion", "1"}, {"managedFields", {{{"manager", "a"}}}}}}});
    const kube::Object after(
        Json{{"metadata", {{"resourceVersion", "2"}, {"managedFields", {{{"manager", "b"}}}}}}});
    EXPECT_TRUE(difference(before, after).empty());
}

TEST(Difference, cuts_texts_between_characters) {
    EXPECT_EQ(shortened("short", 10), "short");
    EXPECT_EQ(shortened("much too long", 10), "much to...");
    EXPECT_EQ(shortened("ab\xc3\xa9"
                        "cdefg",
                        6),
              "ab...");
}

}  // namespace
}  // namespace bestgres::scenarios
