#include "operator/plan/left_volumes.hpp"

#include <gtest/gtest.h>

#include "operator/api/cluster_words.hpp"
#include "operator/plan/retained.hpp"
#include "operator/plan/testing.hpp"

namespace bestgres::plan {
namespace {

using kube::kinds::persistent_volume_claim;
using testing::TestCluster;
using testing::texts;

constexpr const char* volume_of_two = "pgdata-db-2";

std::string spec_with(int instances, const std::string& retention) {
    return "instances: " + std::to_string(instances) +
           "\nvolumeSpec: {persistentVolumeSize: 1Gi, retention: {" + retention + "}}\n";
}

const std::string quarantine_of_a_week = "whenScaled: Quarantine";

void tell_the_set(TestCluster& db, int replicas) {
    db.edit(kube::kinds::stateful_set, "db",
            [replicas](Json& json) { json["spec"]["replicas"] = replicas; });
}

// Of three members the last left. All answer.
TestCluster two_of_three(const std::string& retention = quarantine_of_a_week) {
    TestCluster db;
    db.asks(spec_with(2, retention)).without(kube::kinds::pod, "db-2");
    tell_the_set(db, 2);
    return db.fresh();
}

TestCluster& do_next(TestCluster& db) {
    return db.perform(db.plan().steps.at(0).effect);
}

// Its volume is in quarantine since now.
TestCluster in_quarantine(const std::string& retention = quarantine_of_a_week) {
    TestCluster db = two_of_three(retention);
    do_next(db);
    return db;
}

kube::Object claim(TestCluster db, const std::string& name = volume_of_two) {
    return db.facts().objects.at({persistent_volume_claim, "shop", name});
}

api::VolumeStatus volume_in_status(const TestCluster& db) {
    for (const api::VolumeStatus& volume : db.plan().status.volumes) {
        if (volume.name == volume_of_two) {
            return volume;
        }
    }
    return {};
}

TestCluster& annotate_claim(TestCluster& db, const std::string& key, const Json& value) {
    return db.edit(persistent_volume_claim, volume_of_two,
                   [&](Json& json) { json["metadata"]["annotations"][key] = value; });
}

constexpr Duration week = std::chrono::hours(24 * 7);
constexpr Duration second = std::chrono::seconds(1);

TEST(LeftVolumes, are_marked_with_their_end_their_member_and_what_they_hold) {
    TestCluster db = two_of_three();
    EXPECT_EQ(db.steps(),
              texts({"PatchObject PersistentVolumeClaim pgdata-db-2: quarantine for 7d"}));
    EXPECT_EQ(db.plan().steps[0].because,
              "db-2 left, and whenScaled is Quarantine: it is deleted after 2026-11-27T16:10:00Z "
              "unless it is taken back");

    do_next(db);
    const kube::Object marked = claim(db);
    EXPECT_EQ(marked.label("bestgres.io/quarantined"), "true");
    EXPECT_EQ(marked.annotation("bestgres.io/quarantined-since"), "2026-11-20T16:10:00Z");
    EXPECT_EQ(marked.annotation("bestgres.io/quarantined-until"), "2026-11-27T16:10:00Z");
    EXPECT_EQ(marked.annotation("bestgres.io/left-member"), "db-2");
    EXPECT_EQ(marked.annotation(system_identifier_annotation), "7710296287858203009");
    EXPECT_EQ(db.steps(), texts({})) << "once";
}

TEST(LeftVolumes, stand_in_the_status_with_their_end) {
    EXPECT_EQ(volume_in_status(two_of_three()).state, "Retained");
    const TestCluster db = in_quarantine();
    EXPECT_EQ(volume_in_status(db).state, "Quarantined");
    EXPECT_EQ(volume_in_status(db).until, db.view().now() + week);
}

TEST(LeftVolumes, are_kept_for_no_moment_less_than_asked) {
    TestCluster db = two_of_three();
    db.later(std::chrono::milliseconds(300));
    do_next(db);
    EXPECT_EQ(claim(db).annotation("bestgres.io/quarantined-since"), "2026-11-20T16:10:01Z");
    db.later(week);
    EXPECT_EQ(db.steps(), texts({}));
    db.later(second);
    EXPECT_EQ(db.steps(), texts({"DeleteObject PersistentVolumeClaim pgdata-db-2"}));
}

TEST(LeftVolumes, go_when_their_time_is_over_and_not_before) {
    TestCluster db = in_quarantine();
    const Instant end = db.view().now() + week;
    EXPECT_EQ(db.plan().look_again, end);

    db.later(week - second);
    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.plan().look_again, end);
    db.later(second);
    EXPECT_EQ(db.steps(), texts({"DeleteObject PersistentVolumeClaim pgdata-db-2"}));
    const auto remove = std::get<DeleteObject>(db.plan().steps[0].effect);
    EXPECT_EQ(remove.uid, claim(db).uid());
    EXPECT_EQ(remove.resource_version, claim(db).resource_version());
    EXPECT_EQ(db.plan().steps[0].because, "the quarantine of db-2 ended at 2026-11-27T16:10:00Z");
}

TEST(LeftVolumes, stay_beyond_their_time_while_a_pod_has_them) {
    TestCluster db = in_quarantine();
    db.later(week).facts().mounted[volume_of_two] = "rescue";
    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.plan().look_again, db.view().now() + std::chrono::minutes(10));

    TestCluster removed = two_of_three("whenScaled: Delete");
    removed.facts().mounted[volume_of_two] = "rescue";
    EXPECT_EQ(removed.steps(), texts({}));
}

TEST(LeftVolumes, stay_beyond_their_time_while_anything_is_wrong) {
    TestCluster paused = in_quarantine();
    paused.later(week).annotate("bestgres.io/paused", "true");
    EXPECT_EQ(paused.steps(), texts({}));

    TestCluster without_primary = in_quarantine();
    without_primary.later(week).dcs("db-leader", {{"leader", ""}});
    EXPECT_EQ(without_primary.steps(), texts({}));

    TestCluster unhealthy = in_quarantine();
    unhealthy.later(week).unready("db-1");
    EXPECT_EQ(unhealthy.steps(), texts({}));

    TestCluster resting = in_quarantine();
    resting.later(week).asks("hibernate: true\n" + spec_with(2, quarantine_of_a_week));
    EXPECT_EQ(resting.steps(), texts({"ScaleIn 2 to 1"}));
}

TEST(LeftVolumes, are_free_of_marks_before_their_member_can_leave_again) {
    TestCluster db = in_quarantine();
    db.later(week - second).asks(spec_with(3, quarantine_of_a_week));
    EXPECT_EQ(db.steps(), texts({"PatchObject PersistentVolumeClaim pgdata-db-2: no quarantine"}));
    EXPECT_EQ(db.plan().steps[0].because, "db-2 is a member again");
    db.later(week);
    EXPECT_EQ(db.steps(), texts({"PatchObject PersistentVolumeClaim pgdata-db-2: no quarantine"}));
    EXPECT_EQ(volume_in_status(db).state, "Bound");

    // Told to run, though fewer are wanted: its time counts from when it leaves.
    db.asks(spec_with(2, quarantine_of_a_week));
    EXPECT_EQ(db.steps(), texts({"PatchObject PersistentVolumeClaim pgdata-db-2: no quarantine"}));
    do_next(db);
    EXPECT_EQ(without_quarantine(claim(db)), Json::object());
    EXPECT_EQ(db.steps(), texts({"ScaleIn 3 to 2"}));
}

TEST(LeftVolumes, follow_another_time_in_the_spec_from_when_they_were_left) {
    TestCluster db = in_quarantine();
    db.later(std::chrono::hours(2)).asks(spec_with(2, "whenScaled: Quarantine, quarantine: 3h"));
    EXPECT_EQ(db.steps(),
              texts({"PatchObject PersistentVolumeClaim pgdata-db-2: quarantine for 3h"}));
    do_next(db);
    EXPECT_EQ(quarantine_of(claim(db))->until, db.view().now() + std::chrono::hours(1));

    // Over by the new time: the claim says so before it goes.
    db.asks(spec_with(2, "whenScaled: Quarantine, quarantine: 1h"));
    EXPECT_EQ(db.steps(),
              texts({"PatchObject PersistentVolumeClaim pgdata-db-2: quarantine for 1h"}));
    EXPECT_EQ(do_next(db).steps(), texts({"DeleteObject PersistentVolumeClaim pgdata-db-2"}));
}

TEST(LeftVolumes, follow_another_policy) {
    TestCluster kept = in_quarantine();
    kept.asks(spec_with(2, "whenScaled: Retain"));
    EXPECT_EQ(kept.steps(),
              texts({"PatchObject PersistentVolumeClaim pgdata-db-2: no quarantine"}));
    do_next(kept);
    EXPECT_EQ(volume_in_status(kept).state, "Retained");
    EXPECT_EQ(kept.later(week).steps(), texts({}));

    TestCluster removed = in_quarantine();
    removed.asks(spec_with(2, "whenScaled: Delete"));
    EXPECT_EQ(removed.steps(), texts({"DeleteObject PersistentVolumeClaim pgdata-db-2"}));
}

TEST(LeftVolumes, stay_for_good_where_their_user_took_them_back) {
    for (const char* const policy : {"Quarantine", "Delete", "Retain"}) {
        TestCluster db = in_quarantine();
        db.asks(spec_with(2, std::string("whenScaled: ") + policy));
        annotate_claim(db, "bestgres.io/kept", "true");
        EXPECT_EQ(db.steps(),
                  texts({"PatchObject PersistentVolumeClaim pgdata-db-2: no quarantine"}))
            << policy;
        EXPECT_EQ(do_next(db).later(week + week).steps(), texts({})) << policy;
        EXPECT_EQ(volume_in_status(db).state, "Retained");

        db.asks(spec_with(3, quarantine_of_a_week));
        EXPECT_EQ(do_next(db).steps(), texts({}));
        EXPECT_FALSE(is_kept(claim(db))) << "a member's again";
    }
}

TEST(LeftVolumes, whose_marks_nobody_can_read_begin_anew) {
    TestCluster db = in_quarantine();
    db.later(week);
    annotate_claim(db, "bestgres.io/quarantined-since", "yesterday");
    EXPECT_EQ(db.steps(),
              texts({"PatchObject PersistentVolumeClaim pgdata-db-2: quarantine for 7d"}));
    do_next(db);
    EXPECT_EQ(quarantine_of(claim(db))->until, db.view().now() + week);
}

TEST(LeftVolumes, of_two_members_have_a_time_each) {
    TestCluster db("instances: 4\n");
    db.asks(spec_with(2, quarantine_of_a_week));
    db.without(kube::kinds::pod, "db-3").without(kube::kinds::pod, "db-2");
    tell_the_set(db, 2);
    do_next(db.fresh());
    db.later(std::chrono::hours(1));
    do_next(db);
    EXPECT_EQ(quarantine_of(claim(db, "pgdata-db-3"))->since, db.view().now());

    EXPECT_EQ(db.later(week - std::chrono::hours(1)).steps(),
              texts({"DeleteObject PersistentVolumeClaim pgdata-db-2"}));
    EXPECT_EQ(do_next(db).steps(), texts({}));
    EXPECT_EQ(db.later(std::chrono::hours(1)).steps(),
              texts({"DeleteObject PersistentVolumeClaim pgdata-db-3"}));
}

TEST(LeftVolumes, are_not_those_of_members_that_rest) {
    TestCluster db("instances: 2\n");
    db.asks("hibernate: true\n" + spec_with(2, quarantine_of_a_week));
    for (const char* const pod : {"db-0", "db-1"}) {
        db.without(kube::kinds::pod, pod);
    }
    tell_the_set(db, 0);
    EXPECT_EQ(db.steps(), texts({}));
    db.asks(spec_with(0, quarantine_of_a_week)).without(kube::kinds::pod_disruption_budget, "db");
    EXPECT_EQ(db.later(week).steps(), texts({}));
}

TEST(LeftVolumes, lose_their_marks_where_the_cluster_goes_without_them) {
    TestCluster db = in_quarantine();
    const auto end_with = [&db](const char* when_deleted) {
        TestCluster gone = db;
        gone.asks(spec_with(2, quarantine_of_a_week + ", whenDeleted: " + when_deleted));
        gone.being_deleted(kube::kinds::bg_cluster, "db");
        std::vector<std::string> steps;
        while (!gone.steps().empty() && steps.size() < 40) {
            const Step step = gone.plan().steps[0];
            if (std::holds_alternative<DropFinalizer>(step.effect)) {
                break;
            }
            steps.push_back(describe(step.effect));
            gone.perform(step.effect);
            // The StatefulSet takes its pods along.
            gone.without(kube::kinds::pod, "db-0").without(kube::kinds::pod, "db-1");
        }
        return std::pair(gone, steps);
    };
    const TestCluster kept = end_with("Retain").first;
    EXPECT_EQ(without_quarantine(claim(kept)), Json::object());
    EXPECT_EQ(claim(kept).annotation(system_identifier_annotation), "7710296287858203009");

    const std::vector<std::string> steps = end_with("Delete").second;
    EXPECT_NE(std::ranges::find(steps, "DeleteObject PersistentVolumeClaim pgdata-db-2"),
              steps.end());
}

TEST(LeftVolumes, of_another_database_system_are_never_started_on) {
    TestCluster db = in_quarantine();
    annotate_claim(db, std::string(system_identifier_annotation), "42");
    db.asks(spec_with(4, quarantine_of_a_week));

    EXPECT_EQ(db.view().replicas, 2);
    EXPECT_EQ(db.view().wanted, 2);
    do_next(db);  // the marks of the quarantine
    EXPECT_EQ(db.steps(), texts({}));
    EXPECT_EQ(db.waits(),
              texts({"db-2 cannot start: PersistentVolumeClaim shop/pgdata-db-2 is of database "
                     "system 42, and the cluster of 7710296287858203009. Delete the claim, and "
                     "the member copies the data anew"}));
    db.without(persistent_volume_claim, volume_of_two);
    EXPECT_EQ(db.view().replicas, 4);
}

}  // namespace
}  // namespace bestgres::plan
