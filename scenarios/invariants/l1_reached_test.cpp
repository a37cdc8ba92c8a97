#include "scenarios/invariants/l1_reached.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct L1 : ::testing::Test, DataCourt<L1Reached> {
    L1() {
        Json set = labelled("db");
        set["metadata"]["annotations"][hash_key] = "now";
        set["spec"]["replicas"] = 3;
        truth.put(kube::kinds::stateful_set, set);
        for (const char* pod : {"db-0", "db-1", "db-2"}) {
            put_pod(pod, "now");
        }
        phase("Running");
    }
    const std::string hash_key{manifests::template_hash_annotation};

    void put_pod(const std::string& pod, const char* hash, bool ready = true,
                 bool pending = false) {
        Json json = pod_json(pod, pod == "db-0", ready);
        json["metadata"]["annotations"][hash_key] = hash;
        json["metadata"]["annotations"]["status"] =
            dump({{"state", "running"}, {"role", "replica"}, {"pending_restart", pending}});
        truth.put(kube::kinds::pod, json);
    }
    void phase(const char* word, std::int64_t instances = 3) {
        Json cluster = cluster_json(instances);
        cluster["status"]["phase"] = word;
        truth.put(kube::kinds::bg_cluster, cluster);
    }
    void rests() { after(std::chrono::minutes(2), Settled{}); }
};

TEST_F(L1, a_cluster_as_its_spec_asks_is_lawful) {
    rests();
    EXPECT_EQ(said(), "");
}

TEST_F(L1, nobody_is_fenced_and_no_volume_goes) {
    Json pod = truth.object(ref_of(kube::kinds::pod, "db-1")).json();
    pod["metadata"]["labels"][std::string(manifests::fenced_label)] = "true";
    truth.put(kube::kinds::pod, pod);
    rests();
    EXPECT_EQ(said(), "L1: Cluster shop/db has come to rest, but db-1 is fenced");
    put_pod("db-1", "now");
    truth.put(kube::kinds::persistent_volume_claim, deleting(claim_json("pgdata-db-2")));
    rests();
    EXPECT_EQ(alarms(), 2U);
}

TEST_F(L1, the_next_member_gets_a_volume_of_the_size_that_is_asked_for) {
    Json set = truth.object(ref_of(kube::kinds::stateful_set, "db")).json();
    Json claim;
    claim["spec"]["resources"]["requests"]["storage"] = "512Mi";
    set["spec"]["volumeClaimTemplates"] = Json::array({claim});
    truth.put(kube::kinds::stateful_set, set);
    rests();
    EXPECT_EQ(said(),
              "L1: Cluster shop/db has come to rest, but the next member would get a volume of "
              "512Mi");
}

TEST_F(L1, patroni_is_told_what_the_spec_asks) {
    Json cluster = cluster_json();
    cluster["spec"]["patroni"]["synchronous"] = "required";
    cluster["spec"]["postgresql"]["parameters"]["work_mem"] = "16MB";
    cluster["status"]["phase"] = "Running";
    truth.put(kube::kinds::bg_cluster, cluster);
    const auto told = [&](bool strict, const char* work_mem) {
        const Json config = {{"synchronous_mode", true},
                             {"synchronous_mode_strict", strict},
                             {"postgresql", {{"parameters", {{"work_mem", work_mem}}}}}};
        truth.put(kube::kinds::config_map,
                  config_map_json("db-config", {{"initialize", "7000"}, {"config", dump(config)}}));
        rests();
    };
    told(true, "16MB");
    EXPECT_EQ(said(), "");
    told(false, "16MB");
    EXPECT_EQ(said(),
              "L1: Cluster shop/db has come to rest, but Patroni's synchronous_mode_strict is "
              "false instead of true");
    told(true, "4MB");
    EXPECT_EQ(alarms(), 2U);
}

TEST_F(L1, every_member_is_there_ready_and_on_the_template) {
    put_pod("db-1", "before");
    rests();
    put_pod("db-1", "now", false);
    rests();
    put_pod("db-1", "now", true, true);
    rests();
    truth.store.erase(ref_of(kube::kinds::pod, "db-1"));
    rests();
    EXPECT_EQ(said(),
              "L1: Cluster shop/db has come to rest, but db-1 is on an old template\n"
              "L1: Cluster shop/db has come to rest, but db-1 is not ready\n"
              "L1: Cluster shop/db has come to rest, but db-1 waits for a restart\n"
              "L1: Cluster shop/db has come to rest, but it has 2 pods of 3");
}

TEST_F(L1, volumes_are_as_large_as_asked) {
    Json cluster = cluster_json();
    cluster["status"]["phase"] = "Running";
    cluster["spec"]["volumeSpec"]["persistentVolumeSize"] = "2Gi";
    truth.put(kube::kinds::bg_cluster, cluster);
    rests();
    EXPECT_EQ(said(), "L1: Cluster shop/db has come to rest, but pgdata-db-0 does not ask for 2Gi");
}

TEST_F(L1, volumes_of_members_that_left_are_as_the_spec_asks) {
    const auto left = [this](const char* policy, const Json& annotations) {
        Json cluster = with_retention(cluster_json(), "Retain", policy);
        cluster["status"]["phase"] = "Running";
        truth.put(kube::kinds::bg_cluster, cluster);
        Json claim = claim_json("pgdata-db-3");
        claim["metadata"]["annotations"].update(annotations);
        truth.put(kube::kinds::persistent_volume_claim, claim);
        rests();
    };
    const Json marks = {{"bestgres.io/quarantined-until", format_seconds(truth.now())}};
    const Json kept = {{"bestgres.io/kept", "true"}};
    left("Retain", Json::object());
    left("Delete", kept);
    left("Quarantine", kept);
    EXPECT_EQ(said(), "");
    left("Retain", marks);
    left("Quarantine", marks);
    left("Delete", Json::object());
    EXPECT_EQ(said(),
              "L1: Cluster shop/db has come to rest, but pgdata-db-3 is kept, and says that it is "
              "to go\n"
              "L1: Cluster shop/db has come to rest, but pgdata-db-3 is there, and its member has "
              "left\n"
              "L1: Cluster shop/db has come to rest, but pgdata-db-3 is there, and its member has "
              "left");
}

TEST_F(L1, somebody_counts_a_quarantine_until_its_end) {
    Json cluster = with_retention(cluster_json(), "Retain", "Quarantine");
    cluster["status"]["phase"] = "Running";
    truth.put(kube::kinds::bg_cluster, cluster);
    Json claim = claim_json("pgdata-db-3");
    claim["metadata"]["annotations"]["bestgres.io/quarantined-until"] =
        format_seconds(truth.now() + std::chrono::hours(7 * 24 + 1));
    truth.put(kube::kinds::persistent_volume_claim, claim);
    tell(Finished{false});
    EXPECT_EQ(
        said(),
        "L1: Cluster shop/db never comes to rest: pgdata-db-3 is in quarantine for longer than 7d");
    cluster["spec"]["volumeSpec"]["retention"]["quarantine"] = "8d";
    truth.put(kube::kinds::bg_cluster, cluster);
    tell(Finished{false});
    EXPECT_EQ(alarms(), 1U);
    rests();
    EXPECT_EQ(findings.found().back().sentence,
              "Cluster shop/db has come to rest, but nobody counts the quarantine of pgdata-db-3");
}

TEST_F(L1, a_member_that_came_back_has_taken_its_volume_up) {
    Json claim = claim_json("pgdata-db-2");
    claim["metadata"]["labels"]["bestgres.io/quarantined"] = "true";
    truth.put(kube::kinds::persistent_volume_claim, claim);
    rests();
    EXPECT_EQ(
        said(),
        "L1: Cluster shop/db has come to rest, but pgdata-db-2 says that its member has left");
}

TEST_F(L1, somebody_leads_and_accepts_writes) {
    truth.put(kube::kinds::config_map, config_map_json("db-leader", {{"leader", "db-1"}}));
    rests();
    EXPECT_EQ(said(),
              "L1: Cluster shop/db has come to rest, but db-1 leads and does not accept writes");
}

TEST_F(L1, nothing_is_asked_of_a_cluster_whose_namespace_ends) {
    phase("Degraded");
    truth.store.insert_or_assign(
        kube::Ref{kube::kinds::namespace_, "", "shop"},
        kube::Object(deleting({{"kind", "Namespace"}, {"metadata", {{"name", "shop"}}}})));
    rests();
    EXPECT_EQ(said(), "");
}

TEST_F(L1, the_status_says_so) {
    phase("Degraded");
    rests();
    EXPECT_EQ(said(), "L1: Cluster shop/db has come to rest, but its phase is Degraded");
}

// Whom Patroni keeps out for the sake of acknowledged commits, a person may let in.
TEST_F(L1, where_nobody_may_lead_the_status_says_what_to_do) {
    truth.put(kube::kinds::config_map,
              config_map_json("db-sync", {{"leader", "db-0"}, {"sync_standby", "db-9"}}));
    die("db-0");
    lock("");
    put_pod("db-0", "now", false);
    rests();
    EXPECT_EQ(alarms(), 1U);
    Json cluster = truth.object(ref_of(kube::kinds::bg_cluster, "db")).json();
    cluster["status"]["conditions"] =
        Json::array({{{"type", "Ready"}, {"reason", "NoSafePrimary"}}});
    truth.put(kube::kinds::bg_cluster, cluster);
    rests();
    EXPECT_EQ(alarms(), 1U);
}

TEST_F(L1, rest_comes_in_time) {
    after(std::chrono::minutes(17), Settled{});
    EXPECT_EQ(said(), "");
    after(std::chrono::minutes(3), Settled{});
    EXPECT_EQ(said(),
              "L1: Cluster shop/db has come to rest only 1200.0 s after the last thing that "
              "happened");
}

TEST_F(L1, a_run_that_ends_without_rest_says_what_was_missing) {
    phase("Updating");
    tell(Finished{false});
    EXPECT_EQ(said(), "L1: Cluster shop/db never comes to rest: its phase is Updating");
}

TEST_F(L1, a_fault_that_never_ends_is_judged_elsewhere) {
    phase("Degraded");
    truth.faults = {{.id = "f1", .kind = FaultKind::node_crash, .for_ever = true}};
    rests();
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
