#include "operator/api/crd.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "operator/api/testing.hpp"

namespace bestgres::api {
namespace {

const std::string source_dir = BESTGRES_SOURCE_DIR;

// Compares with the checked-in file; rewrites it under BG_UPDATE_GOLDEN=1.
void expect_current(const std::string& path, const std::string& text) {
    if (std::getenv("BG_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(source_dir + "/" + path, std::ios::binary) << text;
    }
    std::ifstream file(source_dir + "/" + path, std::ios::binary);
    const std::string found{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(found, text) << path << " is stale: run emit_crds .";
}

const Json& schema(const Json& crd) {
    return object_at(crd["spec"]["versions"][0], {"schema", "openAPIV3Schema"});
}

void walk(const Json& node, const std::string& path, const auto& look) {
    look(node, path);
    for (const auto& item : object_at(node, {"properties"}).items()) {
        walk(item.value(), path + "." + item.key(), look);
    }
    for (const char* inner : {"items", "additionalProperties"}) {
        if (node.contains(inner)) {
            walk(node[inner], path + "[]", look);
        }
    }
}

TEST(Crd, checked_in_files_are_current) {
    for (const CrdFile& file : crd_files()) {
        expect_current(file.path, crd_file(file.crd));
    }
    expect_current("docs/reference.md", reference_page());
}

TEST(Crd, no_word_that_a_user_writes_is_a_boolean_of_yaml) {
    for (const CrdFile& file : crd_files()) {
        walk(schema(file.crd)["properties"]["spec"], "spec",
             [](const Json& node, const std::string& path) {
                 for (const Json& word : array_at(node, {"enum"})) {
                     EXPECT_EQ(testing::yaml(word.get<std::string>()), word) << path;
                 }
             });
    }
}

// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
TEST(Crd, schema_is_structural_and_explained) {
    const auto look = [](const Json& node, const std::string& path) {
        const bool typed = node.contains("type") || node.contains("x-kubernetes-int-or-string");
        EXPECT_TRUE(typed) << path;
        if (!path.ends_with("[]") && !path.empty() && path != ".metadata") {
            EXPECT_FALSE(string_at(node, {"description"}).empty()) << path;
        }
        for (const Json& rule : array_at(node, {"x-kubernetes-validations"})) {
            EXPECT_FALSE(string_at(rule, {"message"}).empty()) << path;
        }
    };
    for (const CrdFile& file : crd_files()) {
        walk(schema(file.crd), "", look);
    }
}

// An API server evaluates an object's rules on its default as it stands: it must be whole.
TEST(Crd, defaults_of_absent_objects_are_whole) {
    const Json crd = cluster_crd();
    const Json& spec = schema(crd)["properties"]["spec"]["properties"];
    const Json printed = to_json(testing::valid_spec());

    for (const char* name : {"patroni", "services", "bootstrap"}) {
        EXPECT_EQ(spec[name]["default"], printed[name]) << name;
    }
    EXPECT_EQ(spec["volumeSpec"]["properties"]["retention"]["default"],
              printed["volumeSpec"]["retention"]);
    EXPECT_EQ(spec["patroni"]["properties"]["ttl"]["default"], 30);
    EXPECT_FALSE(spec["image"].contains("default"));
    EXPECT_FALSE(spec["image"]["properties"]["flavour"].contains("default"));
}

// A block that is absent stays so: whether it is there says something.
TEST(Crd, blocks_of_operations_have_no_defaults) {
    const Json crd = operation_crd();
    const Json& spec = schema(crd)["properties"]["spec"]["properties"];
    for (const char* name : {"switchover", "restart", "reinit"}) {
        EXPECT_FALSE(spec[name].contains("default")) << name;
    }
    EXPECT_EQ(spec["restart"]["properties"]["force"]["default"], false);
    EXPECT_EQ(spec["timeout"]["default"], "1h");
    EXPECT_FALSE(spec["op"].contains("default"));
}

TEST(Crd, status_has_no_defaults) {
    for (const CrdFile& file : crd_files()) {
        walk(schema(file.crd)["properties"]["status"], "status",
             [](const Json& node, const std::string& path) {
                 EXPECT_FALSE(node.contains("default")) << path;
             });
    }
}

}  // namespace
}  // namespace bestgres::api
