// A cluster for tests of the core as it is once its members run: what controllers, kubelets and
// Patroni would make of the operator's objects, and members that answer for themselves.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "operator/api/cluster.hpp"
#include "operator/core/testing.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/patroni_config.hpp"

namespace bestgres::core::testing {

inline kube::Ref ref(const kube::Kind& kind, const std::string& name) {
    return {kind, "shop", name};
}

// What StatefulSet controller, kubelet and Patroni would make of the StatefulSet.
inline void bring_up(Rig& rig, const std::string& cluster, int members) {
    const kube::Object set = *rig.server.find(ref(kube::kinds::stateful_set, cluster));
    const Json claim_labels = {{"bestgres.io/cluster", cluster}};
    for (int ordinal = 0; ordinal < members; ++ordinal) {
        const std::string name = cluster + "-" + std::to_string(ordinal);
        const bool leads = ordinal == 0;
        Json pod = {{"metadata", set.json()["spec"]["template"]["metadata"]}};
        pod["metadata"]["ownerReferences"] = Json::array(
            {{{"kind", "StatefulSet"}, {"uid", std::string(set.uid())}, {"controller", true}}});
        pod["metadata"]["labels"]["bestgres.io/role"] = leads ? "master" : "replica";
        pod["metadata"]["annotations"]["status"] =
            std::string(R"({"state":"running","version":"4.1.4","timeline":1,)") +
            (leads ? R"("role":"primary"})"
                   : R"("role":"replica","replication_state":"streaming"})");
        pod["status"] = {
            {"phase", "Running"},
            {"podIP", "10.0.0." + std::to_string(ordinal + 1)},
            {"conditions", Json::array({{{"type", "Ready"}, {"status", "True"}}})},
            {"containerStatuses",
             Json::array({{{"name", "postgres"}, {"state", {{"running", Json::object()}}}}})}};
        rig.server.put(ref(kube::kinds::pod, name), pod);
        rig.server.put(ref(kube::kinds::persistent_volume_claim, "pgdata-" + name),
                       {{"metadata", {{"labels", claim_labels}}},
                        {"spec", {{"resources", {{"requests", {{"storage", "1Gi"}}}}}}},
                        {"status", {{"phase", "Bound"}}}});
    }
    const kube::Object* const resource = rig.server.find(ref(kube::kinds::bg_cluster, cluster));
    const auto spec = api::parse_cluster_spec(resource->json()["spec"]);
    ASSERT_TRUE(spec.ok());
    const std::string prefix = manifests::dcs_prefix(cluster, spec->citus);
    const Json labels =
        manifests::dcs_labels({.ns = "shop", .name = cluster, .uid = "", .citus = spec->citus});
    rig.server.put(
        ref(kube::kinds::config_map, prefix + "-config"),
        {{"metadata",
          {{"labels", labels},
           {"annotations",
            {{"initialize", "77"}, {"config", dump(manifests::patroni_dynamic_config(*spec))}}}}}});
    rig.server.put(
        ref(kube::kinds::config_map, prefix + "-leader"),
        {{"metadata",
          {{"labels", labels}, {"annotations", {{"leader", cluster + "-0"}, {"ttl", "30"}}}}}});
}

inline patroni::Reply healthy_member(const patroni::Call& call) {
    const bool leads = call.pod.ends_with("-0");
    const std::string scope = call.pod.substr(0, call.pod.size() - 2);
    Json status = {{"state", "running"},
                   {"server_version", 150020},
                   {"role", leads ? "primary" : "replica"},
                   {"patroni", {{"version", "4.1.4"}, {"scope", scope}}}};
    for (const char* const replica : {"-1", "-2"}) {
        if (leads) {
            status["replication"].push_back(
                {{"application_name", scope + replica}, {"state", "streaming"}});
        }
    }
    return {200, dump(status)};
}

inline Rig running(int members, int operators = 1) {
    Rig rig(operators);
    rig.patroni = healthy_member;
    rig.create_cluster("db", "instances: " + std::to_string(members) + "\n");
    rig.run_for(std::chrono::seconds(5));
    bring_up(rig, "db", members);
    rig.run_for(std::chrono::seconds(30));
    return rig;
}

}  // namespace bestgres::core::testing
