#include "lib/kube/selector.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace bestgres::kube {
namespace {

bool selects(std::string_view text, const Json& labels) {
    const Result<LabelSelector> selector = parse_label_selector(text);
    EXPECT_TRUE(selector.ok()) << text;
    return selector.ok() && matches(*selector, labels);
}

TEST(LabelSelector, matches_every_operator) {
    const Json labels{{"app", "db"}, {"tier", "gold"}, {"size", "7"}};
    for (const char* text : {"", "app=db", "app==db", " app = db , tier!=silver", "app in (db,web)",
                             "missing notin (a)", "missing!=a", "app", "!missing", "size>6",
                             "size<8", "x notin (,y),app"}) {
        EXPECT_TRUE(selects(text, labels)) << text;
    }
    for (const char* text : {"app=web", "app!=db", "missing", "!app", "app in (web)", "missing=a",
                             "app notin (db)", "size>7", "app>1", "app="}) {
        EXPECT_FALSE(selects(text, labels)) << text;
    }
    EXPECT_TRUE(selects("!app", Json())) << "no labels at all";
}

TEST(LabelSelector, refuses_text_that_is_no_selector) {
    for (const char* text : {"a b", "a=b=c", "a in b", "a in (b", ",", "a,,b", "=a", "-a=b",
                             "a=b c", "a/b/c=d", "a>x", "(a)", "!"}) {
        EXPECT_FALSE(parse_label_selector(text).ok()) << text;
    }
}

TEST(LabelSelector, reads_the_structured_form) {
    const Json structured = Json::parse(R"({"matchLabels": {"app": "db"}, "matchExpressions": [
        {"key": "role", "operator": "In", "values": ["master", "replica"]},
        {"key": "fenced", "operator": "DoesNotExist"}]})");
    const Result<LabelSelector> selector = label_selector_of(structured);
    ASSERT_TRUE(selector.ok());
    EXPECT_EQ(to_string(*selector), "app=db,!fenced,role in (master,replica)");
    EXPECT_FALSE(
        label_selector_of(Json::parse(R"({"matchExpressions": [{"key": "a", "operator": "In"}]})"))
            .ok());
    EXPECT_TRUE(label_selector_of(Json())->requirements.empty());
}

RC_GTEST_PROP(LabelSelector, reads_back_its_own_text, ()) {
    const auto word = rc::gen::elementOf(std::vector<std::string>{"a", "b.c/d", "x-y", "Z9"});
    const auto value = rc::gen::elementOf(std::vector<std::string>{"v", "1", "a.b", "w_2"});
    LabelSelector selector;
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
        const auto op = static_cast<LabelOperator>(*rc::gen::inRange(0, 6));
        LabelRequirement requirement{.key = *word, .op = op, .values = {}};
        if (op == LabelOperator::in || op == LabelOperator::not_in) {
            requirement.values = {"1", "v"};
        } else if (op == LabelOperator::equals || op == LabelOperator::not_equals) {
            requirement.values = {*value};
        }
        selector.requirements.push_back(requirement);
    }
    std::ranges::stable_sort(selector.requirements, {}, &LabelRequirement::key);
    const Result<LabelSelector> again = parse_label_selector(to_string(selector));
    RC_ASSERT(again.ok());
    RC_ASSERT(*again == selector);
}

TEST(FieldSelector, matches_paths_and_absent_fields) {
    const Json pod{{"metadata", {{"name", "db-0"}}}, {"spec", {{"hostNetwork", true}}}};
    const auto selects_pod = [&](std::string_view text) {
        const Result<FieldSelector> selector = parse_field_selector(text);
        return selector.ok() && matches(*selector, pod);
    };
    EXPECT_TRUE(selects_pod(""));
    EXPECT_TRUE(selects_pod("metadata.name=db-0,status.phase!=Running"));
    EXPECT_TRUE(selects_pod("spec.nodeName=,spec.hostNetwork=true"));
    EXPECT_FALSE(selects_pod("metadata.name!=db-0"));
    EXPECT_FALSE(parse_field_selector("metadata.name").ok());
    EXPECT_FALSE(parse_field_selector("a=b\\").ok());
}

RC_GTEST_PROP(FieldSelector, reads_back_its_own_text, (const std::string& value, bool equal)) {
    const FieldSelector selector{{{.field = "metadata.name", .value = value, .equal = equal}}};
    const Result<FieldSelector> again = parse_field_selector(to_string(selector));
    RC_ASSERT(again.ok());
    RC_ASSERT(*again == selector);
}

}  // namespace
}  // namespace bestgres::kube
