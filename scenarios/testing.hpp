// Words for tests on virtual time: the operator as it is shipped, the cluster `db` in namespace
// `shop`, and what can be said of it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include "lib/base/yaml.hpp"
#include "scenarios/engine/world.hpp"

namespace bestgres::scenarios {

inline constexpr kube::Kind bg_cluster = kube::kinds::bg_cluster;

// The shipped definition, Role and binding; read once.
inline const Ground& shop() {
    static const Ground ground = [] {
        std::ifstream file(BESTGRES_SOURCE_DIR "/deploy/bestgres-operator.yaml");
        std::stringstream text;
        text << file.rdbuf();
        const auto made = Ground::make(text.str(), "shop");
        BG_CHECK(made.ok(), made.ok() ? "" : made.error().message);
        return *made;
    }();
    return ground;
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

inline Edit apply_edit(std::string id, Json manifest, Trigger when) {
    return {
        .id = std::move(id), .when = std::move(when), .action = ApplyManifest{std::move(manifest)}};
}

inline Trigger at_second(std::int64_t second) {
    return {.when = AtTime{std::chrono::seconds(second)}};
}
// When the cluster has come to rest after whatever was before.
inline Trigger when_settled(std::int64_t nth = 1) {
    return {.when = WhenState{
                .condition = Condition::settled, .subject = "db", .value = "", .nth = nth}};
}

// `db` with so many members, made at second 2.
inline Scenario creation(int instances, std::uint64_t seed = 1) {
    Scenario scenario;
    scenario.name = "create";
    scenario.seed = seed;
    scenario.edits.push_back(apply_edit("create", cluster_manifest(instances), at_second(2)));
    return scenario;
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

inline std::string primary(const World& world) {
    return string_at(world.get({bg_cluster, "shop", "db"}).json(), {"status", "primary"});
}

// Whether the three members of `db` are there and run this image.
inline bool all_run(const World& world, const std::string& image) {
    return std::ranges::all_of(std::array{"db-0", "db-1", "db-2"}, [&](const char* name) {
        const kube::Object pod = world.get({kube::kinds::pod, "shop", name});
        const Json& containers = array_at(pod.json(), {"spec", "containers"});
        return !containers.empty() && string_at(containers[0], {"image"}) == image;
    });
}

// Every step that an operator began, in words.
inline std::vector<std::string> steps(const World& world) {
    std::vector<std::string> steps;
    for (const Noted& noted : world.log()) {
        if (const auto* begun = std::get_if<StepBegun>(&noted.what)) {
            steps.push_back(begun->effect + ": " + begun->because);
        }
    }
    return steps;
}

inline std::int64_t count_steps(const World& world, const std::string& effect) {
    std::int64_t count = 0;
    for (const std::string& step : steps(world)) {
        count += step.starts_with(effect) ? 1 : 0;
    }
    return count;
}

inline std::string situation(const World& world) {
    std::string text = to_yaml(object_at(world.get({bg_cluster, "shop", "db"}).json(), {"status"}));
    for (const MemberTruth& member : world.truth().members()) {
        text += member.pod + (member.believes_to_lead ? " leads\n" : "\n");
    }
    for (const std::string& step : steps(world)) {
        text += step + "\n";
    }
    for (const Violation& violation : world.violations()) {
        text += violation.law + ": " + violation.sentence + "\n";
    }
    return text;
}

// The world after its run.
inline World run(Scenario scenario) {
    World world(shop(), std::move(scenario), TraceDetail::full);
    world.run();
    return world;
}

// Steps until `done` holds, or the run is over; whether it held.
inline bool run_until(World& world, const std::function<bool(const World&)>& done) {
    while (!done(world)) {
        if (!world.step()) {
            return done(world);
        }
    }
    return true;
}

}  // namespace bestgres::scenarios
