#include "fakekube/controllers/cache.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace bestgres::fakekube::controllers {
namespace {

kube::Object pod(const std::string& name, const Json& labels) {
    return kube::Object(
        Json{{"metadata", {{"namespace", "shop"}, {"name", name}, {"labels", labels}}}});
}

kube::Object selecting(const Json& selector) {
    return kube::Object(Json{{"metadata", {{"namespace", "shop"}, {"name", "s"}, {"uid", "u-1"}}},
                             {"spec", {{"selector", selector}}}});
}

std::vector<std::string> names_of(const std::vector<kube::Object>& objects) {
    std::vector<std::string> names;
    for (const kube::Object& object : objects) {
        names.emplace_back(object.name());
    }
    return names;
}

using Names = std::vector<std::string>;

Cache pods() {
    Cache cache;
    cache.find_by(words_of_child);
    cache.put(pod("a", {{"app", "db"}, {"role", "primary"}}));
    cache.put(pod("b", {{"app", "db"}}));
    cache.put(pod("c", {{"app", "web"}}));
    return cache;
}

TEST(Cache, finds_what_a_selector_may_select) {
    const Cache cache = pods();
    EXPECT_EQ(names_of(cache.candidates_of(selecting({{"app", "db"}}))), (Names{"a", "b"}));
    EXPECT_EQ(names_of(cache.candidates_of(selecting({{"matchLabels", {{"app", "web"}}}}))),
              Names{"c"});
}

// Labels that all clusters share come first in order, and would find everything.
TEST(Cache, finds_what_may_select_by_its_rarest_label) {
    Cache services;
    services.find_by(words_of_selector, Filing::under_rarest);
    for (const char* name : {"a", "b", "c", "d", "e"}) {
        Json service = selecting({{"app", "db"}, {"cluster", name}, {"role", "primary"}}).json();
        service["metadata"]["name"] = name;
        services.put(kube::Object(std::move(service)));
    }
    const kube::Object member = pod("d-0", {{"app", "db"}, {"cluster", "d"}, {"role", "primary"}});
    const Names found = names_of(services.with_words("shop", words_of_child(member)));
    EXPECT_EQ(std::ranges::count(found, "d"), 1);
    EXPECT_LT(found.size(), 5U);
    services.erase({.ns = "shop", .name = "d"});
    EXPECT_EQ(
        std::ranges::count(names_of(services.with_words("shop", words_of_child(member))), "d"), 0);
}

TEST(Cache, takes_everything_for_possible_where_no_label_is_asked_for) {
    const Json any = {{"matchExpressions", Json::array()}};
    EXPECT_EQ(pods().candidates_of(selecting(any)).size(), 3U);
}

TEST(Cache, follows_labels_that_change_and_objects_that_go) {
    Cache cache = pods();
    cache.put(pod("c", {{"app", "db"}}));
    cache.erase({.ns = "shop", .name = "a"});
    EXPECT_EQ(names_of(cache.candidates_of(selecting({{"app", "db"}}))), (Names{"b", "c"}));
    EXPECT_TRUE(cache.candidates_of(selecting({{"app", "web"}})).empty());
}

TEST(Cache, finds_what_is_controlled_whatever_its_labels) {
    Cache cache = pods();
    cache.put(kube::Object(
        Json{{"metadata",
              {{"namespace", "shop"},
               {"name", "d"},
               {"ownerReferences", Json::array({{{"uid", "u-1"}, {"controller", true}}})}}}}));
    EXPECT_EQ(names_of(cache.candidates_of(selecting({{"app", "web"}}))), (Names{"c", "d"}));
}

}  // namespace
}  // namespace bestgres::fakekube::controllers
