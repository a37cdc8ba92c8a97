// Words for tests of relations: the production operator, and operators that are wrong.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "scenarios/relations/compare.hpp"
#include "scenarios/relations/relations.hpp"
#include "scenarios/workloads/catalogue.hpp"
#include "scenarios/workloads/manifests.hpp"

namespace bestgres::scenarios::relations::testing {

inline const Ground& ground(const std::string& ns) {
    static std::map<std::string, Ground> made;
    const auto found = made.find(ns);
    if (found != made.end()) {
        return found->second;
    }
    std::ifstream file(BESTGRES_SOURCE_DIR "/deploy/bestgres-operator.yaml");
    std::stringstream text;
    text << file.rdbuf();
    auto ground = Ground::make(text.str(), ns);
    EXPECT_TRUE(ground.ok()) << ground.error().message;
    return made.emplace(ns, std::move(*ground)).first->second;
}

// The operator as it is shipped.
inline Played production(const Scenario& scenario) {
    return play(ground(scenario.topology.ns), scenario);
}

inline std::string told(const std::vector<Violation>& found) {
    std::string text;
    for (const Violation& violation : found) {
        text += violation.law + ": " + violation.sentence + "\n";
        for (const std::string& fact : violation.facts) {
            text += "    " + fact.substr(0, 400) + "\n";
        }
    }
    return text;
}

// What a relation says of the production operator in all of its workloads.
inline std::string said_of_production(const Relation& relation) {
    std::string text;
    for (const std::string& name : relation.workloads) {
        text += told(relation.judge(*workloads::make_workload(name), production));
    }
    return text;
}

inline std::vector<Violation> judged(const Relation& relation, const std::string& workload,
                                     const Player& play) {
    return relation.judge(*workloads::make_workload(workload), play);
}

// A run that went well and came to this end.
inline Played came_to(const Scenario& scenario, const std::string& end) {
    return {.scenario = scenario.name, .end = {{"BGCluster/db", {{"spec", end}}}}, .settled = true};
}

inline bool has_fault(const Scenario& scenario, FaultKind kind) {
    return std::any_of(scenario.faults.begin(), scenario.faults.end(),
                       [kind](const Fault& fault) { return fault.kind == kind; });
}

inline bool has_edit(const Scenario& scenario, std::string_view id) {
    return std::any_of(scenario.edits.begin(), scenario.edits.end(),
                       [id](const Edit& edit) { return edit.id == id; });
}

// Whether the relation itself, and not a law on the way, says so.
inline bool alarms(const Relation& relation, const std::vector<Violation>& found) {
    return std::any_of(found.begin(), found.end(), [&relation](const Violation& violation) {
        return violation.law == relation.text.id;
    });
}

}  // namespace bestgres::scenarios::relations::testing
