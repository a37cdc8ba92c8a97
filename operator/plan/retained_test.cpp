#include "operator/plan/retained.hpp"

#include <gtest/gtest.h>

#include "operator/plan/testing.hpp"

namespace bestgres::plan {
namespace {

using kube::kinds::persistent_volume_claim;
using testing::TestCluster;
using testing::texts;

// What a deleted cluster of two has left, and a resource of the same name that was never accepted.
TestCluster made_again() {
    TestCluster db("instances: 2\n");
    const Json annotations = belonging(db.view());
    for (const char* const claim : {"pgdata-db-0", "pgdata-db-1"}) {
        db.edit(persistent_volume_claim, claim,
                [&annotations](Json& json) { json["metadata"]["annotations"] = annotations; });
    }
    for (const char* const pod : {"db-0", "db-1"}) {
        db.without(kube::kinds::pod, pod);
    }
    db.without(kube::kinds::stateful_set, "db")
        .without(kube::kinds::config_map, "db-accepted-spec");
    return db.edit(kube::kinds::bg_cluster, "db",
                   [](Json& json) { json["metadata"]["uid"] = "uid-of-the-next"; });
}

TestCluster& holds(TestCluster& db, const char* claim, const char* system) {
    return db.edit(persistent_volume_claim, claim, [system](Json& json) {
        json["metadata"]["annotations"]["bestgres.io/system-identifier"] = system;
    });
}

TEST(Retained, volumes_are_taken_up_by_a_cluster_of_the_name_that_they_are_of) {
    const TestCluster db = made_again();
    EXPECT_EQ(api::to_string(db.view().problems), "");
    EXPECT_EQ(db.steps(), texts({"ApplyObject ConfigMap db-accepted-spec"}));
}

TEST(Retained, volumes_of_another_system_are_left_alone) {
    TestCluster db = made_again();
    holds(db, "pgdata-db-1", "42");

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.plan().status.phase, api::Phase::failed);
    EXPECT_EQ(api::to_string(db.view().problems),
              "metadata.name: PersistentVolumeClaim shop/pgdata-db-1 is of database system 42, and "
              "ConfigMap shop/db-config of 7710296287858203009. Delete what is not wanted, or give "
              "the cluster another name, got \"db\"");
}

TEST(Retained, volumes_that_contradict_each_other_are_left_alone_where_patroni_has_no_record) {
    TestCluster db = made_again();
    db.without(kube::kinds::config_map, "db-config");
    EXPECT_EQ(api::to_string(db.view().problems), "") << "they agree";

    holds(db, "pgdata-db-1", "42");
    EXPECT_EQ(db.steps(), texts({}));
}

// One that it never started on, since it is of another system: it stays so.
TEST(Retained, volumes_do_not_become_those_of_a_cluster_that_could_not_use_them) {
    TestCluster db("instances: 2\n");
    holds(db, "pgdata-db-1", "42");
    const auto own = db.facts().objects.at({persistent_volume_claim, "shop", "pgdata-db-0"});
    const auto other = db.facts().objects.at({persistent_volume_claim, "shop", "pgdata-db-1"});
    EXPECT_EQ(belonging(db.view(), own), belonging(db.view()));
    EXPECT_EQ(belonging(db.view(), other), Json::object());
}

TEST(Retained, volumes_whose_passwords_are_others_are_left_alone) {
    TestCluster db = made_again();
    db.edit(kube::kinds::secret, "db",
            [](Json& json) { json["data"]["superuser-password"] = "b3RoZXI="; });

    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(api::to_string(db.view().problems),
              "metadata.name: Secret shop/db does not open the databases on PersistentVolumeClaim "
              "shop/pgdata-db-0: its passwords are others. Restore the one that belongs to them, "
              "or delete the volumes, got \"db\"");
}

TEST(Retained, volumes_open_to_a_secret_that_was_restored) {
    TestCluster db = made_again();
    db.edit(kube::kinds::secret, "db", [](Json& json) { json["metadata"]["uid"] = "another"; });

    EXPECT_EQ(api::to_string(db.view().problems), "");
}

TEST(Retained, volumes_that_say_nothing_are_taken_up) {
    TestCluster db = made_again();
    for (const char* const claim : {"pgdata-db-0", "pgdata-db-1"}) {
        db.edit(persistent_volume_claim, claim,
                [](Json& json) { json["metadata"].erase("annotations"); });
    }
    EXPECT_EQ(api::to_string(db.view().problems), "");
}

TEST(Retained, volumes_of_a_cluster_that_goes_on_are_not_judged_again) {
    TestCluster db("instances: 2\n");
    holds(db, "pgdata-db-1", "42");
    EXPECT_EQ(api::to_string(db.view().problems), "");
}

TEST(Retained, volumes_without_a_known_system_say_nothing) {
    TestCluster db("instances: 1\n");
    db.dcs("db-config", {{"initialize", nullptr}}).being_deleted(kube::kinds::bg_cluster, "db");
    EXPECT_EQ(belonging(db.view()), Json::object());
}

}  // namespace
}  // namespace bestgres::plan
