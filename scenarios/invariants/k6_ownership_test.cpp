#include "scenarios/invariants/k6_ownership.hpp"

#include "operator/api/sharded.hpp"
#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K6 : ::testing::Test, Court<K6Ownership> {
    void apply(Json json) {
        json["metadata"]["namespace"] = "shop";
        call(the_operator, kube::Apply{.kind = kube::kinds::service,
                                       .object = kube::Object(std::move(json)),
                                       .field_manager = "bestgres-operator"});
    }
};

TEST_F(K6, what_names_its_cluster_is_lawful) {
    apply(labelled("db"));
    apply(labelled("db"));
    call(the_operator, kube::Delete{.ref = ref_of(kube::kinds::pod, "db-1")});
    EXPECT_EQ(said(), "");
}

TEST_F(K6, lease_notices_and_the_resource_itself_need_no_owner) {
    call(the_operator, kube::Create{kube::kinds::event, kube::Object(Json::object())});
    call(the_operator, kube::Replace{kube::kinds::lease, kube::Object(Json::object())});
    call(the_operator, kube::Replace{kube::kinds::bg_cluster, kube::Object(cluster_json())});
    EXPECT_EQ(said(), "");
}

TEST_F(K6, a_name_that_somebody_else_holds_is_not_taken_over) {
    truth.put(kube::kinds::service, {{"metadata", {{"name", "db"}}}});
    apply(labelled("db"));
    EXPECT_EQ(said(),
              "K6: operator-1: apply Service shop/db takes over an object that is not the "
              "cluster's");
}

TEST_F(K6, what_lost_its_label_is_still_the_clusters) {
    Json without = labelled("db");
    without["metadata"]["labels"].erase(std::string(manifests::cluster_label));
    truth.put(kube::kinds::service, without);
    apply(labelled("db"));
    EXPECT_EQ(said(), "");
}

// Its user let the first go by hand and made another one, and somebody took the label meanwhile.
TEST_F(K6, what_lost_its_label_is_still_the_clusters_that_takes_over_a_name) {
    constexpr const char* another = "uid-of-the-namesake";
    Json namesake = cluster_json();
    namesake["metadata"]["uid"] = another;
    change(the_user, kube::kinds::bg_cluster, namesake);
    Json without = labelled("db");
    without["metadata"]["labels"].erase(std::string(manifests::cluster_label));
    truth.put(kube::kinds::service, without);
    Json made = labelled("db");
    made["metadata"]["annotations"][std::string(manifests::owner_uid_key)] = another;
    made["metadata"]["labels"][std::string(manifests::owner_uid_key)] = another;
    apply(made);
    EXPECT_EQ(said(), "");
}

TEST_F(K6, a_call_that_meets_another_version_changes_nothing) {
    truth.put(kube::kinds::stateful_set, labelled("db"));
    const std::string read(
        truth.object(ref_of(kube::kinds::stateful_set, "db")).resource_version());
    Json without = labelled("db");
    without["metadata"]["labels"].erase(std::string(manifests::cluster_label));
    truth.put(kube::kinds::stateful_set, without);
    const auto scale_in = [this](const std::string& version) {
        call(the_operator, kube::Patch{.ref = ref_of(kube::kinds::stateful_set, "db"),
                                       .type = kube::PatchType::merge,
                                       .body = {{"metadata", {{"resourceVersion", version}}},
                                                {"spec", {{"replicas", 2}}}}});
    };
    scale_in(read);
    EXPECT_EQ(said(), "");
    scale_in(std::string(truth.object(ref_of(kube::kinds::stateful_set, "db")).resource_version()));
    EXPECT_EQ(
        said(),
        "K6: operator-1: patch StatefulSet shop/db meets an object of no cluster that exists");
}

TEST_F(K6, an_object_of_a_cluster_that_is_gone_is_left_alone) {
    truth.store.erase(ref_of(kube::kinds::bg_cluster, "db"));
    call(the_operator, kube::Delete{.ref = ref_of(kube::kinds::pod, "db-1")});
    apply(labelled("db"));
    EXPECT_EQ(said(),
              "K6: operator-1: delete Pod shop/db-1 meets an object of no cluster that exists\n"
              "K6: operator-1: apply Service shop/db names no cluster that exists as its owner");
}

TEST_F(K6, an_object_is_made_for_the_cluster_that_exists_not_for_its_namesake) {
    Json namesake = cluster_json();
    namesake["metadata"]["uid"] = "uid-of-a-namesake";
    change(the_user, kube::kinds::bg_cluster, namesake);
    apply(labelled("db"));
    EXPECT_EQ(said(), "") << "the call was on its way when the namesake was born";
    truth.at = truth.at + std::chrono::minutes(1);
    apply(labelled("db"));
    EXPECT_EQ(alarms(), 1U);
}

// With the coordinator of a sharded cluster `shop`.
struct K6Groups : K6 {
    static constexpr std::string_view uid_of_sharded = "uid-of-sharded";

    K6Groups() {
        truth.put(kube::kinds::bg_sharded_cluster,
                  {{"metadata", {{"name", "shop"}, {"uid", uid_of_sharded}}}});
        truth.put(kube::kinds::bg_cluster, group("shop-coordinator"));
    }
    static Json group(const std::string& name) {
        return {{"metadata",
                 {{"name", name},
                  {"uid", "uid-of-" + name},
                  {"namespace", "shop"},
                  {"labels", {{std::string(manifests::sharded_label), "shop"}}},
                  {"annotations", {{std::string(manifests::owner_uid_key), uid_of_sharded}}}}},
                {"spec", {{"citus", {{"scope", "shop"}, {"group", 0}, {"database", "app"}}}}}};
    }
    static Json labels(std::string_view group) {
        return {{std::string(manifests::scope_label), "shop"},
                {std::string(manifests::citus_group_label), group}};
    }
    void creates(const kube::Kind& kind, Json json) {
        json["metadata"]["namespace"] = "shop";
        call(the_operator, kube::Create{kind, kube::Object(std::move(json))});
    }
    void deletes(const kube::Kind& kind, const std::string& name) {
        call(the_operator, kube::Delete{.ref = ref_of(kind, name)});
    }
    void without_sharded_cluster() {
        truth.store.erase(ref_of(kube::kinds::bg_sharded_cluster, "shop"));
    }
};

TEST_F(K6Groups, are_made_changed_and_deleted_for_the_sharded_cluster_that_they_name) {
    const auto stop = [this] {
        call(the_operator, kube::Patch{.ref = ref_of(kube::kinds::bg_cluster, "shop-coordinator"),
                                       .type = kube::PatchType::merge,
                                       .body = {{"spec", {{"hibernate", true}}}}});
    };
    creates(kube::kinds::bg_cluster, group("shop-worker-0"));
    stop();
    deletes(kube::kinds::bg_cluster, "shop-coordinator");
    EXPECT_EQ(said(), "");
    without_sharded_cluster();
    creates(kube::kinds::bg_cluster, group("shop-worker-0"));
    stop();
    deletes(kube::kinds::bg_cluster, "shop-coordinator");
    EXPECT_EQ(alarms(), 3U) << said();
}

TEST_F(K6Groups, a_cluster_of_a_user_is_not_the_operators_to_change) {
    deletes(kube::kinds::bg_cluster, "db");
    EXPECT_EQ(said(),
              "K6: operator-1: delete BGCluster shop/db is about a group of no sharded cluster "
              "that exists");
}

TEST_F(K6Groups, share_a_secret_that_is_the_coordinators) {
    Json secret = {
        {"metadata",
         {{"name", "shop"},
          {"labels", labels("0")},
          {"annotations", {{std::string(manifests::owner_uid_key), "uid-of-shop-coordinator"}}}}}};
    secret["metadata"]["labels"].erase(std::string(manifests::citus_group_label));
    secret["metadata"]["labels"][std::string(manifests::cluster_label)] = "shop";
    secret["metadata"]["labels"][std::string(manifests::owner_uid_key)] = "uid-of-shop-coordinator";
    creates(kube::kinds::secret, secret);
    EXPECT_EQ(said(), "");
    secret["metadata"]["annotations"][std::string(manifests::owner_uid_key)] = "uid-of-another";
    creates(kube::kinds::secret, secret);
    EXPECT_EQ(alarms(), 1U) << said();
}

TEST_F(K6Groups, leave_objects_of_patroni_that_are_theirs_or_their_sharded_clusters) {
    for (const char* const group : {"0", "7"}) {
        const std::string name = std::string("shop-") + group + "-leader";
        truth.put(kube::kinds::config_map,
                  {{"metadata", {{"name", name}, {"labels", labels(group)}}}});
        deletes(kube::kinds::config_map, name);
    }
    EXPECT_EQ(said(), "") << "of group 7 nothing else is left";
    without_sharded_cluster();
    deletes(kube::kinds::config_map, "shop-7-leader");
    EXPECT_EQ(said(),
              "K6: operator-1: delete ConfigMap shop/shop-7-leader meets an object of no cluster "
              "that exists");
}

TEST_F(K6, no_owner_reference_leads_the_garbage_collector_to_data) {
    Json owned = labelled("db");
    owned["metadata"]["ownerReferences"] =
        Json::array({{{"kind", "BGCluster"}, {"name", "db"}, {"uid", uid_of_db}}});
    apply(owned);
    EXPECT_EQ(said(), "K6: operator-1: apply Service shop/db carries an ownerReference");
}

}  // namespace
}  // namespace bestgres::scenarios
