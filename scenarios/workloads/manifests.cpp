#include "scenarios/workloads/manifests.hpp"

#include <fmt/format.h>

#include "operator/api/cluster.hpp"

namespace bestgres::scenarios::workloads {
namespace {

const kube::Ref& the_cluster() {
    static const kube::Ref ref{kube::kinds::bg_cluster, "shop", "db"};
    return ref;
}

std::string_view word(Replication replication) {
    switch (replication) {
        case Replication::asynchronous:
            return "async";
        case Replication::synchronous:
            return "sync";
        case Replication::quorum:
            return "quorum";
    }
    check_failed(__FILE__, __LINE__, "replication", "a mode without a word");
}

// One member alone cannot be required to wait for another one.
Json patroni_of(const Shape& shape) {
    Json patroni = {{"ttl", 20}, {"loopWait", 5}, {"retryTimeout", 5}};
    switch (shape.replication) {
        case Replication::asynchronous:
            break;
        case Replication::synchronous:
            patroni["synchronous"] = shape.members > 1 ? "required" : "preferred";
            break;
        case Replication::quorum:
            patroni["synchronous"] = "quorum";
            break;
    }
    return patroni;
}

Trigger state(Condition condition, std::string subject, std::string value, std::int64_t nth) {
    return {.when = WhenState{.condition = condition,
                              .subject = std::move(subject),
                              .value = std::move(value),
                              .nth = nth}};
}

Edit merge(std::string id, Trigger when, Json body) {
    return {.id = std::move(id),
            .when = std::move(when),
            .action = MergePatch{.ref = the_cluster(), .body = std::move(body)}};
}

}  // namespace

std::string to_string(const Shape& shape) {
    return fmt::format("{}-{}{}", shape.members, word(shape.replication),
                       shape.patroni == PatroniVersion::v3_0 ? "-patroni-3" : "");
}

Json cluster_manifest(const Shape& shape) {
    return {{"apiVersion", "bestgres.io/v1"},
            {"kind", "BGCluster"},
            {"metadata", {{"name", "db"}, {"namespace", "shop"}}},
            {"spec",
             {{"instances", shape.members},
              {"image", {{"tag", "bestgres-patroni:15"}}},
              {"volumeSpec", {{"persistentVolumeSize", "1Gi"}}},
              {"patroni", patroni_of(shape)}}}};
}

Json ready_to_shrink(const Shape& shape) {
    const Json preferred = {{"patroni", {{"synchronous", "preferred"}}}};
    return shape.replication == Replication::synchronous
               ? with_spec(cluster_manifest(shape), preferred)
               : cluster_manifest(shape);
}

Json sharded_manifest(const Shape& shape, std::int64_t shards) {
    Json group = cluster_manifest(shape)["spec"];
    group["volumeSpec"]["persistentVolumeSize"] = "100Gi";
    return {
        {"apiVersion", "bestgres.io/v1"},
        {"kind", "BGShardedCluster"},
        {"metadata", {{"name", "db"}, {"namespace", "shop"}}},
        {"spec",
         {{"shards", shards}, {"database", "app"}, {"coordinator", group}, {"workers", group}}}};
}

Json named(Json manifest, std::string_view name) {
    manifest["metadata"]["name"] = std::string(name);
    return manifest;
}

Json with_spec(Json manifest, const Json& merge) {
    merge_patch(manifest["spec"], merge);
    return manifest;
}

Trigger at_start() {
    return {};
}
Trigger when_settled(std::int64_t nth) {
    return state(Condition::settled, "db", "", nth);
}
Trigger when_settled_after(const std::string& edit) {
    return then({state(Condition::edit_made, edit, "", 1), when_settled()});
}
Trigger after_edit(const std::string& edit, Duration delay) {
    return delayed(state(Condition::edit_made, edit, "", 1), delay);
}
Trigger when_exists(const std::string& object) {
    return state(Condition::exists, object, "", 1);
}
Trigger when_absent(const std::string& object) {
    return state(Condition::absent, object, "", 1);
}
Trigger when_leads(const std::string& pod) {
    return state(Condition::leader, "db", pod, 1);
}
Trigger when_step(const std::string& effect, std::int64_t nth) {
    return state(Condition::step, "db", effect, nth);
}
Trigger after_fault(const std::string& fault, Duration delay) {
    return delayed(state(Condition::fault_over, fault, "", 1), delay);
}
Trigger after_call(CallPattern pattern, std::int64_t nth, CallPoint point) {
    return {.when = AfterCall{.pattern = std::move(pattern), .point = point, .nth = nth}};
}
Trigger then(std::vector<Trigger> parts) {
    return {.when = Combined{.how = Combination::one_after_another, .parts = std::move(parts)}};
}
Trigger delayed(Trigger trigger, Duration delay) {
    trigger.delay = delay;
    return trigger;
}

Edit apply(std::string id, Trigger when, Json manifest) {
    return {.id = std::move(id),
            .when = std::move(when),
            .action = ApplyManifest{.manifest = std::move(manifest)}};
}
Edit patch_spec(std::string id, Trigger when, const Json& spec) {
    return merge(std::move(id), std::move(when), {{"spec", spec}});
}
Edit annotate(std::string id, Trigger when, const Json& annotations) {
    return merge(std::move(id), std::move(when), {{"metadata", {{"annotations", annotations}}}});
}
Edit delete_cluster(std::string id, Trigger when) {
    return {.id = std::move(id),
            .when = std::move(when),
            .action = DeleteResource{.ref = the_cluster()}};
}
Edit drain(std::string id, Trigger when, std::string node) {
    return {
        .id = std::move(id), .when = std::move(when), .action = DrainNode{.node = std::move(node)}};
}
Edit uncordon(std::string id, Trigger when, std::string node) {
    return {.id = std::move(id),
            .when = std::move(when),
            .action = UncordonNode{.node = std::move(node)}};
}
Edit switch_over(std::string id, Trigger when, const std::string& candidate) {
    Json annotations = {{"leader", "the leader of db"}};
    if (!candidate.empty()) {
        annotations["member"] = candidate;
    }
    return apply(
        std::move(id), std::move(when),
        {{"apiVersion", "v1"},
         {"kind", "ConfigMap"},
         {"metadata",
          {{"name", "db-failover"},
           {"namespace", "shop"},
           {"labels", {{"bestgres.io/cluster", "db"}, {"app.kubernetes.io/name", "postgresql"}}},
           {"annotations", annotations}}}});
}

Fault fault(std::string id, FaultKind kind, std::string target, Trigger when) {
    return {
        .id = std::move(id), .kind = kind, .target = std::move(target), .when = std::move(when)};
}
Fault lasting(Fault fault, Duration lasts) {
    fault.lasts = lasts;
    return fault;
}
Fault amounting(Fault fault, std::int64_t amount) {
    fault.amount = amount;
    return fault;
}

}  // namespace bestgres::scenarios::workloads
