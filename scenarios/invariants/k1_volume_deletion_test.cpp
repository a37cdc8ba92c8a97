#include "scenarios/invariants/k1_volume_deletion.hpp"

#include "operator/api/sharded.hpp"
#include "scenarios/invariants/citus_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K1 : ::testing::Test, Court<K1VolumeDeletion> {
    const kube::Ref claim = ref_of(kube::kinds::persistent_volume_claim, "pgdata-db-2");

    void the_member_left() {
        truth.put(kube::kinds::bg_cluster, with_retention(cluster_json(2), "Retain", "Delete"));
        truth.store.erase(ref_of(kube::kinds::pod, "db-2"));
    }
    // An hour of quarantine begins.
    void the_member_leaves_for_an_hour() {
        Json cluster = with_retention(cluster_json(2), "Retain", "Quarantine");
        cluster["spec"]["volumeSpec"]["retention"]["quarantine"] = "1h";
        truth.put(kube::kinds::bg_cluster, cluster);
        the_pod_goes("db-2");
    }
    void the_pod_goes(const std::string& pod) {
        const kube::Object before = truth.object(ref_of(kube::kinds::pod, pod));
        truth.store.erase(ref_of(kube::kinds::pod, pod));
        tell(ObjectChanged{.actor = a_controller, .before = before, .after = {}});
    }
    void the_operator_marks_it(Instant since, Instant until) {
        Json marked = claim_json("pgdata-db-2");
        marked["metadata"]["annotations"]["bestgres.io/quarantined-since"] = format_seconds(since);
        marked["metadata"]["annotations"]["bestgres.io/quarantined-until"] = format_seconds(until);
        change(the_operator, kube::kinds::persistent_volume_claim, marked);
    }
    void later(Duration span) { truth.at = truth.at + span; }
    void the_operator_deletes_it() {
        const kube::Object stored = truth.object(claim);
        call(the_operator,
             kube::Delete{.ref = claim,
                          .only_if = {.uid = std::string(stored.uid()),
                                      .resource_version = std::string(stored.resource_version())}});
    }
};

TEST_F(K1, a_member_that_left_may_lose_its_volume_where_its_user_said_so) {
    the_member_left();
    the_operator_deletes_it();
    EXPECT_EQ(said(), "");
}

constexpr const char* too_early =
    "K1: operator-1 deletes PersistentVolumeClaim shop/pgdata-db-2, but cluster shop/db keeps its "
    "volumes";

TEST_F(K1, a_quarantine_is_over_when_its_member_has_been_away_long_enough) {
    the_member_leaves_for_an_hour();
    later(std::chrono::hours(1));
    the_operator_deletes_it();
    EXPECT_EQ(said(), "");
}

TEST_F(K1, a_quarantine_is_not_over_before) {
    the_member_leaves_for_an_hour();
    later(std::chrono::minutes(59));
    the_operator_deletes_it();
    EXPECT_EQ(said(), too_early);
}

TEST_F(K1, a_quarantine_counts_from_the_last_time_that_the_member_was_there) {
    the_member_leaves_for_an_hour();
    later(std::chrono::minutes(50));
    truth.put(kube::kinds::pod, pod_json("db-2"));
    the_pod_goes("db-2");
    later(std::chrono::minutes(50));
    the_operator_deletes_it();
    EXPECT_EQ(said(), too_early);
}

TEST_F(K1, what_its_user_took_back_is_kept) {
    the_member_leaves_for_an_hour();
    later(std::chrono::hours(2));
    Json kept = claim_json("pgdata-db-2");
    kept["metadata"]["annotations"]["bestgres.io/kept"] = "true";
    truth.put(kube::kinds::persistent_volume_claim, kept);
    the_operator_deletes_it();
    EXPECT_EQ(said(), too_early);
}

TEST_F(K1, what_somebody_else_mounts_is_kept) {
    the_member_leaves_for_an_hour();
    later(std::chrono::hours(2));
    Json rescue = {{"metadata", {{"name", "rescue"}}}, {"status", {{"phase", "Running"}}}};
    rescue["spec"]["volumes"] = {{{"persistentVolumeClaim", {{"claimName", "pgdata-db-2"}}}}};
    truth.put(kube::kinds::pod, rescue);
    the_operator_deletes_it();
    EXPECT_EQ(said(),
              "K1: operator-1 deletes PersistentVolumeClaim shop/pgdata-db-2 while a pod uses it");
}

TEST_F(K1, a_claim_in_quarantine_says_since_when_and_until_when) {
    the_member_leaves_for_an_hour();
    later(std::chrono::seconds(20));
    const Instant now = truth.now();
    the_operator_marks_it(now, now + std::chrono::hours(1));
    EXPECT_EQ(said(), "");
    the_operator_marks_it(now, now + std::chrono::hours(2));
    EXPECT_EQ(said(),
              "K1: operator-1 writes on pgdata-db-2 an end after 7200.0 s, which nobody asked for");
}

TEST_F(K1, a_quarantine_does_not_begin_before_its_member_left_nor_anew) {
    the_member_leaves_for_an_hour();
    const Instant left = truth.now();
    later(std::chrono::minutes(10));
    const Instant before = left - std::chrono::minutes(5);
    the_operator_marks_it(before, before + std::chrono::hours(1));
    EXPECT_EQ(alarms(), 1U);
    the_operator_marks_it(left, left + std::chrono::hours(1));
    EXPECT_EQ(alarms(), 1U);
    the_operator_marks_it(truth.now(), truth.now() + std::chrono::hours(1));
    EXPECT_EQ(said(),
              "K1: operator-1 writes on pgdata-db-2 that its member is away since "
              "2026-11-20T15:55:00Z, and it left at 2026-11-20T16:00:00Z\n"
              "K1: operator-1 writes on pgdata-db-2 that its quarantine begins anew");
}

TEST_F(K1, a_quarantine_begins_anew_when_its_member_was_there_in_between) {
    the_member_leaves_for_an_hour();
    the_operator_marks_it(truth.now(), truth.now() + std::chrono::hours(1));
    later(std::chrono::minutes(10));
    truth.put(kube::kinds::pod, pod_json("db-2"));
    the_pod_goes("db-2");
    the_operator_marks_it(truth.now(), truth.now() + std::chrono::hours(1));
    EXPECT_EQ(said(), "");
}

TEST_F(K1, a_clock_that_jumped_may_end_a_quarantine_early) {
    truth.run.faults.push_back({.id = "jump", .kind = FaultKind::clock_jump, .amount = 120'000});
    the_member_leaves_for_an_hour();
    later(std::chrono::minutes(59));
    the_operator_deletes_it();
    EXPECT_EQ(said(), "");
}

TEST_F(K1, a_cluster_that_is_deleted_may_lose_its_volumes_where_its_user_said_so) {
    truth.put(kube::kinds::bg_cluster,
              deleting(with_retention(cluster_json(), "Delete", "Retain")));
    truth.store.erase(ref_of(kube::kinds::pod, "db-2"));
    the_operator_deletes_it();
    EXPECT_EQ(said(), "");
}

// The operator writes the policy of a group, and its user that of the sharded cluster.
struct K1OfShards : ::testing::Test, CitusCourt<K1VolumeDeletion> {
    void user_asks_for(std::int64_t shards, const char* removed) {
        Json whole = sharded_json(shards);
        whole["spec"]["removedShards"] = removed;
        truth.put(kube::kinds::bg_sharded_cluster, whole);
    }
    void operator_deletes_the_volume_of(GroupId group) {
        truth.put(kube::kinds::bg_cluster,
                  deleting(with_retention(group_json(group), "Delete", "Retain")));
        truth.store.erase(ref_of(kube::kinds::pod, pod_of_group(group)));
        Json claim = claim_json("pgdata-" + pod_of_group(group));
        claim["metadata"]["labels"][std::string(manifests::cluster_label)] =
            cluster_of_group(group);
        truth.put(kube::kinds::persistent_volume_claim, claim);
        const kube::Ref ref =
            ref_of(kube::kinds::persistent_volume_claim, "pgdata-" + pod_of_group(group));
        call(the_operator, kube::Delete{.ref = ref,
                                        .only_if = {.uid = std::string(truth.object(ref).uid()),
                                                    .resource_version = std::string(
                                                        truth.object(ref).resource_version())}});
    }
};

TEST_F(K1OfShards, of_a_shard_that_goes_its_user_decides) {
    user_asks_for(1, "Delete");
    operator_deletes_the_volume_of(2);
    EXPECT_EQ(said(), "");
    user_asks_for(1, "Retain");
    operator_deletes_the_volume_of(2);
    EXPECT_EQ(said(),
              "K1: operator-1 deletes PersistentVolumeClaim shop/pgdata-shop-worker-2-0, but "
              "cluster shop/shop-worker-2 keeps its volumes");
}

TEST_F(K1OfShards, of_a_shard_that_is_wanted_none_goes) {
    user_asks_for(2, "Delete");
    operator_deletes_the_volume_of(2);
    EXPECT_EQ(alarms(), 1U) << said();
}

TEST_F(K1, the_stateful_set_controller_deletes_none) {
    Json set = labelled("db");
    Json& policy = set["spec"]["persistentVolumeClaimRetentionPolicy"];
    policy = {{"whenDeleted", "Retain"}, {"whenScaled", "Retain"}};
    change(the_operator, kube::kinds::stateful_set, set);
    EXPECT_EQ(said(), "");
    policy["whenScaled"] = "Delete";
    change(the_operator, kube::kinds::stateful_set, set);
    EXPECT_EQ(said(), "K1: operator-1 lets the StatefulSet controller delete volumes of shop/db");
}

TEST_F(K1, a_wish_that_changed_while_the_call_was_on_its_way_is_no_alarm) {
    the_member_left();
    change(the_user, kube::kinds::bg_cluster, [] {
        Json kept = cluster_json(2);
        kept["metadata"]["generation"] = 2;
        return kept;
    }());
    the_operator_deletes_it();
    EXPECT_EQ(said(), "");
    truth.at = truth.at + std::chrono::minutes(1);
    the_operator_deletes_it();
    EXPECT_EQ(said(),
              "K1: operator-1 deletes PersistentVolumeClaim shop/pgdata-db-2, but cluster shop/db "
              "keeps its volumes");
}

TEST_F(K1, a_volume_that_is_lost_may_go_under_its_pod) {
    Json lost = claim_json("pgdata-db-2");
    lost["status"]["phase"] = "Lost";
    truth.put(kube::kinds::persistent_volume_claim, lost);
    the_operator_deletes_it();
    EXPECT_EQ(said(), "");
}

TEST_F(K1, the_volume_of_a_namesake_born_later_is_missed) {
    truth.put(kube::kinds::bg_cluster, with_retention(cluster_json(), "Delete", "Delete"));
    truth.store.erase(ref_of(kube::kinds::pod, "db-2"));
    the_operator_deletes_it();
    EXPECT_EQ(said(),
              "K1: operator-1 deletes PersistentVolumeClaim shop/pgdata-db-2, but cluster shop/db "
              "keeps its volumes");
}

TEST_F(K1, a_volume_without_its_cluster_is_kept) {
    truth.store.erase(ref_of(kube::kinds::bg_cluster, "db"));
    truth.store.erase(ref_of(kube::kinds::pod, "db-2"));
    the_operator_deletes_it();
    EXPECT_EQ(said(),
              "K1: operator-1 deletes PersistentVolumeClaim shop/pgdata-db-2, but there is no "
              "cluster shop/db");
}

TEST_F(K1, a_volume_in_use_is_kept) {
    truth.put(kube::kinds::bg_cluster, with_retention(cluster_json(2), "Retain", "Delete"));
    the_operator_deletes_it();
    EXPECT_EQ(said(),
              "K1: operator-1 deletes PersistentVolumeClaim shop/pgdata-db-2 while a pod uses it");
}

TEST_F(K1, a_deletion_names_the_incarnation_and_the_version) {
    the_member_left();
    call(the_operator, kube::Delete{.ref = claim, .only_if = {.uid = "uid-of-another"}});
    EXPECT_EQ(said(), "") << "the server refuses it";
    call(the_operator, kube::Delete{.ref = claim});
    EXPECT_EQ(said(),
              "K1: operator-1 deletes PersistentVolumeClaim shop/pgdata-db-2 without naming its "
              "uid and resourceVersion");
}

TEST_F(K1, what_users_delete_is_their_business) {
    call(the_user, kube::Delete{.ref = claim});
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
