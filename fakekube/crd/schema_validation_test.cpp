#include "fakekube/crd/schema_validation.hpp"

#include <gtest/gtest.h>

#include "fakekube/crd/testing.hpp"

namespace bestgres::fakekube {
namespace {

using testing::custom_object;
using testing::kind_with_spec;
using testing::Texts;
using testing::texts;
using testing::yaml;

// The sentences about one spec under one schema.
Texts problems(std::string_view schema, std::string_view spec) {
    const JsonSchemaPtr parsed = parse_json_schema(yaml(schema));
    const Json value = yaml(spec);
    FieldErrors errors = validate_schema(value, *parsed, "spec");
    append(errors, validate_embedded(value, *parsed, "spec"));
    append(errors, validate_list_types(value, *parsed, "spec"));
    return texts(errors);
}

TEST(SchemaValidation, says_what_numbers_should_be) {
    const char* schema = "{type: integer, minimum: 1, maximum: 5}";

    EXPECT_EQ(problems(schema, "3"), Texts{});
    EXPECT_EQ(problems(schema, "0"),
              Texts{"spec: Invalid value: 0: spec in body should be greater than or equal to 1"});
    EXPECT_EQ(problems(schema, "6"),
              Texts{"spec: Invalid value: 6: spec in body should be less than or equal to 5"});
    EXPECT_EQ(problems(schema, "'3'"),
              Texts{R"(spec: Invalid value: "string": spec in body must be of type integer: )"
                    R"("string")"});
    EXPECT_EQ(problems(schema, "1.5"),
              Texts{R"(spec: Invalid value: "number": spec in body must be of type integer: )"
                    R"("number")"});
    EXPECT_EQ(problems("{type: integer, minimum: 1, exclusiveMinimum: true}", "1"),
              Texts{"spec: Invalid value: 1: spec in body should be greater than 1"});
}

TEST(SchemaValidation, says_what_texts_should_be) {
    const char* schema = "{type: string, pattern: '^[a-z]+$', minLength: 2, maxLength: 5}";

    EXPECT_EQ(problems(schema, "ABC"),
              Texts{R"(spec: Invalid value: "ABC": spec in body should match '^[a-z]+$')"});
    EXPECT_EQ(problems(schema, "toolong"),
              Texts{R"(spec: Invalid value: "toolong": spec in body should be at most 5 chars )"
                    "long"});
    EXPECT_EQ(problems(schema, "x"),
              Texts{R"(spec: Invalid value: "x": spec in body should be at least 2 chars long)"});
    EXPECT_EQ(problems("{type: string, enum: [fast, safe]}", "bogus"),
              Texts{R"(spec: Unsupported value: "bogus": supported values: "fast", "safe")"});
    EXPECT_EQ(problems("{type: string, format: date-time}", "yesterday"),
              Texts{R"(spec: Invalid value: "yesterday": spec in body must be of type date-time: )"
                    R"("yesterday")"});
}

TEST(SchemaValidation, takes_integers_and_texts_as_int_or_string) {
    const char* schema = "{x-kubernetes-int-or-string: true}";

    EXPECT_EQ(problems(schema, "80"), Texts{});
    EXPECT_EQ(problems(schema, "http"), Texts{});
    EXPECT_EQ(problems(schema, "true"),
              Texts{R"(spec: Invalid value: "boolean": spec in body must be of type )"
                    R"(integer,string: "boolean")"});
}

TEST(SchemaValidation, checks_lists) {
    const char* tags = R"({type: array, maxItems: 2, x-kubernetes-list-type: set,
                           items: {type: string}})";
    const char* users = R"({type: array, x-kubernetes-list-type: map,
        x-kubernetes-list-map-keys: [name],
        items: {type: object, required: [name], properties: {name: {type: string}}}})";

    EXPECT_EQ(problems(tags, "[a, b, c]"),
              Texts{"spec: Invalid value: 3: spec in body should have at most 2 items"});
    EXPECT_EQ(problems(tags, "[a, a]"), Texts{R"(spec[1]: Duplicate value: "a")"});
    EXPECT_EQ(problems(users, "[{name: u}, {name: u}]"),
              Texts{R"(spec[1]: Duplicate value: map[string]interface {}{"name":"u"})"});
    EXPECT_EQ(problems(users, "[{}]").front(), "spec.name: Required value");
}

TEST(SchemaValidation, checks_logical_combinations) {
    const char* schema = R"({type: object, oneOf: [{required: [a]}, {required: [b]}],
        properties: {a: {type: string}, b: {type: string}}})";

    EXPECT_EQ(problems(schema, "{a: x}"), Texts{});
    EXPECT_EQ(problems(schema, "{}"),
              Texts{R"(<nil>: Invalid value: "": "spec" must validate one and only one schema )"
                    "(oneOf). Found none valid"});
    EXPECT_EQ(problems("{type: integer, not: {minimum: 3}}", "5"),
              Texts{R"(<nil>: Invalid value: "": "spec" must not validate the schema (not))"});
}

TEST(SchemaValidation, checks_embedded_resources) {
    const char* schema = R"({type: object, x-kubernetes-embedded-resource: true,
                             x-kubernetes-preserve-unknown-fields: true})";

    EXPECT_EQ(problems(schema, "{spec: {}}"),
              (Texts{"spec.apiVersion: Required value: must not be empty",
                     "spec.kind: Required value: must not be empty"}));
    EXPECT_EQ(problems(schema, "{apiVersion: v1, kind: Pod, metadata: {labels: {a: b}}}"), Texts{});
}

}  // namespace
}  // namespace bestgres::fakekube
