#include "operator/plan/names_taken.hpp"

#include <gtest/gtest.h>

#include "operator/plan/testing.hpp"

namespace bestgres::plan {
namespace {

constexpr const char* by_citus = "citus: {scope: db, group: 0, database: app}";

kube::Object resource(const char* name, const char* made_at, Json citus = nullptr) {
    Json json = {
        {"metadata", {{"name", name}, {"namespace", "shop"}, {"creationTimestamp", made_at}}},
        {"spec", Json::object()}};
    if (!citus.is_null()) {
        json["spec"]["citus"] = std::move(citus);
    }
    return kube::Object(std::move(json));
}

Json group(const char* scope, int number) {
    return {{"scope", scope}, {"group", number}, {"database", "app"}};
}

// What a cluster that was never accepted is told about one rival.
std::string refusal(const kube::Object& asked, const Rival& rival) {
    ClusterView view;
    view.facts.resource = asked;
    view.name = asked.name();
    view.facts.rivals = {rival};
    return api::to_string(names_taken(view));
}

TEST(NamesTaken, a_cluster_called_like_a_group_of_a_scope_is_refused_and_told_why) {
    const kube::Object sharded = resource("db-worker", "2026-11-29T10:00:00Z", group("db", 1));
    const kube::Object plain = resource("db-1", "2026-11-29T11:00:00Z");

    EXPECT_EQ(refusal(plain, {.resource = sharded}),
              "metadata.name: Patroni's ConfigMap db-1-leader is that of BGCluster db-worker "
              "already: two clusters cannot have one. Give this one another name, or delete that "
              "one, got \"db-1\"");
    EXPECT_EQ(refusal(sharded, {.resource = plain}), "");
}

TEST(NamesTaken, a_group_whose_objects_a_cluster_has_is_refused) {
    const kube::Object plain = resource("db-1", "2026-11-29T10:00:00Z");
    const kube::Object sharded = resource("db-worker", "2026-11-29T11:00:00Z", group("db", 1));

    EXPECT_NE(refusal(sharded, {.resource = plain}).find("spec.citus: Patroni's ConfigMap "),
              std::string::npos);
}

TEST(NamesTaken, the_secret_of_a_scope_is_no_other_clusters) {
    const kube::Object plain = resource("db", "2026-11-29T10:00:00Z");
    const kube::Object sharded = resource("db-worker", "2026-11-29T11:00:00Z", group("db", 1));

    EXPECT_NE(refusal(sharded, {.resource = plain}).find("Secret db is that of BGCluster db"),
              std::string::npos);
}

TEST(NamesTaken, one_group_is_one_cluster_and_groups_of_one_scope_get_along) {
    const kube::Object older = resource("a", "2026-11-29T10:00:00Z", group("db", 1));
    const kube::Object younger = resource("b", "2026-11-29T11:00:00Z", group("db", 1));
    const kube::Object other = resource("c", "2026-11-29T09:00:00Z", group("db", 2));

    EXPECT_NE(refusal(younger, {.resource = older}), "");
    EXPECT_EQ(refusal(younger, {.resource = other}), "");
}

TEST(NamesTaken, within_one_second_names_decide_unless_one_is_in_force) {
    const kube::Object left = resource("a", "2026-11-29T10:00:00Z", group("db", 1));
    const kube::Object right = resource("b", "2026-11-29T10:00:00Z", group("db", 1));

    EXPECT_EQ(refusal(left, {.resource = right}), "");
    EXPECT_NE(refusal(right, {.resource = left}), "");
    EXPECT_NE(refusal(left, {.resource = right, .accepted = true}), "");
}

TEST(NamesTaken, an_accepted_cluster_goes_on_whoever_comes) {
    testing::TestCluster db;
    db.facts().rivals = {
        {.resource = resource("other", "2000-01-01T00:00:00Z", group("db", 0)), .accepted = true}};

    EXPECT_EQ(db.view().problems, api::Problems{});
    db.without(kube::kinds::config_map, "db-accepted-spec");
    EXPECT_FALSE(db.view().spec.has_value());
    EXPECT_EQ(db.steps(), testing::texts({}));
}

TEST(NamesTaken, objects_that_another_cluster_left_behind_have_to_go_first) {
    testing::TestCluster db(by_citus);
    db.without(kube::kinds::config_map, "db-accepted-spec");
    db.facts().left_behind = {{kube::kinds::config_map, "shop", "db-0-config"}};

    EXPECT_NE(api::to_string(db.view().problems).find("db-0-config was left behind by another"),
              std::string::npos);
}

}  // namespace
}  // namespace bestgres::plan
