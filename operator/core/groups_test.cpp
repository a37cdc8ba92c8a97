// Clusters that are groups of a sharded cluster: what they share, and what stays each one's own.
#include <gtest/gtest.h>

#include <algorithm>

#include "operator/api/cluster.hpp"
#include "operator/core/member_testing.hpp"
#include "operator/core/neighbours.hpp"

namespace bestgres::core {
namespace {

using std::chrono::seconds;
using testing::bring_up;
using testing::ref;
using testing::Rig;

constexpr Instant start{1'000'000'000};

kube::Ref cluster_ref(const std::string& name) {
    return ref(kube::kinds::bg_cluster, name);
}

// `group` below 0: a cluster of its own.
void put_cluster(Store& store, const std::string& name, int group) {
    Json json = {{"metadata",
                  {{"name", name}, {"namespace", "shop"}, {"uid", name}, {"resourceVersion", "1"}}},
                 {"spec", Json::object()}};
    if (group >= 0) {
        json["spec"]["citus"] = {{"scope", "app"}, {"group", group}, {"database", "app"}};
    }
    store.put(cluster_ref(name), kube::Object(std::move(json)), start);
}

kube::Object labelled(const std::string& name, Json labels) {
    return kube::Object(Json{{"metadata",
                              {{"name", name},
                               {"namespace", "shop"},
                               {"uid", name},
                               {"resourceVersion", "1"},
                               {"labels", std::move(labels)}}}});
}

kube::Object lock_of(int group) {
    return labelled("app-" + std::to_string(group) + "-leader",
                    {{"bestgres.io/scope", "app"}, {"citus-group", std::to_string(group)}});
}

std::set<ClusterKey> keys(std::initializer_list<const char*> names) {
    std::set<ClusterKey> keys;
    for (const char* name : names) {
        keys.insert({"shop", name});
    }
    return keys;
}

TEST(Groups, see_their_own_objects_of_patroni_and_the_one_secret) {
    Store store;
    put_cluster(store, "head", 0);
    put_cluster(store, "first", 1);
    const kube::Ref lock = ref(kube::kinds::config_map, "app-1-leader");
    const kube::Ref secret = ref(kube::kinds::secret, "app");
    store.put(lock, lock_of(1), start);
    store.put(secret, labelled("app", {{"bestgres.io/cluster", "app"}}), start);

    EXPECT_EQ(store.shared_with({"shop", "first"}), (std::vector<kube::Ref>{lock, secret}));
    EXPECT_EQ(store.shared_with({"shop", "head"}), std::vector<kube::Ref>{secret});
    EXPECT_EQ(store.concerned_by(lock, lock_of(1)), keys({"app-1", "first"}));
    EXPECT_EQ(store.concerned_by(ref(kube::kinds::config_map, "app-0-config"),
                                 labelled("app-0-config", {{"bestgres.io/cluster", "app-0"}})),
              keys({"app-0", "head"}));
    EXPECT_EQ(store.concerned_by(secret, store.find(secret)->object),
              keys({"app", "first", "head"}));
}

TEST(Groups, a_listing_of_one_groups_objects_takes_no_others_away) {
    Store store;
    put_cluster(store, "first", 1);
    put_cluster(store, "second", 2);
    const kube::Ref own = ref(kube::kinds::config_map, "first-patroni");
    store.put(own, labelled("first-patroni", {{"bestgres.io/cluster", "first"}}), start);
    for (const int group : {1, 2}) {
        const kube::Object lock = lock_of(group);
        store.put(ref(kube::kinds::config_map, std::string(lock.name())), lock, start);
    }
    const std::vector<kube::Object> nothing;
    const ClusterKey first{"shop", "first"};
    store.replace(
        {.kind = kube::kinds::config_map, .ns = "shop", .cluster = &first, .of_scopes = true},
        {nothing, "9"}, start);

    EXPECT_EQ(store.find(ref(kube::kinds::config_map, "app-1-leader")), nullptr);
    EXPECT_NE(store.find(ref(kube::kinds::config_map, "app-2-leader")), nullptr);
    EXPECT_NE(store.find(own), nullptr);
    store.replace({.kind = kube::kinds::config_map, .ns = "shop"}, {nothing, "9"}, start);
    EXPECT_EQ(store.find(own), nullptr);
    EXPECT_NE(store.find(ref(kube::kinds::config_map, "app-2-leader")), nullptr);
}

TEST(Groups, know_siblings_and_rivals_by_name) {
    Store store;
    put_cluster(store, "head", 0);
    put_cluster(store, "first", 1);
    put_cluster(store, "twin", 1);
    for (const char* plain : {"app", "app-1", "app-2", "other-1"}) {
        put_cluster(store, plain, -1);
    }
    const ClusterKey first{"shop", "first"};
    const ClusterKey plain{"shop", "app-1"};

    EXPECT_EQ(store.siblings_of(first, store.group_of(first)), keys({"head", "twin"}));
    EXPECT_EQ(store.rivals_of(first, store.group_of(first)), keys({"app", "app-1", "twin"}));
    EXPECT_EQ(store.rivals_of(plain, std::nullopt), keys({"first", "twin"}));
    EXPECT_EQ(store.rivals_of({"shop", "app"}, std::nullopt), keys({"first", "head", "twin"}));
    EXPECT_EQ(store.rivals_of({"shop", "app-2"}, std::nullopt), keys({}));
    EXPECT_EQ(store.rivals_of({"shop", "other-1"}, std::nullopt), keys({}));
    EXPECT_EQ(store.concerned_by_existence(cluster_ref("app-1"),
                                           store.find(cluster_ref("app-1"))->object),
              keys({"app-1", "first", "twin"}));
    store.remove(cluster_ref("twin"), "2");
    EXPECT_EQ(store.rivals_of(plain, std::nullopt), keys({"first"}));
}

TEST(Groups, tell_a_plan_of_rivals_and_of_what_was_left_behind) {
    Store store;
    put_cluster(store, "first", 1);
    put_cluster(store, "app-1", -1);
    store.put(ref(kube::kinds::config_map, "first-accepted-spec"),
              labelled("first-accepted-spec",
                       {{"bestgres.io/cluster", "first"}, {"bestgres.io/owner-uid", "first"}}),
              start);
    store.put(ref(kube::kinds::config_map, "app-1-leader"), lock_of(1), start);
    plan::Facts facts;
    observe_neighbours(store, {"shop", "app-1"}, facts);

    ASSERT_EQ(facts.rivals.size(), 1U);
    EXPECT_EQ(facts.rivals[0].resource.name(), "first");
    EXPECT_TRUE(facts.rivals[0].accepted);
    EXPECT_EQ(facts.left_behind,
              std::vector<kube::Ref>{ref(kube::kinds::config_map, "app-1-leader")});
    EXPECT_FALSE(facts.siblings.exist);
}

std::string group_spec(int group) {
    return "instances: 1\ncitus: {scope: app, group: " + std::to_string(group) +
           ", database: app}\n";
}

patroni::Reply member_of_the_scope(const patroni::Call&) {
    return {200, R"({"state": "running", "server_version": 150020, "role": "primary",
                     "patroni": {"version": "4.1.4", "scope": "app"}})"};
}

Rig running_groups() {
    Rig rig;
    rig.patroni = member_of_the_scope;
    rig.create_cluster("first", group_spec(1));
    rig.run_for(seconds(5));
    EXPECT_EQ(rig.server.find(ref(kube::kinds::secret, "app")), nullptr);
    rig.create_cluster("head", group_spec(0));
    rig.run_for(seconds(5));
    bring_up(rig, "first", 1);
    bring_up(rig, "head", 1);
    rig.run_for(seconds(30));
    return rig;
}

TEST(Groups, run_side_by_side_with_one_secret_which_the_coordinator_makes) {
    Rig rig = running_groups();

    EXPECT_EQ(rig.phase_of("first"), "Running");
    EXPECT_EQ(rig.phase_of("head"), "Running");
    EXPECT_EQ(std::ranges::count(rig.calls, "create Secret shop/app"), 1);
    rig.calls.clear();
    rig.run_for(std::chrono::minutes(30));
    EXPECT_EQ(rig.calls, std::vector<std::string>{});
}

TEST(Groups, follow_their_own_lock) {
    Rig rig = running_groups();
    rig.server.edit(ref(kube::kinds::config_map, "app-1-leader"),
                    [](Json& json) { json["metadata"]["annotations"]["leader"] = ""; });
    rig.run_for(seconds(1));

    EXPECT_EQ(rig.phase_of("first"), "Recovering");
    EXPECT_EQ(rig.phase_of("head"), "Running");
}

TEST(Groups, are_not_watched_for_where_there_are_none) {
    Rig rig = testing::running(1);
    const std::size_t before = rig.core().open_watches().size();
    rig.create_cluster("head", group_spec(0));
    rig.run_for(seconds(5));

    EXPECT_EQ(rig.core().open_watches().size(), before + 1);
}

TEST(Groups, keep_a_cluster_from_their_names_until_they_are_gone) {
    Rig rig = running_groups();
    rig.create_cluster("app-1", "instances: 1\n");
    rig.run_for(seconds(5));
    EXPECT_EQ(rig.phase_of("app-1"), "Failed");
    EXPECT_EQ(rig.server.find(ref(kube::kinds::stateful_set, "app-1")), nullptr);
    for (const char* group : {"first", "head"}) {
        rig.server.erase(cluster_ref(group));
        rig.run_for(seconds(5));
    }
    EXPECT_EQ(rig.server.find(ref(kube::kinds::stateful_set, "app-1")), nullptr);
    for (const char* object : {"app-1-config", "app-1-leader"}) {
        rig.server.erase(ref(kube::kinds::config_map, object));
    }
    rig.run_for(seconds(5));

    EXPECT_NE(rig.server.find(ref(kube::kinds::stateful_set, "app-1")), nullptr);
}

TEST(Groups, leave_their_secret_to_the_last_of_them) {
    Rig rig = running_groups();
    const auto tear_down = [&rig](const std::string& name) {
        rig.server.edit(cluster_ref(name), [](Json& json) {
            json["metadata"]["deletionTimestamp"] = "2026-11-29T12:00:00Z";
        });
        for (int round = 0; round < 5; ++round) {
            rig.run_for(seconds(5));
            rig.server.erase(ref(kube::kinds::pod, name + "-0"));
        }
    };
    for (const char* name : {"first", "head"}) {
        rig.server.edit(cluster_ref(name), [](Json& json) {
            json["spec"]["volumeSpec"]["retention"]["whenDeleted"] = "Delete";
        });
    }
    rig.run_for(seconds(5));
    tear_down("head");
    EXPECT_EQ(rig.server.find(cluster_ref("head")), nullptr);
    EXPECT_EQ(rig.server.find(ref(kube::kinds::config_map, "app-0-leader")), nullptr);
    EXPECT_NE(rig.server.find(ref(kube::kinds::secret, "app")), nullptr);
    EXPECT_NE(rig.server.find(ref(kube::kinds::config_map, "app-1-leader")), nullptr);
    tear_down("first");
    EXPECT_EQ(rig.server.find(cluster_ref("first")), nullptr);
    EXPECT_EQ(rig.server.find(ref(kube::kinds::secret, "app")), nullptr);
}

}  // namespace
}  // namespace bestgres::core
