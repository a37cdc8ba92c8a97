// Every file under examples/ is a manifest that a user can apply.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "operator/api/operation.hpp"
#include "operator/api/sharded.hpp"
#include "operator/api/sharded_operation.hpp"
#include "operator/api/testing.hpp"
#include "operator/api/validate.hpp"

namespace bestgres::api {
namespace {

std::vector<std::filesystem::path> examples() {
    std::vector<std::filesystem::path> files;
    const std::filesystem::path folder = std::string(BESTGRES_SOURCE_DIR) + "/examples";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

void expect_valid(const Json& resource, const std::filesystem::path& path) {
    if (string_at(resource, {"kind"}) == "BGDbOps") {
        const auto spec = parse_operation_spec(resource["spec"]);
        EXPECT_TRUE(spec.ok()) << path << ": " << (spec.ok() ? "" : to_string(spec.error()));
        return;
    }
    if (string_at(resource, {"kind"}) == "BGShardedCluster") {
        const auto spec = parse_sharded_spec(resource["spec"]);
        EXPECT_TRUE(spec.ok()) << path << ": " << (spec.ok() ? "" : to_string(spec.error()));
        return;
    }
    if (string_at(resource, {"kind"}) == "BGShardedDbOps") {
        const auto spec = parse_sharded_operation_spec(resource["spec"]);
        EXPECT_TRUE(spec.ok()) << path << ": " << (spec.ok() ? "" : to_string(spec.error()));
        return;
    }
    if (string_at(resource, {"kind"}) == "ConfigMap") {
        return;  // what an operation reads
    }
    ASSERT_EQ(string_at(resource, {"kind"}), "BGCluster") << path;
    EXPECT_EQ(validate_name(string_at(resource, {"metadata", "name"})), Problems{}) << path;
    const auto spec = parse_cluster_spec(resource["spec"]);
    EXPECT_TRUE(spec.ok()) << path << ": " << (spec.ok() ? "" : to_string(spec.error()));
}

TEST(Examples, are_valid) {
    const auto files = examples();
    EXPECT_GE(files.size(), 5U);
    for (const auto& path : files) {
        std::ifstream file(path, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const auto documents = parse_yaml_documents(text);
        ASSERT_TRUE(documents.ok()) << path;
        for (const Json& resource : *documents) {
            expect_valid(resource, path);
        }
    }
}

}  // namespace
}  // namespace bestgres::api
