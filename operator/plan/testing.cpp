#include "operator/plan/testing.hpp"

#include "lib/base/check.hpp"
#include "lib/base/yaml.hpp"
#include "lib/kube/workload.hpp"
#include "operator/api/cluster.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/patroni_config.hpp"
#include "operator/plan/wanted.hpp"

namespace bestgres::plan::testing {
namespace {

using kube::kinds::config_map;
using kube::kinds::persistent_volume_claim;

constexpr Instant start{1'795'190'400'000'000'000};  // 2026-11-20T16:00:00Z

Json spec_json(std::string_view more) {
    const Result<Json> json =
        parse_yaml("image: {tag: 'patroni:16'}\nvolumeSpec: {persistentVolumeSize: 1Gi}\n" +
                   std::string(more));
    BG_CHECK(json.ok(), "a test's spec is no YAML");
    return *json;
}

Json member_status(bool leads) {
    Json status = {{"state", "running"}, {"role", leads ? "primary" : "replica"},
                   {"version", "4.1.4"}, {"xlog_location", 67108864},
                   {"timeline", 1},      {"api_url", "http://10.0.0.1:8008/patroni"}};
    if (!leads) {
        status["replication_state"] = "streaming";
    }
    return status;
}

Json pod_json(const ClusterView& view, std::int64_t ordinal) {
    const bool leads = ordinal == 0;
    return {{"metadata",
             {{"labels",
               {{std::string(manifests::role_label), leads ? "master" : "replica"},
                {std::string(manifests::fenced_label), "false"}}},
              {"annotations",
               {{std::string(manifests::template_hash_annotation), view.template_hash},
                {"status", dump(member_status(leads))}}},
              {"ownerReferences", Json::array({{{"kind", "StatefulSet"},
                                                {"name", "db"},
                                                {"uid", "uid-sts"},
                                                {"apiVersion", "apps/v1"},
                                                {"controller", true}}})}}},
            {"spec", {{"nodeName", "node-" + std::to_string(ordinal)}}},
            {"status",
             {{"phase", "Running"},
              {"podIP", "10.0.0." + std::to_string(ordinal + 1)},
              {"conditions", Json::array({{{"type", "Ready"}, {"status", "True"}}})},
              {"containerStatuses",
               Json::array(
                   {{{"name", "postgres"},
                     {"state",
                      {{"running",
                        {{"startedAt", format_seconds(start - std::chrono::hours(2))}}}}}}})}}}};
}

Json claim_json() {
    return {{"spec", {{"resources", {{"requests", {{"storage", "1Gi"}}}}}}},
            {"status", {{"phase", "Bound"}, {"capacity", {{"storage", "1Gi"}}}}}};
}

}  // namespace

TestCluster::TestCluster(std::string_view spec) {
    facts_.now = start + std::chrono::minutes(10);
    facts_.operator_image = "bestgres-operator:test";
    facts_.passwords = manifests::Passwords{"s", "r", "w", "p", "a"};
    facts_.resource = kube::Object(Json{{"apiVersion", "bestgres.io/v1"},
                                        {"kind", "BGCluster"},
                                        {"metadata",
                                         {{"name", "db"},
                                          {"namespace", "shop"},
                                          {"uid", "uid-db"},
                                          {"generation", 1},
                                          {"resourceVersion", "7"},
                                          {"finalizers", {"bestgres.io/cluster"}}}},
                                        {"spec", spec_json(spec)}});
    const ClusterView bare = view();
    BG_CHECK(bare.spec.has_value(), "a test's spec is not valid");
    add({config_map, "shop", "db-accepted-spec"}, accepted_spec(bare, false).json());
    add({kube::kinds::secret, "shop", manifests::secret_name("db", bare.spec->citus)},
        manifests::secret(bare.input.identity, *facts_.passwords).json());
    for (std::int64_t ordinal = 0; ordinal < bare.spec->instances; ++ordinal) {
        add_member(ordinal);
    }
    for (const Wanted& wanted : wanted_objects(view())) {
        add(wanted.ref, wanted.object.json());
    }
    const std::string& prefix = bare.dcs_prefix;
    dcs(prefix + "-config", {{"initialize", "7710296287858203009"},
                             {"config", dump(manifests::patroni_dynamic_config(*bare.spec))}});
    dcs(prefix + "-leader", {{"leader", "db-0"}, {"ttl", "30"}, {"optime", "67108864"}});
}

void TestCluster::add(const kube::Ref& ref, Json json) {
    json["apiVersion"] = ref.kind.api_version();
    json["kind"] = std::string(ref.kind.name);
    Json& metadata = json["metadata"];
    metadata["name"] = ref.name;
    metadata["namespace"] = ref.ns;
    metadata["uid"] = "uid-" + std::string(ref.kind.plural) + "-" + ref.name;
    metadata["resourceVersion"] = "10";
    metadata["labels"][std::string(manifests::cluster_label)] = "db";
    facts_.objects[ref] = kube::Object(std::move(json));
    facts_.unchanged_since[ref] = start;
}

void TestCluster::add_member(std::int64_t ordinal) {
    const ClusterView known = view();
    add({kube::kinds::pod, "shop", manifests::pod_name("db", ordinal)}, pod_json(known, ordinal));
    add({persistent_volume_claim, "shop", manifests::volume_claim_name("db", ordinal)},
        claim_json());
}

TestCluster& TestCluster::asks(std::string_view spec) {
    Json json = facts_.resource.json();
    json["spec"] = spec_json(spec);
    json["metadata"]["generation"] = 2;
    facts_.resource = kube::Object(std::move(json));
    // Accepting comes first in every plan; most tests are about what comes after.
    const ClusterView asked = view();
    if (asked.problems.empty()) {
        add({config_map, "shop", "db-accepted-spec"},
            accepted_spec(asked, asked.bootstrap_sql_done).json());
        for (const Wanted& wanted : wanted_objects(view())) {
            add(wanted.ref, wanted.object.json());
        }
    }
    return *this;
}

TestCluster& TestCluster::edit(const kube::Kind& kind, const std::string& name,
                               const Edit& change) {
    const kube::Ref ref{kind, "shop", name};
    const bool resource = kind == kube::kinds::bg_cluster;
    Json json = resource ? facts_.resource.json() : facts_.objects[ref].json();
    change(json);
    (resource ? facts_.resource : facts_.objects[ref]) = kube::Object(std::move(json));
    return *this;
}

TestCluster& TestCluster::annotate(const std::string& name, const std::string& value) {
    return edit(kube::kinds::bg_cluster, "db",
                [&](Json& json) { json["metadata"]["annotations"][name] = value; });
}

TestCluster& TestCluster::member_says(const std::string& pod, const Json& difference) {
    return edit(kube::kinds::pod, pod, [&difference](Json& json) {
        Json& annotation = json["metadata"]["annotations"]["status"];
        Json status = *parse_json(annotation.get<std::string>());
        merge_patch(status, difference);
        annotation = dump(status);
    });
}

TestCluster& TestCluster::dcs(const std::string& object, const Json& annotations) {
    const kube::Ref ref{config_map, "shop", object};
    Json json = facts_.objects[ref].json();
    if (!json.is_object()) {
        json = Json::object();
    }
    Json& stored = json["metadata"]["annotations"];
    if (!stored.is_object()) {
        stored = Json::object();
    }
    merge_patch(stored, annotations);
    json["metadata"]["labels"] = manifests::dcs_labels(view().input.identity);
    add(ref, std::move(json));
    return *this;
}

TestCluster& TestCluster::stale(const std::string& pod) {
    return edit(kube::kinds::pod, pod, [](Json& json) {
        json["metadata"]["annotations"][std::string(manifests::template_hash_annotation)] = "old";
    });
}

TestCluster& TestCluster::unready(const std::string& pod, Duration since) {
    return edit(kube::kinds::pod, pod, [this, since](Json& json) {
        Json& condition = json["status"]["conditions"][0];
        condition["status"] = "False";
        condition["lastTransitionTime"] = format_seconds(facts_.now - since);
    });
}

TestCluster& TestCluster::not_running(const std::string& pod) {
    return unready(pod).edit(kube::kinds::pod, pod, [](Json& json) {
        json["status"]["containerStatuses"][0]["state"] = {
            {"waiting", {{"reason", "ErrImagePull"}}}};
    });
}

TestCluster& TestCluster::pending_restart(const std::string& pod, const Json& reasons) {
    Json difference = {{"pending_restart", true}};
    if (!reasons.is_null()) {
        difference["pending_restart_reason"] = reasons;
    }
    return member_says(pod, difference);
}

TestCluster& TestCluster::leads(const std::string& pod) {
    const auto label = [this](const std::string& name, const char* role) {
        edit(kube::kinds::pod, name, [role](Json& json) {
            json["metadata"]["labels"][std::string(manifests::role_label)] = role;
        });
    };
    label("db-0", "replica");
    member_says("db-0", {{"role", "replica"}, {"replication_state", "streaming"}});
    label(pod, "master");
    member_says(pod, {{"role", "primary"}, {"replication_state", nullptr}});
    return dcs("db-leader", {{"leader", pod}});
}

TestCluster& TestCluster::without(const kube::Kind& kind, const std::string& name) {
    facts_.objects.erase({kind, "shop", name});
    return *this;
}

TestCluster& TestCluster::being_deleted(const kube::Kind& kind, const std::string& name) {
    return edit(kind, name,
                [](Json& json) { json["metadata"]["deletionTimestamp"] = format_seconds(start); });
}

TestCluster& TestCluster::synchronous(const std::string& standbys) {
    return dcs("db-sync", {{"leader", "db-0"}, {"sync_standby", standbys}, {"quorum", "0"}});
}

TestCluster& TestCluster::later(Duration span) {
    facts_.now = facts_.now + span;
    return *this;
}

TestCluster& TestCluster::fresh() {
    facts_.fresh = true;
    std::vector<std::string> streaming;
    for (const Member& member : view().members) {
        if (member.status && member.status->replication_state == "streaming") {
            streaming.push_back(member.name);
        }
    }
    for (const Member& member : view().members) {
        if (member.status && kube::container_is_running(member.pod, postgres_container)) {
            patroni::RestStatus rest;
            rest.role = member.status->role;
            rest.state = member.status->state;
            rest.state_text = member.status->state_text;
            rest.replication_state = member.status->replication_state;
            rest.server_version = 150020;
            if (rest.role == patroni::Role::primary) {
                rest.streaming_standbys = streaming;
            }
            facts_.rest[std::string(member.pod.uid())] = rest;
        }
    }
    return *this;
}

std::vector<std::string> TestCluster::steps() const {
    std::vector<std::string> names;
    for (const Step& step : plan().steps) {
        names.push_back(describe(step.effect));
    }
    return names;
}

std::vector<std::string> TestCluster::waits() const {
    std::vector<std::string> sentences;
    for (const api::WaitingStatus& wait : plan().waits) {
        sentences.push_back(wait.because);
    }
    return sentences;
}

std::string pod_taken(const Effect& effect) {
    if (const auto* remove = std::get_if<DeletePod>(&effect)) {
        return remove->pod;
    }
    const auto* const evict = std::get_if<EvictPod>(&effect);
    return evict == nullptr ? "" : evict->pod;
}

}  // namespace bestgres::plan::testing
