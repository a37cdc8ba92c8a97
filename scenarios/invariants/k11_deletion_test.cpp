#include "scenarios/invariants/k11_deletion.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K11 : ::testing::Test, Court<K11Deletion> {
    const kube::Ref cluster = ref_of(kube::kinds::bg_cluster, "db");

    void members_have_gone() {
        for (const char* pod : {"db-0", "db-1", "db-2"}) {
            truth.store.erase(ref_of(kube::kinds::pod, pod));
        }
    }
    void volumes_have_gone() {
        for (const char* claim : {"pgdata-db-0", "pgdata-db-1", "pgdata-db-2"}) {
            truth.store.erase(ref_of(kube::kinds::persistent_volume_claim, claim));
        }
        truth.store.erase(ref_of(kube::kinds::config_map, "db-leader"));
        truth.store.erase(ref_of(kube::kinds::config_map, "db-config"));
    }
};

TEST_F(K11, what_is_retained_may_stay) {
    truth.put(kube::kinds::bg_cluster, deleting(cluster_json()));
    members_have_gone();
    remove(the_operator, cluster);
    EXPECT_EQ(said(), "");
}

TEST_F(K11, what_is_retained_is_in_no_quarantine) {
    truth.put(kube::kinds::bg_cluster, deleting(cluster_json()));
    members_have_gone();
    Json claim = claim_json("pgdata-db-2");
    claim["metadata"]["annotations"]["bestgres.io/quarantined-until"] = "2026-11-27T16:10:00Z";
    truth.put(kube::kinds::persistent_volume_claim, claim);
    remove(the_operator, cluster);
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(K11, members_go_before_the_finalizer) {
    truth.put(kube::kinds::bg_cluster, deleting(cluster_json()));
    remove(the_operator, cluster);
    EXPECT_EQ(said().substr(0, 96),
              "K11: operator-1 drops the finalizer of shop/db while 3 of its objects are there: "
              "Pod shop/db-0 u");
}

TEST_F(K11, volumes_go_before_the_finalizer_where_they_are_to_go) {
    truth.put(kube::kinds::bg_cluster,
              deleting(with_retention(cluster_json(), "Delete", "Retain")));
    members_have_gone();
    remove(the_operator, cluster);
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(K11, nothing_is_left_where_everything_is_to_go) {
    truth.put(kube::kinds::bg_cluster,
              deleting(with_retention(cluster_json(), "Delete", "Retain")));
    members_have_gone();
    volumes_have_gone();
    remove(the_operator, cluster);
    EXPECT_EQ(said(), "");
}

TEST_F(K11, a_cluster_that_nobody_deletes_keeps_its_finalizer) {
    Json bare = cluster_json();
    bare["metadata"].erase("finalizers");
    change(the_operator, kube::kinds::bg_cluster, bare);
    EXPECT_EQ(said(), "K11: operator-1 drops the finalizer of shop/db, which nobody deletes");
}

TEST_F(K11, credentials_stay_with_the_data) {
    const kube::Ref secret = ref_of(kube::kinds::secret, "db");
    truth.put(kube::kinds::secret, labelled("db"));
    truth.put(kube::kinds::bg_cluster, deleting(cluster_json()));
    call(the_operator, kube::Delete{.ref = secret});
    EXPECT_EQ(said(), "K11: operator-1 deletes the credentials of shop/db, whose data stays");
    truth.put(kube::kinds::bg_cluster,
              deleting(with_retention(cluster_json(), "Delete", "Retain")));
    call(the_operator, kube::Delete{.ref = secret});
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(K11, a_person_who_removes_it_answers_for_it) {
    truth.put(kube::kinds::bg_cluster, deleting(cluster_json()));
    remove(the_user, cluster);
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
