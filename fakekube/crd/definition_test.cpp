#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "fakekube/crd/conditions.hpp"
#include "fakekube/crd/testing.hpp"

namespace bestgres::fakekube {
namespace {

using testing::definition_of;
using testing::established;
using testing::Texts;
using testing::texts;
using testing::yaml;

Texts problems(Json definition) {
    const Resource kind = custom_resource_definition();
    EXPECT_TRUE(kind.strategy->decode(definition).ok());
    kind.strategy->set_defaults(definition);
    kind.strategy->prepare_create(definition);
    return texts(kind.strategy->validate_create(definition));
}

// The sentences about a schema, without the path that they share.
Texts schema_problems(std::string_view schema) {
    Texts found = problems(definition_of(yaml(schema)));
    for (std::string& one : found) {
        const std::string prefix = "spec.validation.openAPIV3Schema";
        if (one.rfind(prefix, 0) == 0) {
            one.erase(0, prefix.size());
        }
    }
    return found;
}

std::string property(std::string_view schema) {
    const Texts found =
        schema_problems("{type: object, properties: {a: " + std::string(schema) + "}}");
    return found.size() == 1 ? found[0] : std::to_string(found.size()) + " problems";
}

TEST(CustomResourceDefinition, must_be_structural) {
    EXPECT_EQ(schema_problems("{properties: {}}"),
              Texts{".type: Required value: must not be empty at the root"});
    EXPECT_EQ(property("{}"),
              ".properties[a].type: Required value: must not be empty for "
              "specified object fields");
    EXPECT_EQ(property("{type: bogus}"),
              R"(.properties[a].type: Unsupported value: "bogus": supported values: "array", )"
              R"("boolean", "integer", "number", "object", "string")");
    EXPECT_EQ(property("{type: array}"), ".properties[a].items: Required value: must be specified");
    EXPECT_EQ(property("{$ref: '#/x'}"), ".properties[a].$ref: Forbidden: $ref is not supported");
    EXPECT_EQ(property("{type: string, default: 5}"),
              R"(.properties[a].default: Invalid value: "integer":  in body must be of type )"
              R"(string: "integer")");
    EXPECT_EQ(property("{type: string, pattern: (}"),
              R"x(.properties[a].pattern: Invalid value: "(": must be a valid regular )x"
              R"x(expression, but isn't: error parsing regexp: missing closing ): `(`)x");
    EXPECT_EQ(property("{type: object, properties: {b: {type: string}}, "
                       "additionalProperties: {type: string}}"),
              ".properties[a].additionalProperties: Forbidden: additionalProperties and "
              "properties are mutual exclusive");
    EXPECT_EQ(property("{type: array, x-kubernetes-list-type: map, items: {type: object}}"),
              ".properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if "
              "x-kubernetes-list-type is map");
}

TEST(CustomResourceDefinition, restricts_logical_combinations_and_metadata) {
    EXPECT_EQ(schema_problems("{type: object, anyOf: [{properties: {z: {type: string}}}]}"),
              (Texts{".anyOf[0].properties[z].type: Forbidden: must be empty to be structural",
                     ".properties[z]: Required value: because it is defined in "
                     "spec.validation.openAPIV3Schema.anyOf[0].properties[z]"}));
    EXPECT_EQ(schema_problems("{type: object, properties: {metadata: {type: object, "
                              "properties: {labels: {type: object}}}}}"),
              Texts{".properties[metadata]: Forbidden: must not specify anything other than name "
                    "and generateName, but metadata is implicitly specified"});
}

TEST(CustomResourceDefinition, has_its_names_checked) {
    Json wrong = definition_of(yaml("{type: object}"));
    wrong["metadata"]["name"] = "wrong";
    EXPECT_EQ(problems(wrong), Texts{R"(metadata.name: Invalid value: "wrong": must be )"
                                     R"(spec.names.plural+"."+spec.group)"});

    Json empty = {{"apiVersion", "apiextensions.k8s.io/v1"},
                  {"kind", "CustomResourceDefinition"},
                  {"metadata", {{"name", "x.y.z"}}}};
    EXPECT_EQ(
        problems(empty),
        (Texts{R"(metadata.name: Invalid value: "x.y.z": must be spec.names.plural+"."+spec.group)",
               "spec.group: Required value", "spec.scope: Required value",
               "spec.versions: Invalid value: "
               "[]apiextensions.CustomResourceDefinitionVersion(nil): must have exactly one "
               "version marked as storage version",
               "spec.names.plural: Required value", "spec.names.singular: Required value",
               "spec.names.kind: Required value", "spec.names.listKind: Required value",
               "status.storedVersions: Invalid value: []string(nil): must have at least one "
               "stored version"}));
}

TEST(CustomResourceDefinition, checks_subresources_and_columns) {
    Json definition = definition_of(yaml("{type: object}"));
    Json& version = definition["spec"]["versions"][0];
    version["subresources"] =
        yaml("{scale: {specReplicasPath: .metadata.x, statusReplicasPath: x}}");
    version["additionalPrinterColumns"] = yaml("[{name: x, type: bogus, jsonPath: nodot}]");

    EXPECT_EQ(problems(definition),
              (Texts{"spec.subresources.scale.specReplicasPath: Invalid value: \".metadata.x\": "
                     "should be a json path under .spec",
                     "spec.subresources.scale.statusReplicasPath: Invalid value: \"x\": must be a "
                     "simple json path starting with .",
                     "spec.additionalPrinterColumns[0].type: Invalid value: \"bogus\": must be one "
                     "of boolean,date,integer,number,string",
                     "spec.additionalPrinterColumns[0].JSONPath: Invalid value: \"nodot\": must be "
                     "a simple json path starting with ."}));
}

TEST(CustomResourceDefinition, freezes_scope_and_kind_once_established) {
    const Json before = established(definition_of(yaml("{type: object}")));
    Json now = before;
    now["spec"]["scope"] = "Cluster";
    const Resource kind = custom_resource_definition();

    EXPECT_EQ(texts(kind.strategy->validate_update(now, before, "")),
              Texts{R"(spec.scope: Invalid value: "Cluster": field is immutable)"});
}

TEST(CustomResourceDefinition, remembers_every_storage_version) {
    const Resource kind = custom_resource_definition();
    const Json before = established(definition_of(yaml("{type: object}")));
    Json now = before;
    Json second = now["spec"]["versions"][0];
    second["name"] = "v2";
    now["spec"]["versions"][0]["storage"] = false;
    now["spec"]["versions"].push_back(second);

    kind.strategy->prepare_update(now, before, "");
    EXPECT_EQ(now["status"]["storedVersions"], Json({"v1", "v2"}));

    Json dropped = now;
    dropped["spec"]["versions"].erase(0);
    EXPECT_EQ(texts(kind.strategy->validate_update(dropped, now, "")),
              Texts{R"(status.storedVersions[0]: Invalid value: "v1": must appear in )"
                    "spec.versions"});
}

TEST(CustomResourceDefinition, is_refused_names_that_are_taken) {
    const Json first = established(definition_of(yaml("{type: object}")));
    Json second = first;
    second["metadata"]["name"] = "others.example.com";
    second["spec"]["names"] = yaml("{plural: others, kind: Pg, singular: pg, listKind: PgList}");
    second["status"] =
        yaml("{acceptedNames: {plural: '', kind: ''}, storedVersions: [v1], conditions: null}");

    EXPECT_TRUE(accept_names(second, {&first, &second}, Instant{}));

    EXPECT_EQ(second["status"]["acceptedNames"], yaml("{plural: others, kind: ''}"));
    EXPECT_EQ(string_at(second["status"]["conditions"][0], {"reason"}), "ListKindConflict");
    EXPECT_EQ(string_at(second["status"]["conditions"][0], {"message"}),
              R"("PgList" is already in use)");
    EXPECT_EQ(string_at(second["status"]["conditions"][1], {"reason"}), "NotAccepted");
    EXPECT_FALSE(accept_names(second, {&first}, Instant{.ns = 5}));
}

TEST(CustomResourceDefinition, terminates_with_a_finalizer_and_a_condition) {
    Json definition = established(definition_of(yaml("{type: object}")));

    begin_termination(definition, Instant{});

    EXPECT_EQ(definition["metadata"]["finalizers"], Json({std::string(crd_finalizer)}));
    EXPECT_TRUE(has_condition(definition, "Terminating"));
}

// The definitions that this repository ships, read as the API server reads them.
TEST(CustomResourceDefinition, of_this_project_are_accepted) {
    int count = 0;
    for (const auto& file :
         std::filesystem::directory_iterator(std::string(BESTGRES_SOURCE_DIR) + "/crds")) {
        if (file.path().extension() != ".yaml") {
            continue;
        }
        std::ifstream stream(file.path());
        const std::string content((std::istreambuf_iterator<char>(stream)),
                                  std::istreambuf_iterator<char>());
        const Result<std::vector<Json>> documents = parse_yaml_documents(content);
        ASSERT_TRUE(documents.ok()) << file.path();
        for (const Json& definition : *documents) {
            EXPECT_EQ(problems(definition), Texts{}) << file.path();
            EXPECT_FALSE(resources_of_crd(established(definition))->empty());
            ++count;
        }
    }
    EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace bestgres::fakekube
