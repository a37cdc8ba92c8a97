#include "fakekube/kinds/built_in.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "fakekube/kinds/testing.hpp"

namespace bestgres::fakekube {
namespace {

using testing::resource_of;

TEST(BuiltIn, names_every_resource_once) {
    std::set<std::string> paths;
    for (const Resource& resource : built_in_resources()) {
        EXPECT_TRUE(paths.insert(resource.api_version() + "/" + resource.plural).second);
        EXPECT_NE(resource.strategy, nullptr);
    }
    EXPECT_TRUE(paths.contains("apps/v1/statefulsets"));
    EXPECT_TRUE(paths.contains("policy/v1/poddisruptionbudgets"));
}

TEST(BuiltIn, every_kind_takes_an_empty_object_and_shows_a_row) {
    for (const Resource& resource : built_in_resources()) {
        const Json object = testing::stored(*resource.strategy, Json::object());
        EXPECT_EQ(resource.strategy->table_columns().size(),
                  resource.strategy->table_cells(object, Instant{}).size())
            << resource.kind;
    }
}

TEST(BuiltIn, decoding_is_idempotent_for_every_kind) {
    for (const Resource& resource : built_in_resources()) {
        const Json once = testing::stored(*resource.strategy, Json::object());
        Json twice = once;
        ASSERT_TRUE(resource.strategy->decode(twice).ok()) << resource.kind;
        resource.strategy->set_defaults(twice);
        EXPECT_EQ(twice, once) << resource.kind;
    }
}

TEST(BuiltIn, knows_which_writes_a_kind_accepts) {
    EXPECT_FALSE(resource_of("Lease").strategy->unconditional_update());
    EXPECT_TRUE(resource_of("Lease").strategy->create_on_update());
    EXPECT_TRUE(resource_of("Pod").strategy->returns_deleted_object());
    EXPECT_TRUE(resource_of("StatefulSet").strategy->manages_generation());
    EXPECT_TRUE(resource_of("Job").strategy->orphans_by_default());
    EXPECT_EQ(resource_of("Service").strategy->name_rule(), NameRule::dns_1035_label);
}

TEST(BuiltIn, reads_the_minor_of_a_version) {
    EXPECT_EQ(kubernetes_minor_of("v1.20.2"), 20);
    EXPECT_EQ(kubernetes_minor_of("1.33"), 33);
    EXPECT_EQ(kubernetes_minor_of("newest"), KindOptions().kubernetes_minor);
}

TEST(BuiltIn, older_servers_know_less) {
    for (const Resource& resource : built_in_resources({.kubernetes_minor = 20})) {
        if (resource.kind == "StatefulSet") {
            EXPECT_EQ(find_field(*find_field(resource.strategy->schema(), "spec"), "ordinals"),
                      nullptr);
        }
    }
}

}  // namespace
}  // namespace bestgres::fakekube
