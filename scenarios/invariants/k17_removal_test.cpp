#include "scenarios/invariants/k17_removal.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K17 : ::testing::Test, Court<K17Removal> {
    void service_has_the_label_of_a_scope() {
        Json service = labelled("db");
        service["metadata"]["managedFields"] = Json::array(
            {{{"manager", "bestgres-operator"},
              {"fieldsV1",
               {{"f:metadata", {{"f:labels", {{"f:bestgres.io/scope", Json::object()}}}}}}}}});
        truth.put(kube::kinds::service, service);
        tell(Settled{});
    }
    void service_owns(const Json& annotations, const char* manager = "bestgres-operator") {
        Json service = labelled("db");
        service["metadata"]["managedFields"] = Json::array(
            {{{"manager", manager},
              {"fieldsV1",
               {{"f:metadata", {{"f:annotations", annotations}}},
                {"f:spec",
                 {{"f:type", Json::object()}, {"f:ports", {{"k:{}", Json::object()}}}}}}}}});
        truth.put(kube::kinds::service, service);
        tell(Settled{});
    }
};

TEST_F(K17, what_the_manifest_says_may_be_owned) {
    service_owns({{"f:bestgres.io/owner-uid", Json::object()}});
    EXPECT_EQ(said(), "");
}

TEST_F(K17, an_annotation_that_the_spec_has_no_more_is_gone) {
    service_owns({{"f:team", Json::object()}});
    EXPECT_EQ(said(),
              "K17: Service db keeps .metadata.annotations.team, which its manifest has no more");
}

TEST_F(K17, an_annotation_that_the_spec_has_stays) {
    Json cluster = cluster_json();
    cluster["spec"]["services"]["primary"]["annotations"]["team"] = "payments";
    truth.put(kube::kinds::bg_cluster, cluster);
    service_owns({{"f:team", Json::object()}});
    EXPECT_EQ(said(), "");
}

TEST_F(K17, a_group_of_a_sharded_cluster_keeps_the_label_of_its_scope) {
    Json cluster = cluster_json();
    cluster["spec"]["citus"] = {{"scope", "shop"}, {"group", 1}, {"database", "app"}};
    truth.put(kube::kinds::bg_cluster, cluster);
    service_has_the_label_of_a_scope();
    EXPECT_EQ(said(), "");
}

TEST_F(K17, a_cluster_of_its_own_has_no_label_of_a_scope) {
    service_has_the_label_of_a_scope();
    EXPECT_EQ(said(),
              "K17: Service db keeps .metadata.labels.bestgres.io/scope, which its manifest has no "
              "more");
}

TEST_F(K17, what_others_own_is_theirs) {
    service_owns({{"f:team", Json::object()}}, "kubectl");
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
