#include "fakekube/crd/rules.hpp"

#include <gtest/gtest.h>

#include "fakekube/crd/testing.hpp"

namespace bestgres::fakekube {
namespace {

using testing::custom_object;
using testing::definition_of;
using testing::kind_with_spec;
using testing::Texts;
using testing::texts;
using testing::yaml;

Texts on_create(std::string_view schema, std::string_view spec) {
    return texts(kind_with_spec(schema).strategy->validate_create(custom_object(spec)));
}

Texts on_update(std::string_view schema, std::string_view before, std::string_view now) {
    return texts(kind_with_spec(schema).strategy->validate_update(custom_object(now),
                                                                  custom_object(before), ""));
}

TEST(Rules, tell_their_message_or_themselves) {
    EXPECT_EQ(on_create(R"({type: object, properties: {size: {type: integer}},
                  x-kubernetes-validations: [{rule: 'self.size > 1', message: too small}]})",
                        "{size: 1}"),
              Texts{R"(spec: Invalid value: "object": too small)"});
    EXPECT_EQ(on_create(R"({type: object, properties: {size: {type: integer,
                  x-kubernetes-validations: [{rule: 'self % 2 == 1'}]}}})",
                        "{size: 4}"),
              Texts{R"(spec.size: Invalid value: "integer": failed rule: self % 2 == 1)"});
    EXPECT_EQ(on_create(R"({type: object, properties: {size: {type: integer}},
                  x-kubernetes-validations: [{rule: 'self.size > 1', message: no,
                      messageExpression: '"size " + string(self.size) + " is too small"'}]})",
                        "{size: 1}"),
              Texts{R"(spec: Invalid value: "object": size 1 is too small)"});
}

TEST(Rules, name_the_field_and_the_reason_that_they_are_given) {
    EXPECT_EQ(on_create(R"({type: object, properties: {a: {type: string}},
                  x-kubernetes-validations: [{rule: 'false', message: not here,
                      fieldPath: .a, reason: FieldValueForbidden}]})",
                        "{a: x}"),
              Texts{"spec.a: Forbidden: not here"});
}

TEST(Rules, of_the_whole_object_name_no_field) {
    const auto kinds = resources_of_crd(testing::established(testing::definition_of(
        yaml("{type: object, x-kubernetes-validations: [{rule: 'false', message: never}]}"))));
    ASSERT_TRUE(kinds.ok());
    EXPECT_EQ(texts((*kinds)[0].strategy->validate_create(custom_object("{}"))),
              Texts{R"(<nil>: Invalid value: "object": never)"});
}

TEST(Rules, guard_transitions) {
    const char* schema = R"({type: object, properties: {size: {type: string,
        x-kubernetes-validations: [{message: cannot shrink,
            rule: '!quantity(self).isLessThan(quantity(oldSelf))'}]}}})";

    EXPECT_EQ(on_create(schema, "{size: 1Gi}"), Texts{});
    EXPECT_EQ(on_update(schema, "{size: 1Gi}", "{size: 2Gi}"), Texts{});
    EXPECT_EQ(on_update(schema, "{size: 2Gi}", "{size: 1Gi}"),
              Texts{R"(spec.size: Invalid value: "string": cannot shrink)"});
    EXPECT_EQ(on_update(schema, "{}", "{size: 1Gi}"), Texts{});
}

TEST(Rules, follow_list_items_by_key_in_transitions) {
    const char* schema = R"({type: object, properties: {users: {type: array,
        x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name],
        items: {type: object, required: [name],
            properties: {name: {type: string}, role: {type: string,
                x-kubernetes-validations: [{rule: self == oldSelf, message: frozen}]}}}}}})";

    EXPECT_EQ(on_update(schema, "{users: [{name: a, role: r}]}",
                        "{users: [{name: b, role: x}, {name: a, role: r}]}"),
              Texts{});
    EXPECT_EQ(on_update(schema, "{users: [{name: a, role: r}]}",
                        "{users: [{name: b, role: x}, {name: a, role: s}]}"),
              Texts{R"(spec.users[1].role: Invalid value: "string": frozen)"});
}

TEST(Rules, may_ask_whether_there_was_an_old_value) {
    const char* schema = R"({type: object, properties: {size: {type: integer,
        x-kubernetes-validations: [{optionalOldSelf: true, message: begin with 1,
            rule: 'oldSelf.hasValue() || self == 1'}]}}})";

    EXPECT_EQ(on_create(schema, "{size: 1}"), Texts{});
    EXPECT_EQ(on_create(schema, "{size: 2}"),
              Texts{R"(spec.size: Invalid value: "integer": begin with 1)"});
    EXPECT_EQ(on_update(schema, "{size: 1}", "{size: 2}"), Texts{});
}

TEST(Rules, report_errors_of_evaluation) {
    EXPECT_EQ(on_create(R"({type: object, properties: {a: {type: integer}},
                  x-kubernetes-validations: [{rule: 'self.a > 1', message: small}]})",
                        "{}"),
              Texts{R"(spec: Invalid value: "object": no such key: a evaluating rule: small)"});
}

TEST(Rules, refuse_a_definition_when_they_do_not_compile) {
    const Resource kind = custom_resource_definition();
    const auto problems = [&kind](std::string_view spec) {
        Json definition = testing::established(
            definition_of(Json{{"type", "object"}, {"properties", {{"spec", yaml(spec)}}}}));
        return texts(kind.strategy->validate_create(definition));
    };

    const Texts unknown_field =
        problems("{type: object, x-kubernetes-validations: [{rule: self.a > 1}]}");
    ASSERT_EQ(unknown_field.size(), 1U);
    EXPECT_EQ(unknown_field[0].rfind("spec.validation.openAPIV3Schema.properties[spec]."
                                     "x-kubernetes-validations[0].rule: Invalid value: ",
                                     0),
              0U);
    EXPECT_NE(unknown_field[0].find("compilation failed: ERROR: <input>:1:5: undefined field 'a'"),
              std::string::npos);
    EXPECT_EQ(problems("{type: integer, x-kubernetes-validations: [{rule: self + 1}]}").size(), 1U);
    EXPECT_EQ(problems("{type: integer, x-kubernetes-validations: [{rule: self > 1}]}"), Texts{});
}

}  // namespace
}  // namespace bestgres::fakekube
