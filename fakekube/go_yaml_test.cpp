#include "fakekube/go_yaml.hpp"

#include <gtest/gtest.h>

#include "lib/base/yaml.hpp"

namespace bestgres::fakekube {
namespace {

TEST(GoYaml, quotes_doubtful_texts_once_and_texts_that_look_like_another_type_twice) {
    EXPECT_EQ(go_yaml({{"a", "x: it's"}, {"b", "true"}, {"c", "-x"}, {"d", "* "}, {"e", "plain"}}),
              "a: 'x: it''s'\nb: \"true\"\nc: -x\nd: '* '\ne: plain\n");
}

TEST(GoYaml, breaks_lines_at_the_first_single_space_behind_column_80) {
    const std::string long_word(79, 'w');
    EXPECT_EQ(go_yaml({{"m", {{"k", long_word + " next  word"}}}}),
              "m:\n  k: " + long_word + "\n    next  word\n");
    EXPECT_EQ(go_yaml({{"k", "a: " + long_word + " next"}}), "k: 'a: " + long_word + "\n  next'\n");
}

TEST(GoYaml, is_read_back_as_it_was_written) {
    const Json value = {{"k", std::string(79, 'w') + " a b: c #d " + std::string(90, 'v') + " x"},
                        {"l", {"- a", "'", "l1\nl2\n", "?", "a:", "\t"}}};
    EXPECT_EQ(*parse_yaml(go_yaml(value)), value);
}

TEST(GoYaml, tells_errors_in_the_words_and_lines_of_go) {
    const auto told = [](const char* text) {
        return go_yaml_error(parse_yaml(text).error().message);
    };
    EXPECT_EQ(told("a: 1\nb: 2\nc: {a: [}\n"), "line 2: did not find expected node content");
    EXPECT_EQ(told("a: 1\nb: c: d\n"), "line 2: mapping values are not allowed in this context");
}

}  // namespace
}  // namespace bestgres::fakekube
