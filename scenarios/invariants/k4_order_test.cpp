#include "scenarios/invariants/k4_order.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K4 : ::testing::Test, Court<K4Order> {
    K4() {
        Json set = labelled("db");
        set["metadata"]["annotations"][std::string(manifests::template_hash_annotation)] = "new";
        truth.put(kube::kinds::stateful_set, set);
        truth.put(kube::kinds::config_map,
                  config_map_json("db-sync", {{"leader", "db-0"}, {"sync_standby", "db-1"}}));
    }
    void member(const std::string& pod, const std::string& hash,
                const std::string& state = "running") {
        Json json = pod_json(pod);
        json["metadata"]["annotations"][std::string(manifests::template_hash_annotation)] = hash;
        json["metadata"]["annotations"]["status"] =
            dump({{"state", state}, {"role", "replica"}, {"version", "4.1.4"}});
        truth.put(kube::kinds::pod, json);
    }
    void take(const std::string& pod) {
        const kube::Ref ref = ref_of(kube::kinds::pod, pod);
        call(the_operator,
             kube::Delete{.ref = ref, .only_if = {.uid = std::string(truth.object(ref).uid())}});
    }
};

TEST_F(K4, asynchronous_replicas_go_first) {
    member("db-1", "old");
    member("db-2", "old");
    take("db-2");
    EXPECT_EQ(said(), "");
}

TEST_F(K4, the_synchronous_standby_goes_when_the_others_have_gone) {
    member("db-1", "old");
    member("db-2", "new");
    take("db-1");
    EXPECT_EQ(said(), "");
}

TEST_F(K4, the_synchronous_standby_does_not_go_first) {
    member("db-1", "old");
    member("db-2", "old");
    take("db-1");
    EXPECT_EQ(said(),
              "K4: operator-1 takes db-1, a synchronous standby, before db-2, which is "
              "asynchronous and on an old template too");
}

TEST_F(K4, a_primary_whose_lock_somebody_deleted_is_not_passed_over) {
    member("db-1", "old");
    member("db-2", "new");
    truth.store.erase(ref_of(kube::kinds::config_map, "db-leader"));
    member("db-0", "old");
    take("db-1");
    EXPECT_EQ(said(), "");
}

TEST_F(K4, who_does_not_serve_is_not_passed_over) {
    member("db-1", "old");
    member("db-2", "old");
    truth.who_runs[2].ready = false;
    take("db-1");
    EXPECT_EQ(said(), "");
}

TEST_F(K4, who_differs_by_nothing_but_a_hash_is_left_alone) {
    const std::string hash(manifests::template_hash_annotation);
    Json set = labelled("db");
    set["metadata"]["annotations"][hash] = "new";
    set["spec"]["template"] = {
        {"metadata", {{"annotations", {{hash, "new"}}}}},
        {"spec", {{"containers", Json::array({{{"name", "postgres"}, {"image", "a"}}})}}}};
    truth.put(kube::kinds::stateful_set, set);
    Json pod = pod_json("db-2");
    pod["metadata"]["annotations"][hash] = "old";
    pod["spec"]["containers"] = Json::array({{{"name", "postgres"}, {"image", "b"}}});
    truth.put(kube::kinds::pod, pod);
    take("db-2");
    EXPECT_EQ(said(), "");
    pod["spec"]["containers"][0]["image"] = "a";
    truth.put(kube::kinds::pod, pod);
    take("db-2");
    EXPECT_EQ(said(), "K4: operator-1 takes db-2, whose pod is as the template has it");
}

TEST_F(K4, members_leave_one_after_the_other) {
    const auto scale = [&](int from, int to) {
        Json set = labelled("db");
        set["spec"]["replicas"] = from;
        truth.put(kube::kinds::stateful_set, set);
        call(the_operator, kube::Patch{.ref = ref_of(kube::kinds::stateful_set, "db"),
                                       .body = {{"spec", {{"replicas", to}}}}});
    };
    scale(3, 2);
    EXPECT_EQ(said(), "");
    scale(3, 1);
    EXPECT_EQ(said(), "K4: operator-1 lets 2 members leave at once");
    scale(2, 1);
    EXPECT_EQ(alarms(), 2U) << "db-2 is there still";
}

TEST_F(K4, the_stateful_set_controller_rolls_nothing) {
    Json set = labelled("db");
    set["spec"]["updateStrategy"]["type"] = "OnDelete";
    change(the_operator, kube::kinds::stateful_set, set);
    EXPECT_EQ(said(), "");
    set["spec"]["updateStrategy"]["type"] = "RollingUpdate";
    change(the_operator, kube::kinds::stateful_set, set);
    EXPECT_EQ(said(),
              "K4: operator-1 leaves the order of rolls of shop/db to the StatefulSet controller");
}

TEST_F(K4, a_member_that_copies_data_is_left_to_finish) {
    member("db-2", "old", "creating replica");
    take("db-2");
    EXPECT_EQ(said(), "K4: operator-1 takes db-2 while it copies the data of the primary");
}

TEST_F(K4, an_annotation_that_outlived_its_patroni_protects_nobody) {
    member("db-2", "old", "creating replica");
    truth.who_runs[2].patroni_runs = false;
    take("db-2");
    EXPECT_EQ(said(), "");
}

TEST_F(K4, a_member_whose_volume_is_gone_starts_anew_whatever_it_does) {
    member("db-2", "old", "creating replica");
    truth.store.erase(ref_of(kube::kinds::persistent_volume_claim, "pgdata-db-2"));
    take("db-2");
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
