#include "scenarios/invariants/k7_field_ownership.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K7 : ::testing::Test, Court<K7FieldOwnership> {
    // A Service that we applied with one annotation, and that others have added to.
    Json stored = {
        {"metadata",
         {{"name", "db"},
          {"uid", "u"},
          {"annotations", {{"ours", "1"}, {"theirs", "2"}}},
          {"managedFields",
           Json::array(
               {{{"manager", "bestgres-operator"},
                 {"fieldsV1",
                  {{"f:metadata", {{"f:annotations", {{"f:ours", Json::object()}}}}}}}}})}}},
        {"spec", {{"type", "ClusterIP"}, {"clusterIP", "10.0.0.7"}}}};

    void applied(const Json& said_now, const Json& becomes) {
        truth.put(kube::kinds::service, stored);
        const kube::Object before = truth.object(ref_of(kube::kinds::service, "db"));
        Json body = said_now;
        body["metadata"]["name"] = "db";
        const kube::Apply apply{.kind = kube::kinds::service,
                                .object = kube::Object(body),
                                .field_manager = "bestgres-operator"};
        tell(CallArrived{the_operator, apply, before});
        truth.put(kube::kinds::service, becomes);
        tell(CallPerformed{the_operator, apply,
                           kube::Outcome(truth.object(ref_of(kube::kinds::service, "db")))});
    }
};

TEST_F(K7, what_the_call_says_may_change) {
    Json becomes = stored;
    becomes["spec"]["type"] = "NodePort";
    becomes["spec"]["nodePort"] = 30001;
    applied({{"spec", {{"type", "NodePort"}}}}, becomes);
    EXPECT_EQ(said(), "");
}

TEST_F(K7, who_nulls_a_map_takes_what_others_have_in_it) {
    Json becomes = stored;
    becomes["metadata"].erase("annotations");
    applied({{"metadata", {{"annotations", nullptr}}}}, becomes);
    EXPECT_EQ(said(),
              "K7: operator-1: apply Service db changes what it does not own: "
              ".metadata.annotations.theirs was \"2\", is gone");
}

TEST_F(K7, of_a_list_of_finalizers_only_ours_may_go) {
    Json becomes = stored;
    stored["metadata"]["finalizers"] = {"bestgres.io/cluster", "bestgres.io/operation",
                                        "example.com/hold"};
    becomes["metadata"]["finalizers"] = Json::array({"example.com/hold"});
    applied({{"metadata", {{"finalizers", Json::array({"example.com/hold"})}}}}, becomes);
    EXPECT_EQ(said(), "");
    becomes["metadata"].erase("finalizers");
    applied({{"metadata", {{"finalizers", Json::array()}}}}, becomes);
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(K7, a_selector_is_said_whole) {
    Json becomes = stored;
    stored["spec"]["selector"] = {{"role", "master"}, {"theirs", "x"}};
    becomes["spec"]["selector"] = {{"role", "master"}};
    applied({{"spec", {{"selector", {{"role", "master"}}}}}}, becomes);
    EXPECT_EQ(said(), "");
}

TEST_F(K7, what_it_said_before_may_go) {
    Json becomes = stored;
    becomes["metadata"]["annotations"].erase("ours");
    applied({{"spec", {{"type", "ClusterIP"}}}}, becomes);
    EXPECT_EQ(said(), "");
}

TEST_F(K7, a_selector_is_said_as_a_whole) {
    stored["spec"]["selector"] = {{"app", "db"}, {"by-hand", "yes"}};
    Json becomes = stored;
    becomes["spec"]["selector"] = {{"app", "db"}};
    applied({{"spec", {{"type", "ClusterIP"}, {"selector", {{"app", "db"}}}}}}, becomes);
    EXPECT_EQ(said(), "");
    applied({{"spec", {{"type", "ClusterIP"}}}}, becomes);
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(K7, an_annotation_of_a_user_stays) {
    Json becomes = stored;
    becomes["metadata"]["annotations"].erase("theirs");
    applied({{"metadata", {{"annotations", {{"ours", "1"}}}}}}, becomes);
    EXPECT_EQ(said(),
              "K7: operator-1: apply Service db changes what it does not own: "
              ".metadata.annotations.theirs was \"2\", is gone");
}

TEST_F(K7, what_the_server_allocated_stays) {
    Json becomes = stored;
    becomes["spec"]["clusterIP"] = "10.0.0.8";
    applied({{"spec", {{"type", "ClusterIP"}}}}, becomes);
    EXPECT_EQ(said(),
              "K7: operator-1: apply Service db changes what it does not own: .spec.clusterIP was "
              "\"10.0.0.7\", is \"10.0.0.8\"");
}

TEST_F(K7, a_status_changes_nothing_else) {
    const kube::Ref ref = ref_of(kube::kinds::bg_cluster, "db");
    const kube::Object before = truth.object(ref);
    Json after = cluster_json(3);
    after["status"] = {{"phase", "running"}};
    const kube::Replace write{kube::kinds::bg_cluster, kube::Object(after), "status"};
    tell(CallArrived{the_operator, write, before});
    truth.put(kube::kinds::bg_cluster, after);
    tell(CallPerformed{the_operator, write, kube::Outcome(truth.object(ref))});
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
