#include "lib/base/yaml.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <rapidcheck/gtest.h>

namespace bestgres {
namespace {

TEST(Yaml, reads_scalars_as_yaml_1_1) {
    const Json value =
        *parse_yaml("{a: yes, b: 'yes', c: 010, d: 1.5, e: ~, f: 1e3, g: 0x10, h: 10Gi, i: -5}");
    EXPECT_EQ(value, Json({{"a", true},
                           {"b", "yes"},
                           {"c", 8},
                           {"d", 1.5},
                           {"e", nullptr},
                           {"f", 1000.0},
                           {"g", 16},
                           {"h", "10Gi"},
                           {"i", -5}}));
}

TEST(Yaml, reads_every_document_of_a_stream) {
    EXPECT_EQ(parse_yaml_documents("a: 1\n---\n# nothing\n---\nb: 2\n")->size(), 2U);
}

TEST(Yaml, tells_line_and_column_of_an_error) {
    EXPECT_NE(parse_yaml("a: [1").error().message.find("line"), std::string::npos);
}

TEST(Yaml, writes_nested_lists_at_the_indentation_of_their_key) {
    EXPECT_EQ(to_yaml({{"list", {{{"a", 1}, {"b", {1, 2}}}, "x"}},
                       {"map", Json::object()},
                       {"text", "l1\nl2\n"}}),
              "list:\n- a: 1\n  b:\n  - 1\n  - 2\n- x\nmap: {}\ntext: |\n  l1\n  l2\n");
}

TEST(Yaml, quotes_what_another_reader_would_take_for_another_type) {
    for (const char* text : {"yes", "on", "1", "1e3", "null", "~", "- a", "a: b", "#x", "12:30",
                             "2026-11-20", "", " a"}) {
        EXPECT_EQ(*parse_yaml(to_yaml({{"k", text}})), Json({{"k", text}})) << text;
    }
}

RC_GTEST_PROP(Yaml, reads_back_the_strings_that_it_wrote, ()) {
    const auto text = *rc::gen::container<std::string>(
        rc::gen::elementOf(std::string("ab:-#\n \"'{}[]0.1|>&*!%@,?~yn")));
    RC_ASSERT(*parse_yaml(to_yaml({{"k", text}, {"l", {text}}})) ==
              Json({{"k", text}, {"l", {text}}}));
}

}  // namespace
}  // namespace bestgres
