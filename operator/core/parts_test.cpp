// The smaller parts of the core: store, queue, informer, metrics, requests.
#include <gtest/gtest.h>

#include "lib/kube/workload.hpp"
#include "operator/core/informer.hpp"
#include "operator/core/kept.hpp"
#include "operator/core/leader.hpp"
#include "operator/core/metrics.hpp"
#include "operator/core/request.hpp"
#include "operator/core/store.hpp"
#include "operator/core/work_queue.hpp"
#include "operator/manifests/labels.hpp"

namespace bestgres::core {
namespace {

constexpr Instant start{1'000'000'000};
const kube::Ref pod{kube::kinds::pod, "shop", "db-0"};

kube::Object version(const char* text, const char* uid) {
    return kube::Object(Json{{"metadata",
                              {{"name", "db-0"},
                               {"namespace", "shop"},
                               {"uid", uid},
                               {"resourceVersion", text},
                               {"labels", {{std::string(manifests::cluster_label), "db"}}}}}});
}

TEST(Kept, answers_of_a_pod_what_rules_ask) {
    const kube::Object pod_as_served(*parse_json(R"({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "db-0", "namespace": "shop", "uid": "u", "resourceVersion": "5",
            "labels": {"bestgres.io/cluster": "db", "app": "x"},
            "annotations": {"status": "{}", "other": "y"},
            "managedFields": [{"manager": "kubelet"}],
            "ownerReferences": [
                {"kind": "StatefulSet", "name": "db", "uid": "s", "controller": true}]},
        "spec": {"nodeName": "n1", "containers": [{"name": "postgres", "image": "i"}]},
        "status": {"phase": "Running", "podIP": "10.0.0.1", "hostIP": "10.1.0.1",
            "conditions": [{"type": "Ready", "status": "True", "lastProbeTime": null}],
            "containerStatuses": [{"name": "postgres", "imageID": "x", "restartCount": 2,
                "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}]}})"));

    const kube::Object kept = kept_of(kube::kinds::pod, pod_as_served).object;

    EXPECT_TRUE(kube::pod_is_ready(kept));
    EXPECT_EQ(kube::pod_phase(kept), "Running");
    EXPECT_EQ(kube::pod_address(kept), "10.0.0.1");
    EXPECT_EQ(kube::pod_node(kept), "n1");
    EXPECT_EQ(kube::container_restarts(kept, "postgres"), 2);
    EXPECT_EQ(kube::container_started_at(kept, "postgres"),
              kube::container_started_at(pod_as_served, "postgres"));
    EXPECT_EQ(kept.controller(), pod_as_served.controller());
    EXPECT_EQ(kept.resource_version(), "5");
    EXPECT_EQ(kept.annotation("status"), "{}");
    EXPECT_EQ(kept.annotation("other"), "");
    EXPECT_EQ(kept.label("bestgres.io/cluster"), "db");
    EXPECT_EQ(kept.label("app"), "");
    EXPECT_EQ(find(kept.json(), {"spec", "containers"}), nullptr);
    EXPECT_EQ(find(kept.json(), {"metadata", "managedFields"}), nullptr);
}

TEST(Kept, still_says_what_a_pod_waits_for) {
    const auto obstacle_of = [](const char* status) {
        const kube::Object served(
            Json{{"metadata", {{"name", "db-0"}}}, {"status", *parse_json(status)}});
        const std::string obstacle = kube::pod_obstacle(served);
        EXPECT_EQ(kube::pod_obstacle(kept_of(kube::kinds::pod, served).object), obstacle);
        return obstacle;
    };
    EXPECT_EQ(obstacle_of(R"({"conditions": [{"type": "Initialized", "status": "True"},
                  {"type": "PodScheduled", "status": "False", "reason": "Unschedulable",
                   "message": "0/3 nodes"}]})"),
              "Unschedulable: 0/3 nodes");
    EXPECT_EQ(obstacle_of(R"({"initContainerStatuses": [
                  {"name": "a", "state": {"terminated": {"exitCode": 0}}},
                  {"name": "b", "state": {"waiting": {"reason": "ImagePullBackOff"}}}]})"),
              "ImagePullBackOff");
    EXPECT_EQ(obstacle_of(R"({"containerStatuses": [{"name": "postgres", "state": {"waiting":
                  {"reason": "CrashLoopBackOff", "message": "back-off 10s"}}}]})"),
              "CrashLoopBackOff: back-off 10s");
}

TEST(Kept, tells_the_size_of_a_set_and_of_its_volumes) {
    const kube::Object set(*parse_json(
        R"({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"},
            "spec": {"replicas": 3, "template": {}, "volumeClaimTemplates": [
                {"metadata": {"name": "data",
                              "labels": {"bestgres.io/owner-uid": "uid-db", "app": "x"}},
                 "spec": {"resources": {"requests": {"storage": "2Gi"}}, "volumeMode": "x"}}]}})"));

    const kube::Object kept = kept_of(kube::kinds::stateful_set, set).object;

    EXPECT_EQ(kept.json()["spec"], *parse_json(R"({"replicas": 3, "volumeClaimTemplates": [
        {"metadata": {"labels": {"bestgres.io/owner-uid": "uid-db"}},
         "spec": {"resources": {"requests": {"storage": "2Gi"}}}}]})"));
}

TEST(Kept, has_the_whole_of_what_is_compared_with_its_manifest) {
    const kube::Object service(*parse_json(
        R"({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db", "generation": 3,
            "managedFields": [{}]}, "spec": {"ports": [{"port": 5432}]}, "status": {"x": 1}})"));

    const Kept kept = kept_of(kube::kinds::service, service);

    EXPECT_EQ(kept.object.name(), "db");
    EXPECT_EQ(find(kept.object.json(), {"spec"}), nullptr);
    ASSERT_NE(kept.text, nullptr);
    EXPECT_EQ(*parse_json(*kept.text),
              *parse_json(R"({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db",
                  "generation": 3}, "spec": {"ports": [{"port": 5432}]}})"));
}

TEST(Store, keeps_the_text_of_an_object_until_it_was_found_to_stand) {
    const kube::Ref service{kube::kinds::service, "shop", "db"};
    Store store;
    store.put(service, version("9", "a"), start);
    ASSERT_NE(store.find(service)->text, nullptr);

    store.found_standing(service, 7);

    EXPECT_EQ(store.find(service)->text, nullptr);
    EXPECT_EQ(store.find(service)->stands_as, 7U);
    store.put(service, version("9", "a"), start);
    EXPECT_EQ(store.find(service)->stands_as, 7U) << "the same version says nothing new";
    store.put(service, version("10", "a"), start);
    EXPECT_NE(store.find(service)->text, nullptr);
    EXPECT_EQ(store.find(service)->stands_as, 0U) << "another version may differ";
}

TEST(Store, never_goes_back) {
    Store store;
    EXPECT_TRUE(store.put(pod, version("9", "a"), start));
    EXPECT_TRUE(store.put(pod, version("10", "a"), start));
    EXPECT_FALSE(store.put(pod, version("9", "a"), start));
    EXPECT_EQ(store.find(pod)->object.resource_version(), "10");
    EXPECT_EQ(store.of_cluster({"shop", "db"}).size(), 1U);
}

TEST(Store, ignores_echoes_of_what_was_deleted_but_not_a_namesake) {
    Store store;
    store.put(pod, version("9", "a"), start);
    store.bury(pod, "a");
    EXPECT_FALSE(store.put(pod, version("11", "a"), start));
    EXPECT_EQ(store.find(pod), nullptr);
    EXPECT_TRUE(store.put(pod, version("12", "b"), start));
}

// The answer to a delete holds the object with its finalizer, and may come after the event that
// tells of its end.
TEST(Store, is_not_told_by_a_late_answer_that_what_is_gone_is_there) {
    Store store;
    store.put(pod, version("9", "a"), start);
    store.remove(pod, "11");
    EXPECT_FALSE(store.put(pod, version("10", "a"), start));
    EXPECT_FALSE(store.put(pod, version("11", "a"), start));
    EXPECT_EQ(store.find(pod), nullptr);
}

TEST(Store, takes_back_what_had_only_lost_its_label) {
    Store store;
    store.put(pod, version("9", "a"), start);
    store.remove(pod, "11");
    EXPECT_TRUE(store.put(pod, version("12", "a"), start));
}

TEST(Store, keeps_what_is_newer_than_a_listing) {
    Store store;
    store.put(pod, version("20", "a"), start);
    const std::vector<kube::Object> nothing;
    store.replace({.kind = kube::kinds::pod, .ns = "shop"}, {nothing, "15"}, start);
    EXPECT_NE(store.find(pod), nullptr);
    store.replace({.kind = kube::kinds::pod, .ns = "shop"}, {nothing, "25"}, start);
    EXPECT_EQ(store.find(pod), nullptr);
}

TEST(WorkQueue, holds_each_key_once_at_its_earliest_time) {
    WorkQueue queue;
    const ClusterKey key{"shop", "db"};
    queue.add(key, start + std::chrono::seconds(5));
    queue.add(key, start);
    queue.add(key, start + std::chrono::seconds(9));
    EXPECT_EQ(queue.next_due(), start);
    EXPECT_EQ(queue.take_due(start).size(), 1U);
    EXPECT_EQ(queue.next_due(), std::nullopt);
}

kube::Object lease_held_by(const char* holder) {
    return kube::Object(Json{{"metadata", {{"name", "bestgres-operator"}}},
                             {"spec", {{"holderIdentity", holder}, {"leaseDurationSeconds", 20}}}});
}

// It holds the lease, and the next renewal meets another writer.
Leader refused_leader(Instant now) {
    Leader leader({.ns = "shop", .identity = "we"});
    kube::Error conflict;
    conflict.code = kube::ErrorCode::conflict;
    leader.next_call(now);
    leader.on_answer({kube::Outcome(lease_held_by("we"))}, now);
    leader.next_call(now);
    leader.on_answer({kube::Outcome(lease_held_by("we"))}, now);
    leader.next_call(now + std::chrono::seconds(5));
    leader.on_answer(conflict, now + std::chrono::seconds(5));
    return leader;
}

TEST(Leader, does_nothing_while_it_does_not_know_who_wrote_its_lease_and_still_holds_it) {
    const Instant refused = start + std::chrono::seconds(5);
    Leader leader = refused_leader(start);
    EXPECT_FALSE(leader.may_act(refused));
    EXPECT_TRUE(leader.holds(refused));

    leader.next_call(refused);
    leader.on_answer({kube::Outcome(lease_held_by("we"))}, refused);
    EXPECT_TRUE(leader.may_act(refused));
}

TEST(Leader, gives_up_a_lease_that_names_another) {
    const Instant refused = start + std::chrono::seconds(5);
    Leader leader = refused_leader(start);
    leader.next_call(refused);
    leader.on_answer({kube::Outcome(lease_held_by("another"))}, refused);
    EXPECT_FALSE(leader.may_act(refused));
    EXPECT_FALSE(leader.holds(refused));
}

TEST(Leader, does_not_race_with_whoever_writes_its_lease_again_and_again) {
    Instant now = start + std::chrono::seconds(5);
    const Instant end = now + std::chrono::seconds(30);
    Leader leader = refused_leader(start);
    kube::Error conflict;
    conflict.code = kube::ErrorCode::conflict;
    int writes = 1;
    while (now < end) {
        const auto call = leader.next_call(now);
        if (!call) {
            now = *leader.wake_at();
        } else if (std::holds_alternative<kube::Get>(*call)) {
            leader.on_answer({kube::Outcome(lease_held_by("we"))}, now);
        } else {
            ++writes;
            now = now + std::chrono::milliseconds(5);
            leader.on_answer(conflict, now);
        }
    }
    EXPECT_LE(writes, 10);
}

TEST(Informer, resumes_where_the_stream_ended_and_lists_again_when_that_is_gone) {
    Informer informer({kube::kinds::pod, "shop", "x"});
    ASSERT_TRUE(informer.next_list(start).has_value());
    EXPECT_FALSE(informer.next_list(start).has_value());
    kube::Listing listing;
    listing.resource_version = "7";
    const Result<kube::Outcome, kube::Error> answer{kube::Outcome(listing)};
    EXPECT_EQ(informer.on_listed(answer, start)->from_version, "7");
    EXPECT_TRUE(informer.synced());

    informer.on_watch_event({1, kube::WatchEventType::bookmark, version("12", "a"), ""}, start);
    const Instant later = start + std::chrono::minutes(5);
    informer.on_watch_event({1, kube::WatchEventType::closed, {}, "ended"}, later);
    EXPECT_EQ(informer.next_watch(later)->from_version, "12");

    informer.on_watch_event({2, kube::WatchEventType::gone, {}, "410"}, later);
    EXPECT_TRUE(informer.next_list(later).has_value());
}

TEST(Informer, backs_off_when_a_stream_ends_at_once) {
    Informer informer({kube::kinds::pod, "shop", "x"});
    informer.next_list(start);
    informer.on_listed({kube::Outcome(kube::Listing{})}, start);
    informer.on_watch_event({1, kube::WatchEventType::closed, {}, "refused"}, start);
    EXPECT_FALSE(informer.next_watch(start).has_value());
    EXPECT_EQ(informer.problem(), "refused");
    EXPECT_TRUE(informer.next_watch(*informer.wake_at()).has_value());
}

// A role that allows to list and not to watch: the cache lives on lists.
TEST(Informer, lists_again_and_again_where_no_stream_lives) {
    Informer informer({kube::kinds::pod, "shop", "x"});
    Instant now = start;
    int lists = 0;
    for (int round = 0; round < 40; ++round) {
        if (informer.next_list(now)) {
            ++lists;
            informer.on_listed({kube::Outcome(kube::Listing{})}, now);
        } else {
            informer.next_watch(now);
        }
        informer.on_watch_event({1, kube::WatchEventType::closed, {}, "forbidden"}, now);
        EXPECT_TRUE(informer.current(now));
        now = *informer.wake_at();
    }
    EXPECT_EQ(lists, 39);
    EXPECT_EQ(informer.problem(), "forbidden");
    EXPECT_TRUE(informer.problem_is_own());
    EXPECT_GT(now - start, std::chrono::minutes(15));
}

TEST(Informer, says_when_its_cache_is_too_old_and_when_it_is_not_any_more) {
    Informer informer({kube::kinds::pod, "shop", "x"});
    kube::Error refusal;
    refusal.code = kube::ErrorCode::forbidden;
    informer.next_list(start);
    informer.on_listed({kube::Outcome(kube::Listing{})}, start);
    const Instant later = start + std::chrono::minutes(10);
    EXPECT_TRUE(informer.current(later));

    informer.on_watch_event({1, kube::WatchEventType::gone, {}, "410"}, later);
    informer.next_list(later);
    informer.on_listed(refusal, later);
    EXPECT_TRUE(informer.current(later));
    const Instant old = later + std::chrono::minutes(1);
    EXPECT_FALSE(informer.current(old));

    informer.next_list(old);
    informer.on_listed({kube::Outcome(kube::Listing{})}, old);
    EXPECT_TRUE(informer.current(old));
}

TEST(Metrics, are_rendered_for_prometheus) {
    Metrics metrics;
    metrics.steps["DeletePod"] = 3;
    metrics.leading = true;
    const std::string text = render_prometheus(metrics);
    EXPECT_NE(text.find("bestgres_steps_total{effect=\"DeletePod\"} 3\n"), std::string::npos);
    EXPECT_NE(text.find("bestgres_leading 1\n"), std::string::npos);
}

TEST(Passwords, differ_and_are_letters_and_digits) {
    std::string entropy;
    for (std::size_t index = 0; index < password_entropy; ++index) {
        entropy += static_cast<char>(index * 37);
    }
    const manifests::Passwords passwords = make_passwords(entropy);
    EXPECT_EQ(passwords.superuser.size(), 32U);
    EXPECT_NE(passwords.superuser, passwords.replication);
    EXPECT_EQ(
        passwords.admin.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                          "0123456789"),
        std::string::npos);
}

}  // namespace
}  // namespace bestgres::core
