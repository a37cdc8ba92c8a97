// Words for tests of laws: a truth of a few lines, the objects of cluster `db` in namespace `shop`,
// and a court that tells one law what happens and keeps its alarms.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "operator/api/cluster.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/objects.hpp"
#include "scenarios/engine/occurrence.hpp"
#include "scenarios/engine/truth.hpp"
#include "scenarios/invariants/law.hpp"
#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios::testing {

inline const Actor the_operator{ActorSort::operator_core, "operator-1"};
inline const Actor the_user{ActorSort::user, "user"};
inline const Actor a_member{ActorSort::patroni, "db-0"};
inline const Actor a_controller{ActorSort::controller, "garbage-collector"};
inline constexpr Instant start_of_test{1'795'190'400'000'000'000};  // 2026-11-20T16:00:00Z
inline const ClusterId db{"shop", "db"};
inline constexpr std::string_view uid_of_db = "uid-of-db";

class TestTruth : public Truth {
public:
    Instant now() const override { return at; }
    std::uint64_t event() const override { return 1; }
    const Scenario& scenario() const override { return run; }
    kube::Object object(const kube::Ref& ref) const override {
        const auto found = store.find(ref);
        return found == store.end() ? kube::Object() : found->second;
    }
    std::vector<kube::Object> objects(const kube::Kind& kind) const override {
        std::vector<kube::Object> found;
        for (const auto& [ref, one] : store) {
            if (ref.kind == kind) {
                found.push_back(one);
            }
        }
        return found;
    }
    std::vector<MemberTruth> members() const override { return who_runs; }
    const fakepatroni::Volume* volume(const std::string& claim_uid) const override {
        const auto found = volumes.find(claim_uid);
        return found == volumes.end() ? nullptr : found->second;
    }
    std::vector<std::string> route(const std::string& node,
                                   const std::string& service) const override {
        const auto found = routes.find({node, service});
        return found == routes.end() ? std::vector<std::string>() : found->second;
    }
    std::vector<OperatorTruth> operators() const override { return who_operates; }
    std::vector<Fault> active_faults() const override { return faults; }
    bool undisturbed_since(Instant since) const override {
        return faults.empty() && disturbed_until <= since;
    }
    Instant last_disturbance() const override { return disturbed_until; }
    const Exposure& exposure() const override { return measured; }

    // The object with its next version; returns what was stored before.
    kube::Object put(const kube::Kind& kind, Json json) {
        json["apiVersion"] = kind.api_version();
        json["kind"] = kind.name;
        Json& metadata = json["metadata"];
        metadata["namespace"] = db.ns;
        const kube::Ref ref{kind, db.ns, string_at(metadata, {"name"})};
        if (!metadata.contains("uid")) {
            metadata["uid"] = "uid-of-" + std::string(kind.plural) + "-" + ref.name;
        }
        metadata["resourceVersion"] = std::to_string(++version);
        const kube::Object before = object(ref);
        store.insert_or_assign(ref, kube::Object(std::move(json)));
        return before;
    }

    Instant at = start_of_test;
    Scenario run;
    std::map<kube::Ref, kube::Object> store;
    std::vector<MemberTruth> who_runs;
    std::map<std::string, const fakepatroni::Volume*> volumes;
    std::map<std::pair<std::string, std::string>, std::vector<std::string>> routes;
    std::vector<OperatorTruth> who_operates{
        {.name = "operator-1", .revision = 1, .runs = true, .paused = false, .leads = true}};
    std::vector<Fault> faults;
    Instant disturbed_until = start_of_test;
    Exposure measured;
    std::int64_t version = 0;
};

// --- objects of `db`
inline kube::Ref ref_of(const kube::Kind& kind, const std::string& name) {
    return {kind, db.ns, name};
}
inline Json labelled(const std::string& name) {
    Json labels = manifests::common_labels(db.name);
    labels[std::string(manifests::owner_uid_key)] = uid_of_db;
    return {{"metadata",
             {{"name", name},
              {"labels", std::move(labels)},
              {"annotations", {{std::string(manifests::owner_uid_key), uid_of_db}}}}}};
}
inline Json cluster_json(std::int64_t instances = 3) {
    return {{"metadata",
             {{"name", "db"},
              {"uid", uid_of_db},
              {"generation", 1},
              {"finalizers", Json::array({"bestgres.io/cluster"})}}},
            {"spec",
             {{"instances", instances},
              {"image", {{"tag", "patroni:16"}}},
              {"volumeSpec", {{"persistentVolumeSize", "1Gi"}}}}}};
}
inline Json pod_json(const std::string& name, bool leads = false, bool ready = true) {
    Json pod = labelled(name);
    pod["metadata"]["labels"][std::string(manifests::role_label)] = leads ? "master" : "replica";
    pod["metadata"]["labels"][std::string(manifests::fenced_label)] = "false";
    pod["status"] = {
        {"phase", "Running"},
        {"conditions", Json::array({{{"type", "Ready"}, {"status", ready ? "True" : "False"}}})}};
    return pod;
}
inline Json claim_json(const std::string& name, const std::string& size = "1Gi") {
    Json claim = labelled(name);
    claim["spec"] = {{"resources", {{"requests", {{"storage", size}}}}},
                     {"storageClassName", "standard"}};
    claim["status"] = {{"phase", "Bound"}};
    return claim;
}
inline Json config_map_json(const std::string& name, const Json& annotations) {
    return {{"metadata",
             {{"name", name},
              {"labels", {{std::string(manifests::cluster_label), "db"}}},
              {"annotations", annotations}}}};
}
inline Json deleting(Json json) {
    json["metadata"]["deletionTimestamp"] = format_seconds(start_of_test);
    return json;
}
inline Json with_retention(Json cluster, const char* when_deleted, const char* when_scaled) {
    cluster["spec"]["volumeSpec"]["retention"] = {{"whenDeleted", when_deleted},
                                                  {"whenScaled", when_scaled}};
    return cluster;
}

// A truth with a healthy cluster of three: db-0 leads.
inline TestTruth healthy_truth(std::int64_t instances = 3) {
    TestTruth truth;
    truth.put(kube::kinds::bg_cluster, cluster_json(instances));
    for (std::int64_t ordinal = 0; ordinal < instances; ++ordinal) {
        const std::string pod = "db-" + std::to_string(ordinal);
        truth.put(kube::kinds::pod, pod_json(pod, ordinal == 0));
        truth.put(kube::kinds::persistent_volume_claim, claim_json("pgdata-" + pod));
        MemberTruth member;
        member.pod = pod;
        member.pod_uid = "uid-of-pods-" + pod;
        member.cluster = "db";
        member.node = "node-" + std::to_string(ordinal + 1);
        member.claim_uid = "uid-of-persistentvolumeclaims-pgdata-" + pod;
        member.patroni_runs = true;
        member.believes_to_lead = ordinal == 0;
        member.ready = true;
        member.reachable = true;
        truth.who_runs.push_back(std::move(member));
    }
    truth.put(kube::kinds::config_map,
              config_map_json("db-leader", {{"leader", "db-0"}, {"ttl", "30"}}));
    truth.put(kube::kinds::config_map,
              config_map_json("db-config", {{"initialize", "7000"}, {"config", "{}"}}));
    return truth;
}

// One law on trial: what it is told, and what it says.
template <class Law>
struct Court {
    TestTruth truth = healthy_truth();
    Law law = {};
    Findings findings = {};

    Court& tell(const Occurrence& occurrence) {
        law.on(occurrence, truth, findings);
        return *this;
    }
    Court& after(Duration span, const Occurrence& occurrence) {
        truth.at = truth.at + span;
        return tell(occurrence);
    }
    // A call arrives; `truth` says what it meets.
    Court& call(const Actor& actor, kube::Call call) {
        kube::Object before;
        if (const std::optional<kube::Ref> ref = written_ref(call)) {
            before = truth.object(*ref);
        }
        return tell(CallArrived{actor, std::move(call), before});
    }
    // Puts the object and tells of its change.
    Court& change(const Actor& actor, const kube::Kind& kind, Json json) {
        const std::string name = string_at(json, {"metadata", "name"});
        const kube::Object before = truth.put(kind, std::move(json));
        return tell(ObjectChanged{actor, before, truth.object(ref_of(kind, name))});
    }
    Court& remove(const Actor& actor, const kube::Ref& ref) {
        const kube::Object before = truth.object(ref);
        truth.store.erase(ref);
        return tell(ObjectChanged{actor, before, kube::Object()});
    }
    std::string said() const {
        std::string text;
        for (const Violation& one : findings.found()) {
            text += (text.empty() ? "" : "\n") + one.law + ": " + one.sentence;
        }
        return text;
    }
    std::size_t alarms() const { return findings.found().size(); }
};

}  // namespace bestgres::scenarios::testing
