#include "fakekube/crd/custom_resources.hpp"

#include <gtest/gtest.h>

#include "fakekube/crd/testing.hpp"

namespace bestgres::fakekube {
namespace {

using testing::custom_object;
using testing::definition_of;
using testing::established;
using testing::kind_with_spec;
using testing::Texts;
using testing::texts;
using testing::yaml;

// What is stored for a spec: decoded and defaulted.
Json stored(std::string_view schema, std::string_view spec) {
    const Resource resource = kind_with_spec(schema);
    Json object = custom_object(spec);
    EXPECT_TRUE(resource.strategy->decode(object).ok());
    resource.strategy->set_defaults(object);
    return object["spec"];
}

TEST(CustomResources, are_served_once_names_are_accepted) {
    const Json definition = definition_of(yaml("{type: object}"));
    EXPECT_TRUE(resources_of_crd(definition)->empty());

    const Result<std::vector<Resource>> resources = resources_of_crd(established(definition));

    ASSERT_EQ(resources->size(), 1U);
    EXPECT_EQ((*resources)[0].api_version(), "example.com/v1");
    EXPECT_EQ((*resources)[0].list_kind, "PgList");
    EXPECT_EQ((*resources)[0].singular, "pg");
    EXPECT_EQ((*resources)[0].subresources, std::vector<std::string>{"status"});
}

TEST(CustomResources, come_best_version_first_without_unserved_ones) {
    Json definition = established(definition_of(yaml("{type: object}")));
    Json& versions = definition["spec"]["versions"];
    for (const char* name : {"v1beta1", "v2", "v10", "v3alpha1"}) {
        Json version = versions[0];
        version["name"] = name;
        version["served"] = std::string_view(name) != "v3alpha1";
        versions.push_back(version);
    }

    std::vector<std::string> order;
    const Result<std::vector<Resource>> resources = resources_of_crd(definition);
    for (const Resource& resource : *resources) {
        order.push_back(resource.version);
    }

    EXPECT_EQ(order, (std::vector<std::string>{"v10", "v2", "v1", "v1beta1"}));
}

TEST(CustomResources, lose_unknown_fields) {
    EXPECT_EQ(stored(R"({type: object, properties: {
                        size: {type: integer},
                        free: {type: object, x-kubernetes-preserve-unknown-fields: true},
                        users: {type: array, items: {type: object, properties: {
                            name: {type: string}}}}}})",
                     "{size: 1, bogus: 2, free: {any: [1]}, users: [{name: u, extra: 1}]}"),
              yaml("{size: 1, free: {any: [1]}, users: [{name: u}]}"));
}

TEST(CustomResources, report_unknown_fields_by_path) {
    const Resource resource =
        kind_with_spec("{type: object, properties: {users: {type: array, items: {type: object}}}}");
    Json object = custom_object("{users: [{extra: 1}], zzz: 1}");

    const Result<DecodeReport> report = resource.strategy->decode(object);

    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->unknown_fields,
              (std::vector<std::string>{"spec.users[0].extra", "spec.zzz"}));
}

TEST(CustomResources, keep_only_known_metadata_in_embedded_resources) {
    EXPECT_EQ(stored(R"({type: object, properties: {tmpl: {type: object,
                        x-kubernetes-embedded-resource: true,
                        x-kubernetes-preserve-unknown-fields: true}}})",
                     R"({tmpl: {apiVersion: v1, kind: Pod, metadata: {name: x, bogus: 1},
                                spec: {kept: true}}})"),
              yaml("{tmpl: {apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {kept: true}}}"));
}

TEST(CustomResources, get_defaults_for_what_is_absent_or_a_plain_null) {
    const char* schema = R"({type: object, properties: {
        mode: {type: string, default: safe},
        name: {type: string},
        opt: {type: string, nullable: true},
        nested: {type: object, default: {}, properties: {deep: {type: integer, default: 7}}},
        users: {type: array, items: {type: object, properties: {
            role: {type: string, default: reader}}}}}})";

    EXPECT_EQ(stored(schema, "{}"), yaml("{mode: safe, nested: {deep: 7}}"));
    EXPECT_EQ(stored(schema, "{mode: null, nested: null, name: null, opt: null, users: [{}]}"),
              yaml("{mode: safe, nested: {deep: 7}, opt: null, users: [{role: reader}]}"));
}

TEST(CustomResources, name_the_kind_that_they_must_have) {
    const Resource resource = kind_with_spec("{type: object}");
    Json object = custom_object("{}");
    object["kind"] = "Other";

    EXPECT_EQ(texts(resource.strategy->validate_create(object)),
              Texts{R"(kind: Invalid value: "Other": must be Pg)"});
}

TEST(CustomResources, check_the_numbers_of_the_scale_subresource) {
    Json definition = definition_of(yaml(R"({type: object, properties: {spec: {type: object,
        properties: {size: {type: integer, minimum: 1}}}}})"));
    definition["spec"]["versions"][0]["subresources"]["scale"] =
        yaml("{specReplicasPath: .spec.size, statusReplicasPath: .status.replicas}");
    const Result<std::vector<Resource>> resources = resources_of_crd(established(definition));
    const Strategy& strategy = *(*resources)[0].strategy;

    EXPECT_EQ(texts(strategy.validate_create(custom_object("{size: '3'}"))),
              (Texts{R"(spec.size: Invalid value: "string": spec.size in body must be of type )"
                     R"(integer: "string")",
                     ".spec.size: Invalid value: 0: .spec.size accessor error: 3 is of the type "
                     "string, expected int64"}));
    EXPECT_EQ(texts(strategy.validate_create(custom_object("{size: -1}"))),
              (Texts{"spec.size: Invalid value: -1: spec.size in body should be greater than or "
                     "equal to 1",
                     ".spec.size: Invalid value: -1: should be a non-negative integer"}));
}

TEST(CustomResources, print_the_columns_of_the_definition) {
    Json definition = definition_of(yaml("{type: object}"));
    definition["spec"]["versions"][0]["additionalPrinterColumns"] = yaml(R"(
- {name: Size, type: integer, jsonPath: .spec.size}
- {name: Tags, type: string, jsonPath: .spec.tags}
- {name: Born, type: date, jsonPath: .metadata.creationTimestamp}
- {name: Phase, type: string, jsonPath: .status.phase, priority: 1})");
    const Result<std::vector<Resource>> resources = resources_of_crd(established(definition));
    Json object = custom_object("{size: 3, tags: [a, b]}");
    object["metadata"]["creationTimestamp"] = "1970-01-01T00:00:00Z";

    const std::vector<Json> cells =
        (*resources)[0].strategy->table_cells(object, Instant{} + std::chrono::seconds(90));

    EXPECT_EQ(cells, (std::vector<Json>{"a", 3, R"(["a","b"])", "90s", Json()}));
    EXPECT_EQ((*resources)[0].strategy->table_columns()[4].priority, 1);
}

TEST(CustomResources, raise_generation_with_content_only) {
    const Resource resource = kind_with_spec("{type: object}");
    const Json before = custom_object("{a: 1}");
    Json labelled = before;
    labelled["metadata"]["labels"]["l"] = "1";
    Json with_status = before;
    with_status["status"] = Json{{"phase", "x"}};
    Json changed = custom_object("{a: 2}");

    EXPECT_FALSE(resource.strategy->changes_generation(labelled, before));
    EXPECT_FALSE(resource.strategy->changes_generation(with_status, before));
    EXPECT_TRUE(resource.strategy->changes_generation(changed, before));
}

}  // namespace
}  // namespace bestgres::fakekube
