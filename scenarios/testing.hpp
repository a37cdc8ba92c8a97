// Words for tests on virtual time: the operator as it is shipped, the cluster `db` in namespace
// `shop`, and what can be said of it.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "lib/base/yaml.hpp"
#include "scenarios/engine/world.hpp"

namespace bestgres::scenarios {

inline constexpr kube::Kind bg_cluster = kube::kinds::bg_cluster;

// The shipped definition, Role and binding, as an administrator installs them.
inline void install_operator(World& world) {
    std::ifstream file(BESTGRES_SOURCE_DIR "/deploy/bestgres-operator.yaml");
    std::stringstream text;
    text << file.rdbuf();
    const auto documents = parse_yaml_documents(text.str());
    ASSERT_TRUE(documents.ok());
    for (Json document : *documents) {
        const std::string kind = string_at(document, {"kind"});
        if (kind == "Deployment") {
            continue;
        }
        if (kind != "CustomResourceDefinition") {
            document["metadata"]["namespace"] = "shop";
        }
        if (document.contains("subjects")) {
            document["subjects"][0]["namespace"] = "shop";
        }
        world.apply(document);
    }
    world.run_for(std::chrono::seconds(2));
}

inline Json cluster_manifest(int instances) {
    return {{"apiVersion", "bestgres.io/v1"},
            {"kind", "BGCluster"},
            {"metadata", {{"name", "db"}, {"namespace", "shop"}}},
            {"spec",
             {{"instances", instances},
              {"image", {{"tag", "bestgres-patroni:15"}}},
              {"volumeSpec", {{"persistentVolumeSize", "1Gi"}}},
              {"patroni", {{"ttl", 20}, {"loopWait", 5}, {"retryTimeout", 5}}}}}};
}

inline std::string condition(const World& world, const std::string& type) {
    const kube::Object cluster = world.get({bg_cluster, "shop", "db"});
    for (const Json& one : array_at(cluster.json(), {"status", "conditions"})) {
        if (string_at(one, {"type"}) == type) {
            return string_at(one, {"status"});
        }
    }
    return "";
}

inline bool is_settled(const World& world, const std::string& ready) {
    const kube::Object cluster = world.get({bg_cluster, "shop", "db"});
    return condition(world, "Ready") == "True" &&
           string_at(cluster.json(), {"status", "ready"}) == ready;
}

inline std::string situation(const World& world) {
    std::string text = to_yaml(object_at(world.get({bg_cluster, "shop", "db"}).json(), {"status"}));
    for (const std::string& step : world.steps()) {
        text += step + "\n";
    }
    return text;
}

}  // namespace bestgres::scenarios
